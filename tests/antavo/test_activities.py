"""What a member can do, across the emulated modules."""

from __future__ import annotations

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call

SECTION = {
    "members": [{"id": "ann"}],
    "points": {"earn": {"percentage": 5}},
    "rewards": [{"id": "coffee", "name": "Coffee"}, {"id": "off", "name": "Off", "status": "inactive"}],
    "challenges": [{"id": "v", "title": "Visit", "criteria": [{"action": "visit"}]}],
}


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("", ["challenge", "incentivized_purchase", "reward"]),
        ("/earn", ["challenge", "incentivized_purchase"]),
        ("/spend", ["reward"]),
        ("?activity_types=reward,challenge", ["challenge", "reward"]),
    ],
)
async def test_activities(world: WorldClient, path: str, wanted: list[str]) -> None:
    await world.setup({"antavo": SECTION})

    rows = (await call(world.antavo, "GET", f"/customers/ann/activities{path}")).json()["data"]

    assert [row["activity_type"] for row in rows] == wanted


async def test_the_percentage_is_a_multiplier_in_text(world: WorldClient) -> None:
    await world.setup({"antavo": SECTION})

    rows = (await call(world.antavo, "GET", "/customers/ann/activities/earn")).json()["data"]

    assert rows[-1]["points"] == "0.05"
