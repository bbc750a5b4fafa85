"""Conversion events: what counts, when, once, for whom; and what waits for a conversion."""

from __future__ import annotations

import json
from typing import Any

from stampcard.client import WorldClient
from tests.braze import stage
from tests.braze.calls import bearer
from tests.braze.stage import EVENT, device, happen, triggered

BOUGHT = {"action": "make a purchase", "within": "2d"}
OPENED = {"action": "start session", "within": "1d"}
CONVERSION = "users.campaigns.Conversion"


def counted(world: WorldClient, name: str, place: str = "C") -> float:
    assert world.inside is not None
    workspace = world.inside.tenants["braze"]
    senders = (*workspace.campaigns.values(), *workspace.canvases.values())
    key = next((row.id for row in senders if row.name == place), place)
    total: float = sum(workspace.hourly[name, key].values())
    return total


async def test_a_purchase_within_the_deadline_converts_once(world: WorldClient) -> None:
    await stage.setup(world, triggered(conversion_events=[BOUGHT, OPENED]))
    await happen(world)

    await device(world, "make a purchase", product="mug", price=5)
    await device(world, "make a purchase", product="mug", price=5)
    await device(world)

    found = await stage.events(world, CONVERSION)
    assert [row["conversion_behavior_index"] for row in found] == [0, 1]
    behaviors = [json.loads(row["conversion_behavior"]) for row in found]
    assert behaviors == [
        {"type": "Makes Any Purchase", "window": 172_800},
        {"type": "Starts Session", "window": 86_400},
    ]
    assert counted(world, "conversions") == counted(world, "conversions1") == 1
    assert counted(world, "revenue_of") == 10
    assert world.inside is not None
    user = world.inside.tenants["braze"].by_external_id["ann"]
    assert [receipt.converted for receipt in user.campaigns.values()] == [True]


async def test_after_the_deadline_nothing_converts(world: WorldClient) -> None:
    await stage.setup(world, triggered(conversion_events=[BOUGHT]))
    await happen(world)
    await world.advance("3d")

    await device(world, "make a purchase", product="mug", price=5)

    assert await stage.events(world, CONVERSION) == []
    assert counted(world, "revenue_of") == 0


async def test_without_conversion_events_revenue_counts_for_three_days(world: WorldClient) -> None:
    await stage.setup(world, triggered())
    await happen(world)
    await world.advance("71h")
    await device(world, "make a purchase", product="mug", price=5)
    await world.advance("2h")
    await device(world, "make a purchase", product="mug", price=7)

    assert counted(world, "revenue_of") == 5


async def test_revenue_is_counted_in_usd(world: WorldClient) -> None:
    await stage.setup(world, triggered())
    await world.setup({"braze": {"exchange_rates": {"EUR": 2}}})
    await happen(world)
    await device(world, "make a purchase", product="mug", price=5, currency="EUR")

    assert counted(world, "revenue_of") == 10


async def test_the_event_that_sets_the_message_off_is_no_conversion(world: WorldClient) -> None:
    await stage.setup(world, triggered(conversion_events=[EVENT]))

    await happen(world)
    assert await stage.events(world, CONVERSION) == []
    await happen(world)

    assert len(await stage.events(world, CONVERSION)) == 1


async def test_a_conversion_counts_at_its_send_time_too(world: WorldClient) -> None:
    await stage.setup(world, triggered(conversion_events=[BOUGHT]))
    await happen(world)
    await world.advance("26h")
    await device(world, "make a purchase", product="mug", price=5)

    assert world.inside is not None
    workspace = world.inside.tenants["braze"]
    (campaign,) = workspace.campaigns
    (hour,) = workspace.hourly["conversions", campaign]
    (sent,) = workspace.hourly["conversions_by_send_time", campaign]
    assert hour - sent == 26


async def test_the_control_group_converts_without_a_message(world: WorldClient) -> None:
    row = triggered(conversion_events=[OPENED], control_group=100)
    messages = row.pop("messages")
    await stage.setup(world, row | {"variants": [{"name": "V", "percentage": 0, "messages": messages}]})

    await happen(world)
    await device(world)

    assert await world.outbox() == []
    (found,) = await stage.events(world, CONVERSION)
    assert "message_variation_id" not in found


async def test_a_campaign_may_wait_for_the_conversion_of_another(world: WorldClient) -> None:
    thanks: dict[str, Any] = {"action": "interact with campaign", "campaign": "C", "interaction": "convert"}
    await stage.setup(world, triggered(conversion_events=[BOUGHT]), triggered("Thanks", thanks))
    await happen(world)

    await device(world, "make a purchase", product="mug", price=5)

    assert [row["campaign"] for row in await world.outbox()] == ["C", "Thanks"]


