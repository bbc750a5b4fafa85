"""Nodes of workflows that need other modules: A/B tests, contests, reward claims."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.antavo.calls import event, profile
from tests.antavo.test_contests import TICKETS


def bonus(points: int) -> dict[str, Any]:
    return {"node": "campaign_bonus", "points": points}


async def set_up(world: WorldClient, *steps: dict[str, Any], **more: Any) -> None:
    workflow = {"name": "w", "trigger": {"type": "event", "event": "visit"}, "steps": list(steps)}
    await world.setup({"antavo": {"members": [{"id": "ann", "points": 100}], "workflows": [workflow], **more}})


def variants(*parts: float) -> dict[str, Any]:
    rows = [{"name": f"v{n}", "percentage": part, "steps": [bonus(10**n)]} for n, part in enumerate(parts)]
    return {"node": "ab_test", "variants": rows}


async def test_an_ab_test_takes_one_way(world: WorldClient) -> None:
    await set_up(world, variants(30, 70))

    for _ in range(200):
        await event(world.antavo, "visit")

    rows = [row.points for row in world.inside.tenants["antavo"].customers["ann"].events if row.points]
    assert rows.count(1) + rows.count(10) == 200
    assert 35 <= rows.count(1) <= 85
    told = [e["summary"] for e in await world.journal(operation="workflow") if "variant" in e["summary"]]
    assert len(told) == 200


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([variants(50, 40)], "make 100"),
        ([variants(50, 50), bonus(1)], "nothing follows"),
        ([{**bonus(1), "variants": variants(50, 50)["variants"]}], "only an A/B test"),
        ([{"node": "ab_test"}], "make 100"),
        ([{"node": "participate_in_contest", "contest": "x"}], "no contest has the id 'x'"),
        ([{"node": "reward_claim", "reward": "x"}], "no reward has the id 'x'"),
    ],
)
async def test_nodes_that_do_not_fit(world: WorldClient, steps: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ControlRefused, match=message):
        await set_up(world, *steps)


async def test_a_workflow_enters_and_revokes(world: WorldClient) -> None:
    enter = {"node": "participate_in_contest", "contest": "tickets", "failure": [bonus(7)]}
    await set_up(world, enter, contests=[{**TICKETS, "max_entries": 2}])
    customer = world.inside.tenants["antavo"].customers["ann"]

    for _ in range(3):
        await event(world.antavo, "visit")

    assert customer.played.contests == {"tickets": 2}
    assert (await profile(world.antavo))["spendable"] == 107
    await set_up(world, {"node": "revoke_from_contest", "contest": "tickets"})
    customer = world.inside.tenants["antavo"].customers["ann"]
    customer.played.contests["tickets"] = 2
    await event(world.antavo, "visit")
    assert customer.played.contests == {}


async def test_a_workflow_claims_a_reward_by_its_rules(world: WorldClient) -> None:
    claim = {"node": "reward_claim", "reward": "mug", "failure": [bonus(7)]}
    await set_up(world, claim, rewards=[{"id": "mug", "name": "Mug", "points": 60}])

    await event(world.antavo, "visit")
    first = (await profile(world.antavo))["spendable"]
    await event(world.antavo, "visit")

    assert (first, (await profile(world.antavo))["spendable"]) == (40, 47)
    assert world.inside.tenants["antavo"].customers["ann"].claims["mug"].count == 1
    (failed,) = [e for e in await world.journal(operation="workflow") if e["error"]]
    assert "does not have enough points" in failed["error"]
