"""Promotion codes: one per list, user and send; mentioned is taken; never returned; empty or expired stops the send."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.braze.campaigns import records
from stampcard.braze.dashboard import trying
from stampcard.client import ControlRefused, WorldClient
from tests.braze.calls import bearer

TAG = "{% promotion('spring') %}"
USERS = [{"external_id": name, "email": f"{name}@example.com"} for name in ("ann", "bob")]


def codes(**more: Any) -> dict[str, Any]:
    row = {"name": "Spring", "snippet": "spring", "expires_at": "2026-06-01T00:00:00Z", "csv": "A1\nA2\nA3\n"}
    return row | more


async def set_up(world: WorldClient, *lists: dict[str, Any], **messages: Any) -> None:
    row = {"name": "Offer", "delivery": "api_triggered", "re_eligibility": 0, "messages": messages}
    await world.setup({"braze": {"users": USERS, "promotion_code_lists": list(lists), "campaigns": [row]}})


async def trigger(world: WorldClient, *users: str) -> list[dict[str, Any]]:
    workspace = world.inside.tenants["braze"]
    campaign = records.find_campaign(workspace, "Offer")
    assert campaign is not None
    body = {"campaign_id": campaign.id, "recipients": [{"external_user_id": user} for user in users]}
    before = len(await world.outbox())
    await world.braze.post("/campaigns/trigger/send", json=body, headers=bearer(world.braze))
    await world.settle()
    return (await world.outbox())[before:]


def left(world: WorldClient, snippet: str = "spring") -> list[str]:
    return list(world.inside.tenants["braze"].engine.promotions[snippet].unused)


async def test_each_user_and_each_send_takes_one_code(world: WorldClient) -> None:
    await set_up(world, codes(), email={"body": f"{TAG} {TAG}"})

    first = await trigger(world, "ann", "bob")
    second = await trigger(world, "ann")

    assert [message["parts"]["body"] for message in first + second] == ["A1 A1", "A2 A2", "A3 A3"]


async def test_all_channels_of_a_send_share_the_code(world: WorldClient) -> None:
    hook = {"url": "https://rest.iad-01.braze.com/x", "key_value_pairs": {"code": TAG}}
    await set_up(world, codes(), email={"subject": TAG, "body": TAG}, webhook=hook)

    email, webhook = await trigger(world, "ann")

    assert email["parts"] == {"subject": "A1", "body": "A1"}
    assert webhook["parts"]["key_value_pairs"] == {"code": "A1"}
    assert left(world) == ["A2", "A3"], "a failed webhook returns nothing"


async def test_a_snippet_in_a_branch_not_taken_costs_a_code(world: WorldClient) -> None:
    other = codes(name="Other", snippet="other", csv="B1")
    body = "{% if ${first_name} == 'x' %}{% promotion('other') %}{% else %}" + TAG + "{% endif %}"
    await set_up(world, codes(), other, email={"body": body})

    (message,) = await trigger(world, "ann")

    assert message["parts"]["body"] == "A1"
    assert left(world, "other") == []


async def test_an_empty_list_stops_only_messages_that_need_a_code(world: WorldClient) -> None:
    body = "{% if ${user_id} == 'ann' %}" + TAG + "{% endif %}"
    await set_up(world, codes(csv=""), email={"body": body})

    ann, bob = await trigger(world, "ann", "bob")

    assert (ann["status"], bob["status"]) == ("aborted", "sent")
    assert "out of codes" in ann["reason"]


async def test_an_expired_list_has_lost_its_codes(world: WorldClient) -> None:
    await set_up(world, codes(expires_at="2026-01-16T00:00:00Z"), email={"body": TAG})
    await world.advance("1d")

    (message,) = await trigger(world, "ann")

    assert (message["status"], left(world)) == ("aborted", [])
    assert "expired" in message["reason"]


async def test_a_list_that_does_not_exist_aborts(world: WorldClient) -> None:
    await set_up(world, email={"body": TAG})

    (message,) = await trigger(world, "ann")

    assert "no promotion code list with the snippet 'spring'" in message["reason"]


async def test_an_abort_in_liquid_does_not_return_the_code(world: WorldClient) -> None:
    await set_up(world, codes(), email={"body": TAG + "{% abort_message %}"})

    await trigger(world, "ann")

    assert left(world) == ["A2", "A3"]


async def test_a_connected_content_retry_takes_no_further_code(world: WorldClient) -> None:
    await world.faults({"host": "api.voucherify.io", "status": 500})
    call = "{% connected_content https://api.voucherify.io/v1/x :retry %}"
    await set_up(world, codes(), email={"body": TAG + call})

    await trigger(world, "ann")
    await world.advance("1h")

    assert left(world) == ["A2", "A3"]


async def test_importing_again_adds_what_is_new(world: WorldClient) -> None:
    await set_up(world, codes(), email={"body": TAG})
    await trigger(world, "ann")
    await world.setup({"braze": {"promotion_code_lists": [codes(csv="A1\nA2\nA3\nA4")]}})

    assert left(world) == ["A2", "A3", "A4"]


async def test_a_header_line_becomes_a_code(world: WorldClient) -> None:
    await set_up(world, codes(csv="Code\nA1"), email={"body": TAG})

    (message,) = await trigger(world, "ann")

    assert message["parts"]["body"] == "Code"


async def test_a_preview_shows_a_code_and_takes_none(world: WorldClient) -> None:
    await set_up(world, codes(), email={"body": TAG})
    workspace = world.inside.tenants["braze"]
    campaign = records.find_campaign(workspace, "Offer")
    assert campaign is not None

    (shown,) = await trying.preview(workspace, campaign, workspace.by_external_id["ann"], 0)

    assert (shown["parts"]["body"], len(left(world))) == ("A1", 3)


async def test_alerts_come_once_a_day(world: WorldClient) -> None:
    alerts = {"recipient": "owner@example.com", "remaining_below": 5, "expires_within_days": 2}
    await set_up(world, codes(expires_at="2026-01-19T09:00:00Z", alerts=alerts), email={"body": TAG})

    await world.advance("1d")
    assert [message["user"] for message in await world.outbox()] == ["owner@example.com"]
    await world.advance("1d")

    bodies = [message["parts"]["body"] for message in await world.outbox()]
    assert len(bodies) == 3
    assert "3 codes left" in bodies[1]
    assert "within 2 days" in bodies[2]


async def test_expiry_and_snippet_have_rules(world: WorldClient) -> None:
    with pytest.raises(ControlRefused, match="six months"):
        await set_up(world, codes(expires_at="2026-09-01T00:00:00Z"), email={"body": TAG})
    await set_up(world, codes(), email={"body": TAG})
    with pytest.raises(ControlRefused, match="cannot be changed"):
        await set_up(world, codes(snippet="new"), email={"body": TAG})
    with pytest.raises(ControlRefused, match="'Spring' has this snippet"):
        await set_up(world, codes(name="New"), email={"body": TAG})
