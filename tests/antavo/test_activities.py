"""What a member can do, across the emulated modules."""

from __future__ import annotations

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call
from tests.antavo.test_contests import TICKETS
from tests.antavo.test_profiling import FLOW
from tests.antavo.test_quizzes import QUIZ

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


MODULES = {
    "contests": [TICKETS],
    "quizzes": [QUIZ],
    "profiling_flows": [FLOW],
    "content_activities": [{"title": "C", "url": "https://example.com/c"}],
    "treasure_hunts": [{"title": "H", "url": "https://example.com/h"}],
    "prize_wheels": [{"id": "w", "name": "W", "options": []}],
    "offers": [{"id": "o", "name": "O"}],
}


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("", "profiling content_consumption incentivized_purchase contest offer quiz treasure prize_wheels"),
        ("/earn", "profiling content_consumption incentivized_purchase"),
        ("/spend", "contest"),
        ("?activity_types=prize%20wheels,quiz", "quiz prize_wheels"),
    ],
)
async def test_every_module_is_listed(world: WorldClient, path: str, wanted: str) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann"}], **MODULES}})

    rows = (await call(world.antavo, "GET", f"/customers/ann/activities{path}")).json()["data"]

    assert [row["activity_type"].replace(" ", "_") for row in rows] == wanted.split()


async def test_types_that_list_nothing_here_are_told(world: WorldClient) -> None:
    await world.setup({"antavo": SECTION})

    response = await call(world.antavo, "GET", "/customers/ann/activities?activity_types=reward,review")

    assert [row["activity_type"] for row in response.json()["data"]] == ["reward"]
    assert "not-emulated" in response.headers["x-stampcard-diagnostics"]


async def test_the_percentage_is_a_multiplier_in_text(world: WorldClient) -> None:
    await world.setup({"antavo": SECTION})

    rows = (await call(world.antavo, "GET", "/customers/ann/activities/earn")).json()["data"]

    assert rows[-1]["points"] == "0.05"
