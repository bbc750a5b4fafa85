"""Contests: which are listed, and entering them for points."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.antavo.calls import call, profile

TICKETS = {
    "id": "tickets",
    "title": "Win two tickets",
    "start_date": "2026-01-01T00:00:00.000Z",
    "end_date": "2026-01-31T00:00:00.000Z",
    "display_until": "2026-02-10T00:00:00.000Z",
    "completion_text": "You are in!",
    "points": 50,
    "max_entries": 3,
    "custom_data": {"cf_prize_cost": 700},
}
ENTER = "/customers/ann/activities/contests/tickets/enter"


async def set_up(world: WorldClient, *contests: dict[str, Any], **more: Any) -> None:
    section = {"members": [{"id": "ann", "points": 200}], "contests": list(contests) or [TICKETS], **more}
    await world.setup({"antavo": section})


async def listed(world: WorldClient, query: str = "") -> list[dict[str, Any]]:
    path = f"/customers/ann/activities/contests{query}"
    rows: list[dict[str, Any]] = (await call(world.antavo, "GET", path, at=world.inside.clock.now)).json()["data"]
    return rows


async def test_a_contest_with_the_members_progress(world: WorldClient) -> None:
    await set_up(world)

    (row,) = await listed(world, "?fields=cf_prize_cost")

    assert row["progress"] == {"current": 0, "is_completed": False, "max": 3}
    assert row["_action"] == {"complete": {"method": "POST", "answer": ENTER}}
    assert (row["status"], row["points"], row["cf_prize_cost"]) == ("active", 50, 700)
    assert "cf_prize_cost" not in (await listed(world))[0]


async def test_entries_are_paid_one_by_one(world: WorldClient) -> None:
    await set_up(world)

    response = await call(world.antavo, "POST", ENTER, {"count": 2})

    assert (response.status_code, response.json()) == (200, {"message": "You are in!"})
    member = await profile(world.antavo)
    assert (member["score"], member["spent"], member["spendable"]) == (200, 100, 100)
    rows = world.inside.tenants["antavo"].customers["ann"].events[-2:]
    assert [(row.action, row.points, row.data["contest"]) for row in rows] == [("contest", -50, "tickets")] * 2


async def test_the_limit_of_entries_is_the_members(world: WorldClient) -> None:
    await set_up(world)

    assert (await call(world.antavo, "POST", ENTER, {"count": 3})).status_code == 200
    response = await call(world.antavo, "POST", ENTER)

    assert response.status_code == 400
    assert (await profile(world.antavo))["spent"] == 150
    (row,) = await listed(world)
    assert row["progress"] == {"current": 3, "is_completed": True, "max": 3}
    assert "_action" not in row


async def test_without_the_points_nothing_is_entered(world: WorldClient) -> None:
    await set_up(world, {**TICKETS, "points": 150, "max_entries": 9})

    response = await call(world.antavo, "POST", ENTER, {"count": 2})

    assert (response.status_code, response.json()["error"]["code"]) == (400, 120241)
    assert (await listed(world))[0]["progress"]["current"] == 0


async def test_a_contest_that_is_over_is_shown_for_a_while(world: WorldClient) -> None:
    await set_up(world)

    await world.set_clock("2026-02-01T00:00:00Z")
    (row,) = await listed(world)
    response = await call(world.antavo, "POST", ENTER, at=world.inside.clock.now)
    await world.set_clock("2026-02-11T00:00:00Z")

    assert row["status"] == "expired"
    assert (response.status_code, response.json()["error"]["message"]) == (404, "Contest not found")
    assert await listed(world) == []


async def test_restricted_and_inactive_contests_are_not_listed(world: WorldClient) -> None:
    hidden = [{**TICKETS, "id": "a", "segments": ["gold"]}, {**TICKETS, "id": "b", "status": "inactive"}]
    segment = {"name": "gold", "conditions": [{"attribute": "score", "operator": "greater than", "value": 900}]}
    await set_up(world, *hidden, segments=[segment])

    assert await listed(world) == []
