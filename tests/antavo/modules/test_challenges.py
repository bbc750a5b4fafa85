"""Challenges: progress, completion with its points, resets, and the lists of both API generations."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, event, profile

SHOPPER = {
    "id": "shopper",
    "title": "Shopper",
    "points": 50,
    "criteria": [{"action": "checkout", "threshold": 2}, {"action": "review", "threshold": 1, "message": "Write one"}],
    "tags": ["shop"],
}


async def set_up(world: WorldClient, *challenges: dict[str, Any], **more: Any) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann"}], "challenges": list(challenges) or [SHOPPER], **more}})


async def shop(world: WorldClient, *numbers: str) -> None:
    for number in numbers:
        await event(world.antavo, "checkout", {"transaction_id": number, "total": 0})


async def listed(world: WorldClient, path: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await call(world.antavo, "GET", path)).json()["data"]
    return rows


async def test_progress_counts_each_criterion_to_its_threshold(world: WorldClient) -> None:
    await set_up(world)
    await shop(world, "T1", "T2", "T3")

    (row,) = await listed(world, "/customers/ann/activities/challenges")

    assert row["progress"]["overall"] == pytest.approx(66.67)
    assert [c["current"] for c in row["progress"]["criteria"]] == [2, 0]
    assert [c["is_completed"] for c in row["progress"]["criteria"]] == [True, False]


async def test_a_completion_is_an_event_with_points(world: WorldClient) -> None:
    await set_up(world)
    await shop(world, "T1", "T2")
    response = await event(world.antavo, "review")

    assert response.json()["score"] == 50
    row = world.inside.tenants["antavo"].customers["ann"].events[-1]
    assert (row.action, row.points, row.data["challenge"]) == ("activity", 50, "shopper")
    await event(world.antavo, "review")
    assert (await profile(world.antavo))["score"] == 50


async def test_a_challenge_may_be_completed_again(world: WorldClient) -> None:
    await set_up(
        world, {"id": "v", "title": "V", "points": 5, "criteria": [{"action": "visit"}], "max_completions": None}
    )
    for _ in range(3):
        await event(world.antavo, "visit")

    (row,) = await listed(world, "/customers/ann/challenges")

    assert (row["completions"], (await profile(world.antavo))["score"]) == (3, 15)


async def test_progress_is_reset_only_where_it_may_be(world: WorldClient) -> None:
    await set_up(world, SHOPPER, {**SHOPPER, "id": "again", "resettable": True})
    await shop(world, "T1")

    refused = await event(world.antavo, "challenge_reset", {"challenge": "shopper"})
    await event(world.antavo, "challenge_reset", {"challenge": "again"})

    rows = await listed(world, "/customers/ann/activities/challenges")
    assert refused.status_code == 400
    assert [row["progress"]["overall"] for row in rows] == [pytest.approx(33.33), 0]


async def test_members_outside_the_segment_are_restricted(world: WorldClient) -> None:
    segments = [{"name": "vip", "conditions": [{"attribute": "score", "operator": "greater than", "value": 10}]}]
    await set_up(world, {**SHOPPER, "segments": ["vip"]}, segments=segments)
    await shop(world, "T1")

    (row,) = await listed(world, "/customers/ann/activities/challenges")

    assert (row["status"], row["progress"]["overall"]) == ("restricted", 0)


async def test_a_challenge_runs_in_its_time(world: WorldClient) -> None:
    await set_up(world, {**SHOPPER, "starts_at": "2026-02-01T00:00:00Z"})
    await shop(world, "T1")

    assert await listed(world, "/customers/ann/activities/challenges") == []


async def test_a_workflow_hears_of_the_progress(world: WorldClient) -> None:
    steps = [
        {"node": "event_attribute", "conditions": [{"attribute": "overall", "operator": "greater than", "value": 50}]},
        {"node": "campaign_bonus", "points": 3},
    ]
    trigger = {"type": "challenge", "event": "shopper"}
    await set_up(world, workflows=[{"name": "nearly", "trigger": trigger, "steps": steps}])

    await shop(world, "T1")
    assert (await profile(world.antavo))["score"] == 0
    await shop(world, "T2")

    assert (await profile(world.antavo))["score"] == 3


async def test_a_workflow_may_complete_a_challenge_and_keep_a_list(world: WorldClient) -> None:
    steps = [{"node": "complete_challenge", "challenge": "shopper"}, {"node": "add_to_list", "list": "vip"}]
    trigger = {"type": "event", "event": "visit"}
    flows = [{"name": "w", "trigger": trigger, "steps": steps}]
    await set_up(world, workflows=flows, customer_lists=[{"id": "vip"}])

    await event(world.antavo, "visit")

    assert (await profile(world.antavo))["score"] == 50
    assert list(world.inside.tenants["antavo"].list_members["vip"]) == ["ann"]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", 1),
        ("?tags=shop,other", 1),
        ("?tags=other", 0),
        ("?points=50", 1),
        ("?title=shopper", 0),
        ("?sort=points", 1),
    ],
)
async def test_the_newer_list(world: WorldClient, query: str, wanted: int) -> None:
    await set_up(world)

    found = (await call(world.antavo, "GET", f"/v2/customers/ann/activities/challenges{query}")).json()

    assert (found["status"], found["metadata"]["pagination"]["total"], len(found["payload"])) == (
        "success",
        wanted,
        wanted,
    )


@pytest.mark.parametrize(
    ("query", "code"), [("limit=0", 300123), ("limit=101", 300123), ("offset=-1", 300121), ("colour=red", 300122)]
)
async def test_what_the_newer_history_refuses(world: WorldClient, query: str, code: int) -> None:
    await set_up(world)

    response = await call(world.antavo, "GET", f"/v2/customers/ann/challenges?{query}")

    found = response.json()
    assert (response.status_code, found["status"], found["error"]["code"]) == (400, "error", code)


async def test_the_newer_history_filters_by_date(world: WorldClient) -> None:
    await set_up(world, {"id": "v", "title": "V", "criteria": [{"action": "visit"}]})
    await event(world.antavo, "visit")
    path = "/v2/customers/ann/challenges?created_at"

    after = (await call(world.antavo, "GET", f"{path}.gte=2026-01-15")).json()
    before = (await call(world.antavo, "GET", f"{path}.lt=2026-01-15")).json()

    assert ([row["id"] for row in after["payload"]], before["payload"]) == (["v"], [])
