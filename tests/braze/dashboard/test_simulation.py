"""Simulated audiences: the seed decides who opens, clicks, bounces and unsubscribes."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient, in_process
from stampcard.emulator import Emulator
from tests.braze import stage
from tests.braze.calls import workspace
from tests.braze.stage import people, scheduled, triggered

NAMES = [f"u{number}" for number in range(300)]


async def answered(seed: int, **rates: Any) -> dict[str, set[str]]:
    """Action -> who did it with a mail of one launch to 300 users."""
    emulator = Emulator()
    world = in_process(emulator, emulator.add_world("same", seed=seed))
    await stage.setup(world, scheduled(), users=people(*NAMES), simulated_audiences=[rates])
    await world.advance("2h")
    found: dict[str, set[str]] = {}
    for message in await world.outbox():
        for row in message["detail"].get("engagement", ()):
            found.setdefault(row["action"], set()).add(message["user"])
    return found


async def test_rates_are_met_and_the_seed_decides_who() -> None:
    first = await answered(1, open_rate=40, click_rate=10)
    assert 90 <= len(first["open"]) <= 150
    assert 15 <= len(first["click"]) <= 50
    assert await answered(1, open_rate=40, click_rate=10) == first
    assert (await answered(2, open_rate=40, click_rate=10))["open"] != first["open"]


@pytest.mark.parametrize(("rate", "expected"), [(0, 0), (100, 300)])
async def test_nobody_and_everybody(rate: int, expected: int) -> None:
    assert len((await answered(1, open_rate=rate)).get("open", ())) == expected


async def test_who_bounces_does_not_open(world: WorldClient) -> None:
    found = await answered(1, bounce_rate=50, open_rate=100)
    assert found["bounce"].isdisjoint(found["open"])
    assert found["bounce"] | found["open"] == set(NAMES)


async def test_what_is_simulated_has_its_effects(world: WorldClient) -> None:
    thanks = {"action": "interact with campaign", "campaign": "First", "interaction": "open"}
    rows = [{"campaign": "First", "open_rate": 100, "unsubscribe_rate": 100, "after": "5m"}]
    await stage.setup(world, triggered("First"), triggered("Thanks", thanks), simulated_audiences=rows)
    await stage.happen(world)

    await world.advance("20m")

    assert [(row["campaign"], row["at"][11:16]) for row in await world.outbox()] == [
        ("First", "09:00"),
        ("Thanks", "09:05"),
    ]
    assert workspace(world).by_external_id["ann"].profile["email_subscribe"] == "unsubscribed"
    told = [
        row["properties"]["campaign_name"]
        for row in workspace(world).engine.message_events
        if "Open" in row["event_type"]
    ]
    assert told == ["First"]


async def test_rates_are_percentages(world: WorldClient) -> None:
    with pytest.raises(ControlRefused, match="101"):
        await stage.setup(world, simulated_audiences=[{"open_rate": 101}])
    with pytest.raises(ControlRefused, match="not a duration"):
        await stage.setup(world, simulated_audiences=[{"open_rate": 1, "after": "soon"}])
