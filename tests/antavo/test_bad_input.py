"""Bad input changes nothing and says what is wrong: overdraws, repeated and reversed steps, bulks with bad items."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, event, profile


async def set_up(world: WorldClient, **points: Any) -> None:
    members = [{"id": "ann", "points": 100}, {"id": "bo", "points": 100}]
    rewards = [{"id": "mug", "name": "Mug", "points": 101}]
    await world.setup({"antavo": {"members": members, "rewards": rewards, "points": points}})


async def state(world: WorldClient) -> list[Any]:
    """All that can be seen of both members."""
    paths = [f"/customers/{name}{more}" for name in ("ann", "bo") for more in ("", "/events", "/transactions")]
    return [(await call(world.antavo, "GET", path)).json() for path in paths]


async def test_a_checkout_may_burn_more_than_there_is_and_a_claim_may_not(world: WorldClient) -> None:
    await set_up(world)

    claimed = await call(world.antavo, "POST", "/customers/ann/activities/rewards/mug/claim")
    burned = await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 0, "points_burned": 130})

    assert (claimed.status_code, claimed.json()["error"]["code"]) == (400, 120241)
    assert burned.status_code == 200
    found = await profile(world.antavo)
    assert (found["point_balance"], found["spendable"], found["spent"]) == (-30, 0, 130)


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("checkout", {"transaction_id": "T1", "total": 0, "points_burned": 101}),
        ("point_spend", {"points": 101}),
        ("reserve_points", {"transaction_id": "T1", "points": 101}),
    ],
)
async def test_overdrawing_can_be_switched_off(world: WorldClient, action: str, data: dict[str, Any]) -> None:
    await set_up(world, negative_points=False)
    before = await state(world)

    response = await event(world.antavo, action, data)

    assert (response.status_code, response.json()["error"]["code"]) == (400, 120241)
    assert await state(world) == before


PURCHASE = ("checkout", {"transaction_id": "T1", "total": 50})


@pytest.mark.parametrize("customer", ["ann", "bo"])
@pytest.mark.parametrize("then", [None, "checkout_reject", "refund"])
async def test_a_transaction_id_is_used_once_whoever_and_whatever_came_of_it(
    world: WorldClient, customer: str, then: str | None
) -> None:
    await set_up(world, pending={"type": "manual" if then == "checkout_reject" else "none"})
    await event(world.antavo, *PURCHASE)
    if then is not None:
        assert (await event(world.antavo, then, {"transaction_id": "T1"})).status_code == 200
    before = await state(world)

    response = await event(world.antavo, *PURCHASE, customer=customer)

    assert (response.status_code, response.json()["error"]["code"]) == (400, 5003)
    assert await state(world) == before


@pytest.mark.parametrize(
    ("done", "action"),
    [
        ("", "accept"),
        ("", "reject"),
        ("", "update"),
        ("", "refund"),
        ("buy", "refund"),
        ("buy", "partial_refund"),
        ("buy accept", "accept"),
        ("buy accept", "reject"),
        ("buy accept", "update"),
        ("buy reject", "accept"),
        ("buy reject", "update"),
        ("buy reject", "refund"),
        ("buy accept refund", "refund"),
        ("buy accept refund", "partial_refund"),
        ("buy accept refund", "reject"),
    ],
)
async def test_steps_out_of_order_change_nothing(world: WorldClient, done: str, action: str) -> None:
    await set_up(world, pending={"type": "manual"})
    for step in done.split():
        assert (await take(world, step)).status_code == 200
    before = await state(world)

    response = await take(world, action)

    assert response.status_code == 400, response.text
    assert await state(world) == before


async def take(world: WorldClient, step: str) -> Any:
    if step == "buy":
        return await event(world.antavo, *PURCHASE)
    name = step if "refund" in step else f"checkout_{step}"
    return await event(world.antavo, name, {"transaction_id": "T1", "total": 70, "amount": 10})


async def test_a_bulk_applies_its_good_items_and_names_the_bad_ones_at_their_places(world: WorldClient) -> None:
    await set_up(world)
    items = [
        {"customer": "ann", "action": "point_add", "data": {"points": 5}},
        {"customer": "nobody", "action": "point_add", "data": {"points": 5}},
        {"customer": "bo", "action": "point_spend", "data": {}},
        {"customer": "bo", "action": "checkout", "data": {"transaction_id": "T1", "total": 20}},
        {"customer": "ann", "action": "checkout", "data": {"transaction_id": "T1", "total": 20}},
        "nonsense",
        {"customer": "ann", "action": "point_spend", "data": {"points": 3}},
    ]

    found = (await call(world.antavo, "POST", "/events/bulk", {"events": items})).json()

    codes = [one.get("error", {}).get("code") for one in found["results"]]
    assert codes == [None, 160212, 0, None, 5003, 0, None]
    assert (found["total"], found["errors"]) == (7, 4)
    ann, bo = await profile(world.antavo), await profile(world.antavo, "bo")
    assert (ann["score"], ann["spent"], ann["purchase_count"]) == (105, 3, 0)
    assert (bo["score"], bo["spent"], bo["purchase_count"]) == (120, 0, 1)
    assert [row["action"] for row in found["results"][6]["events"]] == ["point_spend"]


@pytest.mark.parametrize("action", ["point_add", "checkout", "refund", "profile", "opt_out", "coupon_redeem", "visit"])
async def test_an_unknown_customer_is_said_to_be_one(world: WorldClient, action: str) -> None:
    await set_up(world)

    response = await event(world.antavo, action, {"points": 5, "transaction_id": "T1", "total": 5}, customer="nobody")

    assert (response.status_code, response.json()["error"]["code"]) == (404, 160212)
    assert world.inside.tenants["antavo"].transactions == {}