async def test_the_primary_conversion_event_can_set_a_campaign_off(world: WorldClient) -> None:
    row = triggered(trigger={"action": "perform conversion event"}, conversion_events=[BOUGHT])
    await stage.setup(world, row)

    await device(world, "make a purchase", product="mug", price=5)

    assert [row["campaign"] for row in await world.outbox()] == ["C"]


async def test_a_canvas_converts_once_an_entry_on_its_newest_message(world: WorldClient) -> None:
    steps = [{"name": "Mail", "type": "message", "messages": {"email": {"body": "x"}}}]
    entry = {"delivery": "action_based", "triggers": [EVENT], "re_entry": 0}
    canvas = {"name": "K", "entry": entry, "variants": [{"name": "V", "percentage": 100, "steps": steps}]}
    await stage.setup(world, canvases=[canvas | {"conversion_events": [BOUGHT]}])

    await happen(world)
    for _ in range(2):
        await device(world, "make a purchase", product="mug", price=5)
    await world.advance("1h")
    await happen(world)
    await device(world, "make a purchase", product="mug", price=5)

    found = await stage.events(world, "users.canvas.Conversion")
    assert [row["canvas_step_name"] for row in found] == ["Mail", "Mail"]
    assert counted(world, "conversions", "K") == counted(world, "conversions_by_entry_time", "K") == 2


async def read(world: WorldClient, path: str, **query: Any) -> dict[str, Any]:
    response = await world.braze.get(path, params=query, headers=bearer(world.braze))
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_the_exports_show_conversions_revenue_opens_and_clicks(world: WorldClient) -> None:
    row = triggered(conversion_events=[BOUGHT, OPENED, EVENT | {"within": "30d"}])
    await stage.setup(world, row, users=stage.people("ann", "bob"))
    for who in ("ann", "bob"):
        await happen(world, who=who)
    (first, _) = await world.outbox()
    for action in ("open", "open", "click"):
        await world.press("braze", "engage", message=first["id"], action=action)
    await device(world, "make a purchase", product="mug", price=5.5, quantity=2)

    (campaign,) = (await read(world, "/campaigns/list"))["campaigns"]
    details = await read(world, "/campaigns/details", campaign_id=campaign["id"])
    (day,) = (await read(world, "/campaigns/data_series", campaign_id=campaign["id"], length=1))["data"]

    assert details["conversion_behaviors"] == [
        {"type": "Makes Any Purchase", "window": 172_800},
        {"type": "Starts Session", "window": 86_400},
        {"type": "Performs Custom Event", "window": 2_592_000, "custom_event_name": "e"},
    ]
    totals = {name: value for name, value in day.items() if name not in ("messages", "time", "unique_recipients")}
    assert totals == {
        "conversions": 1,
        "conversions_by_send_time": 1,
        "conversions1": 0,
        "conversions1_by_send_time": 0,
        "conversions2": 0,
        "conversions2_by_send_time": 0,
        "revenue": 11.0,
    }
    (mail,) = day["messages"]["email"]
    counters = {name: mail[name] for name in ("sent", "opens", "unique_opens", "clicks", "conversions", "revenue")}
    assert counters == {"sent": 2, "opens": 2, "unique_opens": 1, "clicks": 1, "conversions": 1, "revenue": 11.0}


async def test_the_canvas_summary_shows_conversions_by_variant_and_step(world: WorldClient) -> None:
    steps = [{"name": "Mail", "type": "message", "messages": {"email": {"body": "x"}}}]
    entry = {"delivery": "action_based", "triggers": [EVENT]}
    canvas = {"name": "K", "entry": entry, "variants": [{"name": "V", "percentage": 100, "steps": steps}]}
    await stage.setup(world, canvases=[canvas | {"conversion_events": [BOUGHT]}])
    await happen(world)
    await device(world, "make a purchase", product="mug", price=5)

    (found,) = (await read(world, "/canvas/list"))["canvases"]
    asked = {"canvas_id": found["id"], "ending_at": "2026-01-15T10:00:00Z", "length": 1}
    both = {"include_variant_breakdown": "true", "include_step_breakdown": "true"}
    stats = (await read(world, "/canvas/data_summary", **asked, **both))["data"]

    for row in (stats["total_stats"], *stats["variant_stats"].values(), *stats["step_stats"].values()):
        assert (row["conversions"], row["conversions_by_entry_time"], row["revenue"]) == (1, 1, 5.0)
