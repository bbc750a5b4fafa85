"""Tiers: who goes up when, what is still missing, and what Braze hears."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.antavo.calls import event, profile

LEVELS = [
    {"id": "gold", "name": "Gold", "threshold": 500},
    {"id": "basic", "name": "Basic"},
    {"id": "silver", "name": "Silver", "threshold": 200},
]


async def set_up(world: WorldClient, structure: dict[str, Any] | None = None, **more: Any) -> None:
    tiers = [{"id": "standard_tiers", "name": "Standard", "tiers": LEVELS, **(structure or {})}]
    await world.setup({"antavo": {"tiers": tiers, "members": [{"id": "ann", "points": 100}], **more}})


async def tier(world: WorldClient) -> str | None:
    found = (await profile(world.antavo))["tiers"]
    return found[0]["id"] if found else None


async def test_a_tier_and_what_the_next_one_lacks(world: WorldClient) -> None:
    await set_up(world)
    await event(world.antavo, "point_add", {"points": 150})

    (found,) = (await profile(world.antavo))["tiers"]

    assert found == {
        "id": "silver",
        "name": "Silver",
        "since": "2026-01-15T09:00:00+00:00",
        "threshold": 200,
        "points": 250,
        "structure": {"id": "standard_tiers", "name": "Standard"},
        "next": {"id": "gold", "name": "Gold", "points": "250"},
    }


async def test_a_tier_change_is_an_event(world: WorldClient) -> None:
    await set_up(world, events={"names": {"tier_change": "level_up"}})

    await event(world.antavo, "point_add", {"points": 150})

    row = world.inside.tenants["antavo"].customers["ann"].events[-1]
    assert (row.action, row.data) == ("level_up", {"structure": "standard_tiers", "tier": "silver", "from": "basic"})


async def test_spending_points_keeps_the_tier(world: WorldClient) -> None:
    await set_up(world)
    await event(world.antavo, "point_add", {"points": 400})
    await event(world.antavo, "point_spend", {"points": 400})
    await event(world.antavo, "point_sub", {"points": 300})

    assert await tier(world) == "gold"


async def test_only_listed_actions_may_count(world: WorldClient) -> None:
    await set_up(world, {"actions": ["checkout"]})

    await event(world.antavo, "point_add", {"points": 900})
    assert await tier(world) == "basic"
    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 200})

    assert await tier(world) == "silver"


async def test_a_structure_by_spend(world: WorldClient) -> None:
    await set_up(world, {"type": "spend"}, points={"earn": {"percentage": 0}})

    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 500})

    assert await tier(world) == "gold"


async def test_a_structure_by_invitation(world: WorldClient) -> None:
    invite = {"node": "set_tier", "structure": "standard_tiers", "tier": "gold"}
    drop = {"node": "remove_tier", "structure": "standard_tiers"}
    flows = [
        {"name": name, "trigger": {"type": "event", "event": name}, "steps": [step]}
        for name, step in (("invite", invite), ("drop", drop))
    ]
    await set_up(world, {"type": "invitation"}, workflows=flows)
    await event(world.antavo, "point_add", {"points": 900})
    assert await tier(world) is None

    await event(world.antavo, "invite")
    assert await tier(world) == "gold"
    await event(world.antavo, "drop")

    assert await tier(world) is None


async def test_a_bonus_counts_towards_the_tier(world: WorldClient) -> None:
    bonus = {
        "name": "b",
        "trigger": {"type": "event", "event": "visit"},
        "steps": [{"node": "campaign_bonus", "points": 100}],
    }
    await set_up(world, workflows=[bonus])

    await event(world.antavo, "visit")

    assert await tier(world) == "silver"


async def test_the_worked_example_of_the_mapping(world: WorldClient) -> None:
    """Points, tier name and pending points, in one request, with the tier the same event brought."""
    mapping = {"spendable": "loyalty_points", "tiers.standard_tiers.name": "loyalty_tier", "pending": "loyalty_pending"}
    braze = {
        "instance_url": "https://rest.iad-01.braze.com",
        "api_token": world.braze["api_key"],
        "app_identifier": world.braze["app_id"],
        "fields": [{"loyalty_field": key, "remote_field": value} for key, value in mapping.items()],
    }
    await set_up(world, braze=braze)

    await event(world.antavo, "point_add", {"points": 400})
    await event(world.antavo, "profile", {"last_name": "Moss"})
    await world.settle()

    sent = [e["request"]["body"] for e in await world.journal(vendor="braze", operation="users_track")][1:]
    attributes = {"external_id": "ann", "loyalty_points": 500, "loyalty_tier": "Gold", "loyalty_pending": 0}
    assert sent == [{"attributes": [attributes]}]


@pytest.mark.parametrize(
    ("section", "place"),
    [
        (
            {"members": [{"id": "bo", "tiers": {"standard_tiers": "platinum"}}]},
            "/antavo/members/0/tiers/standard_tiers",
        ),
        ({"tiers": [{"id": "x", "tiers": [LEVELS[0], LEVELS[0]]}]}, "/antavo/tiers/0/tiers"),
        ({"tiers": [{"id": "standard_tiers", "tiers": [LEVELS[0]]}]}, "/antavo/tiers/0/tiers"),
    ],
)
async def test_a_setup_that_does_not_fit(world: WorldClient, section: dict[str, Any], place: str) -> None:
    await set_up(world)

    with pytest.raises(ControlRefused) as refused:
        await world.setup({"antavo": section})

    assert refused.value.problem["pointer"] == place
