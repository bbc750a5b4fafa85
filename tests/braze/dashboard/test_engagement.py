"""Opens, clicks, bounces and their message events; test sends."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.braze.dashboard import buttons
from stampcard.client import WorldClient
from stampcard.core.errors import ButtonError
from tests.braze.calls import bearer, exported

CAMPAIGN = "22222222-2222-4333-8444-555555555555"


async def sent(world: WorldClient, body: str = "x", **messages: Any) -> list[dict[str, Any]]:
    row = {"name": "C", "id": CAMPAIGN, "delivery": "api_triggered", "re_eligibility": 0}
    users = [{"external_id": "ann", "email": "ann@example.com", "time_zone": "Europe/Zurich"}]
    campaign = row | {"messages": messages or {"email": {"body": body}}}
    await world.setup({"braze": {"users": users, "campaigns": [campaign]}})
    asked = {"campaign_id": CAMPAIGN, "recipients": [{"external_user_id": "ann"}]}
    await world.braze.post("/campaigns/trigger/send", json=asked, headers=bearer(world.braze))
    await world.settle()
    return await world.outbox()


async def engage(world: WorldClient, message: dict[str, Any], action: str, **more: Any) -> dict[str, Any]:
    workspace = world.inside.tenants["braze"]
    return await buttons.engage(workspace, {"message": message["id"], "action": action, **more})


async def events(world: WorldClient, **settings: Any) -> list[dict[str, Any]]:
    return await buttons.message_events(world.inside.tenants["braze"], settings)


async def test_a_send_is_an_event_with_what_braze_tells_of_it(world: WorldClient) -> None:
    (message,) = await sent(world, "{% message_extras :key copy :value 7 %}x")

    (event,) = await events(world)
    assert event["event_type"] == "users.messages.email.Send"
    assert event["user"]["external_user_id"] == "ann"
    assert event["user"]["timezone"] == "Europe/Zurich"
    assert event["properties"]["campaign_id"] == CAMPAIGN
    assert event["properties"]["dispatch_id"] == message["detail"]["dispatch_id"]
    assert event["properties"]["message_extras"] == '{"copy":"7"}'
    assert event["properties"]["email_address"] == "ann@example.com"


async def test_an_abort_is_an_event_with_its_type_and_log(world: WorldClient) -> None:
    await sent(world, "{% abort_message('no stock') %}")

    (event,) = await events(world)
    assert event["event_type"] == "users.messages.email.Abort"
    assert event["properties"]["abort_type"] == "liquid_abort_message"
    assert event["properties"]["abort_log"] == "no stock"


async def test_opens_and_clicks(world: WorldClient) -> None:
    (message,) = await sent(world)

    await engage(world, message, "open")
    event = await engage(world, message, "click", url="https://example.com/x")

    assert event["event_type"] == "users.messages.email.Click"
    assert event["properties"]["url"] == "https://example.com/x"
    assert len(await events(world, event_type="users.messages.email.Open")) == 1
    (message,) = await world.outbox()
    assert [row["action"] for row in message["detail"]["engagement"]] == ["open", "click"]


@pytest.mark.parametrize("action", ["bounce", "mark as spam", "unsubscribe"])
async def test_what_stops_further_mail(world: WorldClient, action: str) -> None:
    (message,) = await sent(world)

    await engage(world, message, action)
    messages = await sent(world)

    assert messages[-1]["status"] == "aborted"
    assert messages[-1]["detail"]["abort_type"] == "user_not_in_segment"


async def test_an_unsubscribe_is_seen_in_the_export(world: WorldClient) -> None:
    (message,) = await sent(world)

    await engage(world, message, "unsubscribe")

    assert (await exported(world.braze, "ann"))["email_subscribe"] == "unsubscribed"


async def test_a_webhook_has_no_open(world: WorldClient) -> None:
    hook = {"url": "https://rest.iad-01.braze.com/events/list", "method": "GET", "headers": bearer(world.braze)}
    (message,) = await sent(world, webhook=hook)

    with pytest.raises(ButtonError, match="has no open"):
        await engage(world, message, "open")


async def test_every_failed_attempt_of_a_webhook_is_an_event(world: WorldClient) -> None:
    await world.faults({"operation": "events_list", "status": 500, "times": 1})
    hook = {"url": "https://rest.iad-01.braze.com/events/list", "method": "GET", "headers": bearer(world.braze)}
    await sent(world, webhook=hook)
    await world.advance("1m")

    failure, send = await events(world)
    assert failure["event_type"] == "users.messages.webhook.Failure"
    assert failure["properties"]["http_status_code"] == 500
    assert (failure["properties"]["is_terminal"], failure["properties"]["retry_count"]) == (False, 0)
    assert send["event_type"] == "users.messages.webhook.Send"


async def test_what_makes_no_sense_is_refused(world: WorldClient) -> None:
    (message,) = await sent(world)
    with pytest.raises(ButtonError, match="no action 'eat'"):
        await engage(world, message, "eat")
    with pytest.raises(ButtonError, match="no message"):
        await engage(world, {"id": "x"}, "open")


async def test_a_test_send_asks_nothing_and_is_no_receipt(world: WorldClient) -> None:
    audience = {"filters": [{"filter": "Custom Attribute", "name": "vip", "comparison": "is true"}]}
    row = {"name": "C", "id": CAMPAIGN, "delivery": "api_triggered", "target_audience": audience}
    codes = {"name": "L", "snippet": "s", "expires_at": "2026-06-01T00:00:00Z", "codes": ["A1"]}
    users = [{"external_id": "ann", "email": "ann@example.com", "email_subscribe": "unsubscribed"}]
    campaign = row | {"messages": {"email": {"body": "{% promotion('s') %}"}}}
    await world.setup({"braze": {"users": users, "promotion_code_lists": [codes], "campaigns": [campaign]}})

    workspace = world.inside.tenants["braze"]
    for _ in range(2):
        await buttons.test_send(workspace, {"campaign": "C", "user": "ann"})

    first, second = await world.outbox()
    assert (first["status"], first["parts"]["body"]) == ("sent", "A1")
    assert (second["status"], second["reason"]) == ("aborted", "the promotion code list 'L' is out of codes")
    assert workspace.by_external_id["ann"].campaigns == {}
