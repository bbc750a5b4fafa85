"""Bulk operations: queued, done from the clock, good rows applied and bad ones named."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, profile
from tests.antavo.workflows.test_runs import receiver

BULK = "/v1/bulk-operation"


async def set_up(world: WorldClient) -> None:
    pools = [{"id": "pool-1", "name": "Five", "type": "amount", "value": 5, "codes": ["A"]}]
    rewards = [{"id": "coffee", "name": "Coffee", "points": 40, "stock": 2}]
    members = [{"id": "ann", "points": 100}, {"id": "bo", "points": 10}, {"id": "cy", "points": 100}]
    await world.setup({"antavo": {"members": members, "coupon_pools": pools, "rewards": rewards}})


async def post(world: WorldClient, path: str, body: Any) -> Any:
    return await call(world.antavo, "POST", BULK + path, body)


async def get(world: WorldClient, path: str) -> dict[str, Any]:
    response = await call(world.antavo, "GET", BULK + path)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_customers_are_put_on_a_list(world: WorldClient) -> None:
    await set_up(world)
    name = (await call(world.antavo, "PUT", "/entities/core/customer-list", {"name": "VIP"})).json()["id"]

    batch = (await post(world, f"/customer-list/add/{name}", {"customers": ["ann", "nobody"]})).json()
    batch_id = batch["metadata"]["external_batch_id"]
    before = await get(world, f"/customer-list/{batch_id}/status")
    await world.settle()
    after = await get(world, f"/customer-list/{batch_id}/status")
    errors = await get(world, f"/customer-list/{batch_id}/status/errors")

    assert (before["payload"]["batch_status"], after["payload"]["batch_status"]) == ("queued", "done")
    assert after["metadata"]["bulk_operation_error"]["number_of_errors"] == 1
    failed = {"customer_list": name, "error_message": "Customer not found", "error_code": 160212}
    assert errors["payload"] == {"number_of_errors": 1, "customers": {"nobody": failed}}
    assert list(world.inside.tenants["antavo"].list_members[name]) == ["ann"]


async def test_customers_are_taken_off_a_list(world: WorldClient) -> None:
    await set_up(world)
    name = (await call(world.antavo, "PUT", "/entities/core/customer-list", {"name": "VIP"})).json()["id"]
    await post(world, f"/customer-list/add/{name}", {"customers": ["ann", "bo"]})
    await post(world, f"/customer-list/remove/{name}", {"customers": ["ann"]})
    await world.settle()

    assert list(world.inside.tenants["antavo"].list_members[name]) == ["bo"]


async def test_codes_are_uploaded_assigned_and_taken_back(world: WorldClient) -> None:
    await set_up(world)
    rows = [{"coupon_code": "B", "customer_id": "ann"}, {"coupon_code": "X", "customer_id": "ann"}]

    first = (await post(world, "/coupons/pool-1/add", {"coupons": ["A", "B"]})).json()["payload"]["batch_id"]
    await world.settle()
    second = (await post(world, "/coupons/pool-1/assign", {"coupons": rows})).json()["payload"]["batch_id"]
    await world.settle()
    coupons = world.inside.tenants["antavo"].coupons
    assert coupons["B"].customer == "ann"
    await post(world, "/coupons/pool-1/unassign", {"coupons": rows[:1]})
    await world.settle()

    assert coupons["B"].status == "unassigned"
    status = await get(world, f"/coupons/{first}/status")
    assert status["payload"] == {"batch_status": "done", "number_of_coupons": 2}
    errors = await get(world, f"/coupons/{second}/status/error")
    assert errors["payload"]["coupons"] == [
        {"coupon_code": "X", "error_message": "Coupon not found", "error_code": 1601}
    ]


async def test_a_reward_is_claimed_for_many(world: WorldClient) -> None:
    await set_up(world)
    async with receiver() as (found, url):
        await world.setup({"antavo": {"trusted_sites": [{"name": "shop", "url": url}]}})
        body = {
            "customers": ["ann", "bo", "cy", "nobody"],
            "callback_url": f"{url}/done",
            "metadata": {"external_batch_id": "mine"},
        }
        assert (await post(world, "/reward/claim/coffee", body)).json()["metadata"]["external_batch_id"] == "mine"
        again = await post(world, "/reward/claim/coffee", {**body, "callback_url": None})
        await world.settle()

    status = await get(world, "/reward/claim/mine/status")
    errors = await get(world, "/reward/claim/mine/status/error?limit=1")
    assert again.json()["error"]["code"] == 320503
    assert [row["customer_id"] for row in status["payload"]["customers"]] == ["ann", "cy"]
    assert list(errors["payload"]["customers"]) == ["bo"]
    assert errors["payload"]["customers"]["bo"]["error_code"] == 120241
    assert errors["metadata"]["pagination"]["total"] == 2
    assert found.requests[0].startswith("POST /done ")
    assert (await profile(world.antavo))["spent"] == 40


async def test_a_forced_claim_costs_nothing_and_looks_at_the_stock_only(world: WorldClient) -> None:
    await set_up(world)
    await post(world, "/reward/claim/coffee", {"customers": ["bo", "ann", "cy"], "force_claim": True})
    await world.settle()

    (batch,) = world.inside.tenants["antavo"].batches.values()
    assert list(batch.results) == ["bo", "ann"]
    assert batch.errors["cy"]["error_code"] == 120212
    assert (await profile(world.antavo, "bo"))["spent"] == 0


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/customer-list/add/nowhere", {"customers": ["ann"]}, 404, 330501),
        ("/customer-list/remove/nowhere", {"customers": ["ann"]}, 404, 330511),
        ("/coupons/nowhere/add", {"coupons": ["A"]}, 404, 202001),
        ("/coupons/pool-1/add", {"coupons": []}, 400, 202002),
        ("/coupons/pool-1/add", {"coupons": ["A"] * 50_001}, 400, 202003),
        ("/reward/claim/nowhere", {"customers": ["ann"]}, 404, 320501),
        ("/reward/claim/coffee", {"customers": []}, 400, 330502),
    ],
)
async def test_what_is_not_queued(world: WorldClient, path: str, body: Any, status: int, code: int) -> None:
    await set_up(world)

    response = await post(world, path, body)

    found = response.json()
    assert (response.status_code, found["status"], found["error"]["code"]) == (status, "error", code)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/customer-list/x/status", 330521),
        ("/customer-list/x/status/errors", 330531),
        ("/coupons/x/status", 330521),
        ("/coupons/x/status/error", 330531),
        ("/reward/claim/x/status", 320510),
        ("/reward/claim/x/status/error", 320510),
    ],
)
async def test_an_unknown_batch(world: WorldClient, path: str, code: int) -> None:
    response = await call(world.antavo, "GET", BULK + path)

    error = {"type": "NotFoundException", "code": code, "message": "Batch ID is not found"}
    assert (response.status_code, response.json()) == (404, {"status": "error", "error": error})
