"""Messages and campaigns scheduled by API, on the virtual clock and in users' own time zones."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer

API_CAMPAIGN = "11111111-2222-4333-8444-555555555555"
TRIGGERED = "22222222-2222-4333-8444-555555555555"
USERS = [
    {"external_id": "ann", "email": "ann@example.com", "time_zone": "Asia/Tokyo"},
    {"external_id": "bob", "email": "bob@example.com", "time_zone": "America/New_York"},
    {"external_id": "cat", "email": "cat@example.com"},
]
AUDIENCE = {"email_subscription_status": {"comparison": "is", "value": "subscribed"}}


@pytest.fixture
async def shop(world: WorldClient) -> WorldClient:
    email = {"body": "{{api_trigger_properties.${x}}}"}
    campaigns = [
        {"name": "Triggered", "id": TRIGGERED, "delivery": "api_triggered", "messages": {"email": email}},
        {"name": "Tracked", "id": API_CAMPAIGN, "delivery": "api", "messages": {"email": {}}},
        {
            "name": "Sale",
            "delivery": "scheduled",
            "schedule": {"at": "2026-01-20T10:00:00Z"},
            "tags": ["t"],
            "messages": {"email": {"body": "sale"}},
        },
    ]
    await world.setup({"braze": {"users": USERS, "campaigns": campaigns}})
    return world


async def post(world: WorldClient, path: str, **body: Any) -> httpx.Response:
    return await world.braze.post(path, json=body, headers=bearer(world.braze))


def message(world: WorldClient, body: str = "b") -> dict[str, Any]:
    return {"email": {"app_id": world.braze["app_id"], "from": "A <a@b.ch>", "body": body}}


async def schedule(world: WorldClient, time: str = "2026-01-15T12:00:00Z", **body: Any) -> str:
    target = {} if "broadcast" in body else {"external_user_ids": ["ann"]}
    asked = {"schedule": {"time": time}, "messages": message(world), **target, **body}
    response = await post(world, "/messages/schedule/create", **asked)
    assert response.status_code == 201, response.text
    assert response.json().keys() == {"dispatch_id", "schedule_id", "message"}
    found: str = response.json()["schedule_id"]
    return found


async def sent(world: WorldClient) -> list[str]:
    return [row["user"] for row in await world.outbox()]


async def test_a_message_goes_out_when_its_time_has_come(shop: WorldClient) -> None:
    await schedule(shop)

    await shop.advance("2h59m")
    assert await sent(shop) == []
    await shop.advance("1m")

    assert await sent(shop) == ["ann"]


async def test_an_update_moves_the_time_and_replaces_the_messages(shop: WorldClient) -> None:
    key = await schedule(shop)

    later = {"time": "2026-01-15T13:00:00Z"}
    response = await post(shop, "/messages/schedule/update", schedule_id=key, schedule=later)
    assert (response.status_code, response.json()) == (201, {"message": "success"})
    await post(shop, "/messages/schedule/update", schedule_id=key, messages=message(shop, "new"))
    await shop.advance("3h")
    assert await sent(shop) == []
    await shop.advance("1h")

    assert [row["parts"]["body"] for row in await shop.outbox()] == ["new"]


async def test_a_deleted_schedule_sends_nothing(shop: WorldClient) -> None:
    key = await schedule(shop)

    response = await post(shop, "/messages/schedule/delete", schedule_id=key)
    await shop.advance("1d")

    assert response.json() == {"message": "success"}
    assert await sent(shop) == []
    assert (await post(shop, "/messages/schedule/delete", schedule_id=key)).status_code == 400


async def test_local_time_is_every_users_own(shop: WorldClient) -> None:
    when = {"time": "2026-01-16T09:00:00", "in_local_time": True}
    await schedule(shop, broadcast=True, audience=AUDIENCE, schedule=when)

    await shop.set_clock("2026-01-16T00:00:00Z")
    assert await sent(shop) == ["ann"], "nine o'clock in Tokyo"
    await shop.set_clock("2026-01-16T09:00:00Z")
    assert await sent(shop) == ["ann", "cat"], "no zone: the company's, UTC"
    await shop.set_clock("2026-01-16T14:00:00Z")

    assert await sent(shop) == ["ann", "cat", "bob"]
    assert shop.inside.tenants["braze"].engine.schedules == {}


async def test_a_campaign_is_scheduled_with_its_properties(shop: WorldClient) -> None:
    row = {"external_user_id": "ann", "trigger_properties": {"x": 1}, "attributes": {"late": True}}
    response = await post(
        shop,
        "/campaigns/trigger/schedule/create",
        campaign_id=TRIGGERED,
        recipients=[row],
        schedule={"time": "2026-01-15T12:00:00Z"},
    )
    key = response.json()["schedule_id"]
    moved = {"campaign_id": TRIGGERED, "schedule_id": key, "schedule": {"time": "2026-01-15T11:00:00Z"}}
    await post(shop, "/campaigns/trigger/schedule/update", **moved)
    assert shop.inside.tenants["braze"].by_external_id["ann"].custom == {}
    await shop.advance("2h")

    (got,) = await shop.outbox()
    assert got["parts"]["body"] == "1"
    assert shop.inside.tenants["braze"].by_external_id["ann"].custom == {"late": True}


async def test_a_schedule_belongs_to_its_campaign(shop: WorldClient) -> None:
    key = await schedule(shop)

    response = await post(shop, "/campaigns/trigger/schedule/delete", campaign_id=TRIGGERED, schedule_id=key)

    assert (response.status_code, response.json()) == (400, {"message": "Bad Request"})


BAD_TIMES = [
    {"time": "soon"},
    {"time": "2026-01-15T08:00:00Z"},
    {"time": "2026-01-15T08:00:00", "in_local_time": True},
    {"time": 5},
    {},
    None,
]


@pytest.mark.parametrize("when", BAD_TIMES)
async def test_a_time_that_makes_no_sense_is_refused(shop: WorldClient, when: Any) -> None:
    body = {"schedule": when, "messages": message(shop), "external_user_ids": ["ann"]}

    response = await post(shop, "/messages/schedule/create", **body)

    assert (response.status_code, response.json()) == (400, {"message": "Bad Request"})
    assert shop.inside.tenants["braze"].engine.schedules == {}


async def test_at_the_optimal_time_the_date_counts_and_the_hour_is_the_user_s(shop: WorldClient) -> None:
    """Ann opened the app at eight in the morning of her zone; of the others nothing is known."""
    users = [{"external_id": "ann", "time_zone": "Europe/Oslo"}, {"external_id": "eve", "email": "eve@example.com"}]
    await shop.setup({"braze": {"users": users, "sessions": [{"external_id": "ann", "time": "2026-01-10T07:30:00Z"}]}})
    when = {"time": "2026-01-20T23:00:00", "at_optimal_time": True}
    body = {"schedule": when, "messages": message(shop), "external_user_ids": ["ann", "eve"]}
    assert (await post(shop, "/messages/schedule/create", **body)).status_code == 201
    await shop.advance("7d")
    got = [(row["user"], row["at"]) for row in await shop.outbox() if row["campaign"] is None]
    assert got == [("ann", "2026-01-20T07:00:00.000Z"), ("eve", "2026-01-20T17:00:00.000Z")]


@pytest.mark.parametrize(("day", "status"), [("2026-01-14", 400), ("2026-01-15", 201)])
async def test_an_optimal_time_has_a_day_that_is_not_over(shop: WorldClient, day: str, status: int) -> None:
    body = {"messages": message(shop), "external_user_ids": ["ann"]}
    when = {"time": day, "at_optimal_time": True}
    assert (await post(shop, "/messages/schedule/create", schedule=when, **body)).status_code == status


@pytest.mark.parametrize(("end", "names"), [("2026-01-20", []), ("2026-01-21", ["Sale"])])
async def test_scheduled_broadcasts_lists_the_dashboards_campaigns(
    shop: WorldClient, end: str, names: list[str]
) -> None:
    response = await shop.braze.get(f"/messages/scheduled_broadcasts?end_time={end}", headers=bearer(shop.braze))

    rows = response.json()["scheduled_broadcasts"]
    assert [row["name"] for row in rows] == names
    if rows:
        assert (rows[0]["next_send_time"], rows[0]["schedule_type"]) == ("2026-01-20 10:00:00", "UTC")


async def test_scheduled_broadcasts_needs_an_end(shop: WorldClient) -> None:
    for query in ("", "?end_time=later"):
        response = await shop.braze.get(f"/messages/scheduled_broadcasts{query}", headers=bearer(shop.braze))
        assert response.status_code == 400


async def test_a_send_id_is_made_or_taken(shop: WorldClient) -> None:
    made = await post(shop, "/sends/id/create", campaign_id=API_CAMPAIGN)
    taken = await post(shop, "/sends/id/create", campaign_id=API_CAMPAIGN, send_id="mine")

    assert made.json()["message"] == "success"
    assert taken.json() == {"message": "success", "send_id": "mine"}
    assert (await post(shop, "/sends/id/create", campaign_id=API_CAMPAIGN, send_id="x" * 65)).status_code == 400
    assert (await post(shop, "/sends/id/create", campaign_id=TRIGGERED)).json() == {"message": "Invalid Campaign ID"}
