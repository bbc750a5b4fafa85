"""Tiers that expire: what is earned in a period decides what is kept at its end."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.antavo.calls import event, profile
from tests.antavo.test_tiers import LEVELS

WEEKS = {"auth": {"clock_skew_seconds": 4_000_000}}


async def set_up(world: WorldClient, expiration: dict[str, Any], points: int = 600, **more: Any) -> None:
    structure = {"id": "s", "name": "S", "tiers": LEVELS, "expiration": {"type": "rolling", "days": 10, **expiration}}
    section = {**WEEKS, "tiers": [structure], "members": [{"id": "ann", "points": points}], **more}
    await world.setup({"antavo": section})


async def tier(world: WorldClient) -> str | None:
    found = (await profile(world.antavo))["tiers"]
    return found[0]["id"] if found else None


async def test_a_tier_is_lost_without_new_points(world: WorldClient) -> None:
    await set_up(world, {})

    before = await tier(world)
    await world.advance("10d")

    assert (before, await tier(world)) == ("gold", "gold")
    await world.advance("10d")
    assert await tier(world) == "basic"
    row = world.inside.tenants["antavo"].customers["ann"].events[-1]
    assert (row.action, row.data) == ("tier_change", {"structure": "s", "tier": "basic", "from": "gold"})


async def test_what_was_earned_in_the_period_decides(world: WorldClient) -> None:
    await set_up(world, {})
    await world.advance("10d")

    await event(world.antavo, "point_add", {"points": 250})
    await world.advance("10d")

    assert await tier(world) == "silver"
    (found,) = (await profile(world.antavo))["tiers"]
    assert (found["points"], found["next"]["points"]) == (0, "500")


async def test_a_tier_that_is_earned_again_is_kept(world: WorldClient) -> None:
    await set_up(world, {})
    await world.advance("10d")

    await event(world.antavo, "point_add", {"points": 500})
    await world.advance("10d")

    assert await tier(world) == "gold"
    rows = [row.action for row in world.inside.tenants["antavo"].customers["ann"].events]
    assert "tier_change" not in rows


async def test_one_level_at_a_time(world: WorldClient) -> None:
    await set_up(world, {"downgrade": "one_level"})

    await world.advance("20d")
    first = await tier(world)
    await world.advance("10d")

    assert (first, await tier(world)) == ("silver", "basic")


async def test_no_downgrade_at_all(world: WorldClient) -> None:
    await set_up(world, {"downgrade": "none"})

    await world.advance("40d")

    assert await tier(world) == "gold"


async def test_a_grace_period_comes_on_top(world: WorldClient) -> None:
    await set_up(world, {"grace_days": 5})
    await world.advance("15d")

    await world.advance("14d")
    before = await tier(world)
    await world.advance("1d")

    assert (before, await tier(world)) == ("gold", "basic")


@pytest.mark.parametrize(
    ("expiration", "day"),
    [
        ({"type": "rolling", "days": 30}, "2026-02-14"),
        ({"type": "calendar", "date": "02-01"}, "2026-02-01"),
        ({"type": "anniversary"}, "2027-01-15"),
    ],
)
async def test_periods_by_the_calendar(world: WorldClient, expiration: dict[str, Any], day: str) -> None:
    await set_up(world, expiration)

    (found,) = (await profile(world.antavo))["tiers"]
    assert found["expdate"] == f"{day}T00:00:00+00:00"
    (due,) = [job.due for job in world.inside.clock.due if job.name == "gold of ann expires"]

    assert f"{due:%Y-%m-%d}" == day


async def test_a_member_of_no_tier_any_more(world: WorldClient) -> None:
    structure = {
        "id": "vip",
        "type": "invitation",
        "tiers": [{"id": "v", "name": "V"}],
        "expiration": {"type": "rolling", "days": 10},
    }
    members = [{"id": "ann", "tiers": {"vip": "v"}}]
    await world.setup({"antavo": {**WEEKS, "tiers": [structure], "members": members}})

    await world.advance("10d")

    assert await tier(world) is None


async def test_an_unknown_kind_is_refused(world: WorldClient) -> None:
    with pytest.raises(ControlRefused, match='"sometimes" is not one of'):
        await set_up(world, {"type": "sometimes"})
