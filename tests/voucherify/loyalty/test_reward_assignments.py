"""Rewards of a loyalty program."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.loyalty.test_loyalties import program
from tests.voucherify.loyalty.test_rewards import material


async def test_rewards_are_assigned_changed_and_taken_back(world: WorldClient) -> None:
    await program(world)
    reward = (await material(world))["id"]
    path = "/v1/loyalties/Club/rewards"
    rows = [{"reward": reward, "parameters": {"loyalty": {"points": 2}}}]

    assignment = (await made(world, "POST", path, rows))[0]
    again = await send(world, "POST", path, rows)
    changed = await made(world, "PUT", f"{path}/{assignment['id']}", {"parameters": {"loyalty": {"points": 5}}})
    listed = await made(world, "GET", path)
    await made(world, "DELETE", f"{path}/{assignment['id']}")

    assert again.json()["details"] == f"Duplicated reward_assignment exists with id {assignment['id']}"
    assert changed["parameters"]["loyalty"]["points"] == 5
    assert listed["data"][0]["reward"]["id"] == reward
    assert (await send(world, "GET", f"{path}/{assignment['id']}")).json()["resource_type"] == "reward_assignment"


async def test_one_reward_twice_assigns_none(world: WorldClient) -> None:
    await program(world)
    row = {"reward": (await material(world))["id"], "parameters": {"loyalty": {"points": 2}}}

    response = await send(world, "POST", "/v1/loyalties/Club/rewards", [row, row])

    assert response.status_code == 409
    assert (await made(world, "GET", "/v1/loyalties/Club/rewards"))["total"] == 0


async def test_assignments_tell_their_reward(world: WorldClient) -> None:
    await program(world)
    reward = await material(world)
    row = {"reward": reward["id"], "parameters": {"loyalty": {"points": 2}}}
    assignment = (await made(world, "POST", "/v1/loyalties/Club/rewards", [row]))[0]
    path = "/v1/loyalties/Club/reward-assignments"

    assert (await made(world, "GET", path))["data"] == [assignment]
    assert (await made(world, "GET", f"{path}?assignmentId=rewa_other"))["total"] == 0
    assert await made(world, "GET", f"{path}/{assignment['id']}") == assignment
    assert (await made(world, "GET", f"{path}/{assignment['id']}/reward"))["id"] == reward["id"]
    assert (await send(world, "GET", f"{path}/rewa_other/reward")).json()["resource_type"] == "reward_assignment"
