"""Campaigns as exports show them, and what was counted of them."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.braze.calls import bearer, exported

CAMPAIGN, SEGMENT = "00000000-0000-4000-8000-0000000000c1", "00000000-0000-4000-8000-0000000000e1"
VARIATION = "00000000-0000-4000-8000-0000000000f1"
EMAIL = {"from": "A <a@example.com>", "subject": "Hi", "body": "Hello", "message_variation_id": VARIATION}
WELCOME = {"name": "Welcome", "id": CAMPAIGN, "delivery": "api_triggered", "messages": {"email": EMAIL}, "tags": ["t"]}


async def get(world: WorldClient, path: str, **query: Any) -> Any:
    response = await world.braze.get(path, params=query, headers=bearer(world.braze))
    assert response.status_code == 200, response.text
    return response.json()


async def send(world: WorldClient, *names: str, **more: Any) -> None:
    """Trigger the campaign for these users, who are set up with an address each."""
    users = [{"external_id": name, "email": f"{name}@example.com"} for name in names]
    await world.setup({"braze": {"users": users, "campaigns": [{**WELCOME, "re_eligibility": 0}]}})
    body = {"campaign_id": CAMPAIGN, "recipients": [{"external_user_id": name} for name in names], **more}
    response = await world.braze.post("/campaigns/trigger/send", json=body, headers=bearer(world.braze))
    assert response.status_code == 201, response.text
    await world.settle()


async def test_what_was_sent_is_counted_per_day(world: WorldClient) -> None:
    await send(world, "ann", "bob")
    await world.advance("1d")
    await send(world, "ann")
    rows = (await get(world, "/campaigns/data_series", campaign_id=CAMPAIGN, length=3))["data"]
    assert [(row["time"], row["unique_recipients"]) for row in rows] == [
        ("2026-01-14", 0),
        ("2026-01-15", 2),
        ("2026-01-16", 1),
    ]
    (email,) = rows[1]["messages"]["email"]
    assert (email["variation_api_id"], email["sent"], email["delivered"], email["opens"]) == (VARIATION, 2, 2, 0)


async def test_a_send_id_counts_on_its_own(world: WorldClient) -> None:
    await send(world, "ann", send_id="spring")
    await send(world, "bob")
    rows = (await get(world, "/sends/data_series", campaign_id=CAMPAIGN, send_id="spring", length=1))["data"]
    assert (rows[0]["unique_recipients"], rows[0]["messages"]["email"][0]["sent"]) == (1, 1)


async def test_details_show_the_messages_and_when_they_were_sent(world: WorldClient) -> None:
    await send(world, "ann")
    body = await get(world, "/campaigns/details", campaign_id=CAMPAIGN)
    assert (body["name"], body["channels"], body["tags"]) == ("Welcome", ["email"], ["t"])
    assert body["first_sent"] == body["last_sent"] == "2026-01-15T09:00:00.000Z"
    assert body["messages"][VARIATION]["subject"] == "Hi"


async def test_a_list_is_filtered_by_the_last_edit(world: WorldClient) -> None:
    await world.setup({"braze": {"campaigns": [WELCOME]}})
    query = {"last_edit.time[gt]": "2026-01-15T08:59:59"}
    assert [row["id"] for row in (await get(world, "/campaigns/list", **query))["campaigns"]] == [CAMPAIGN]
    assert (await get(world, "/campaigns/list", **{"last_edit.time[gt]": "2026-01-15T09:00:00"}))["campaigns"] == []


async def test_a_users_export_tells_of_the_campaign(world: WorldClient) -> None:
    await send(world, "ann")
    (receipt,) = (await exported(world.braze, "ann", "campaigns_received"))["campaigns_received"]
    assert receipt["name"] == "Welcome"
    assert receipt["api_campaign_id"] == CAMPAIGN
    assert receipt["variation_api_id"] == VARIATION
    assert receipt["last_received"] == "2026-01-15T09:00:00.000Z"
