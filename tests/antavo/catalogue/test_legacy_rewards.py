"""The older rewards API: refusals with HTTP 200."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call

REWARDS = [{"id": "coffee", "name": "Coffee", "points": 40, "stock": 1}, {"id": "car", "name": "Car", "points": 9000}]


async def set_up(world: WorldClient) -> None:
    members = [{"id": "ann", "points": 100}, {"id": "bo", "status": "suspended"}]
    await world.setup({"antavo": {"members": members, "rewards": REWARDS}})


async def claim(world: WorldClient, reward: str, **body: Any) -> Any:
    return await call(world.antavo, "POST", f"/rewards/{reward}/claim", body)


async def test_the_catalogue(world: WorldClient) -> None:
    await set_up(world)

    rows = (await call(world.antavo, "GET", "/rewards?max_price=100")).json()["data"]

    assert [(row["id"], row["price"]) for row in rows] == [("coffee", 40)]
    assert (await call(world.antavo, "GET", "/rewards/coffee")).json()["name"] == "Coffee"
    missing = await call(world.antavo, "GET", "/rewards/nothing")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, 404)


async def test_a_claim(world: WorldClient) -> None:
    await set_up(world)

    assert (await claim(world, "coffee", customer="ann")).json() == {"spent": 40}


@pytest.mark.parametrize(("reward", "customer", "code"), [("car", "ann", 120241), ("coffee", "bo", 1606023)])
async def test_refusals_come_with_http_200(world: WorldClient, reward: str, customer: str, code: int) -> None:
    await set_up(world)

    response = await claim(world, reward, customer=customer)

    assert (response.status_code, response.json()["error"]["code"], response.json()["error"]["type"]) == (
        200,
        code,
        None,
    )


async def test_the_stock_runs_out(world: WorldClient) -> None:
    await set_up(world)
    await claim(world, "coffee", customer="ann")

    error = {"code": 120212, "type": None, "message": "Reward stock ran out"}
    assert (await claim(world, "coffee", customer="ann")).json() == {"error": error}
