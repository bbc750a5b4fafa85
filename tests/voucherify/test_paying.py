"""Orders paid with points, alone and among other redeemables."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.test_buckets import card, listed
from tests.voucherify.test_loyalties import member, program


async def coins(world: WorldClient, points: int = 500, exchange: Any = 20, per: Any = 100) -> tuple[str, str]:
    """A program where points pay (100 of them 20.00); ann's card and the reward's id."""
    body = {"name": "Coins", "type": "COIN", "parameters": {"coin": {"exchange_ratio": exchange, "points_ratio": per}}}
    reward: str = (await made(world, "POST", "/v1/rewards", body))["id"]
    await program(world, points)
    await made(world, "POST", f"/v1/rewards/{reward}/assignments", {"campaign": "Club"})
    code: str = (await member(world))["code"]
    return code, reward


def paid(code: str, reward: str, amount: int = 45000, **more: Any) -> dict[str, Any]:
    row = {"object": "voucher", "id": code, "reward": {"id": reward, **more}}
    return {"redeemables": [row], "customer": {"source_id": "ann"}, "order": {"amount": amount}}


async def test_a_hundred_points_pay_twenty(world: WorldClient) -> None:
    code, reward = await coins(world)
    body = {"reward": {"id": reward, "points": 100}, "order": {"amount": 45000}}

    redeemed = await made(world, "POST", f"/v1/loyalties/members/{code}/redemption", body)

    order = redeemed["order"]
    assert (order["status"], order["amount"], order["total_discount_amount"], order["total_amount"]) == (
        "PAID",
        45000,
        2000,
        43000,
    )
    assert (redeemed["amount"], redeemed["loyalty_card"]) == (100, {"points": 100})
    assert (redeemed["reward"]["id"], redeemed["reward"]["type"]) == (reward, "COIN")
    assert redeemed["reward"]["parameters"] == {"coin": {"exchange_ratio": 20, "points_ratio": 100}}
    assert redeemed["customer"]["source_id"] == "ann"
    assert await card(world, code) == {"points": 500, "balance": 400}


async def test_without_a_number_the_order_is_paid_as_far_as_points_reach(world: WorldClient) -> None:
    code, reward = await coins(world)

    small = await made(world, "POST", "/v1/redemptions", paid(code, reward, 6001))
    large = await made(world, "POST", "/v1/redemptions", paid(code, reward, 10**6))

    assert (small["redemptions"][0]["amount"], small["order"]["total_amount"]) == (301, 0)
    assert (large["redemptions"][0]["amount"], large["order"]["total_amount"]) == (199, 10**6 - 3980)
    assert (await card(world, code))["balance"] == 0


async def test_validating_takes_nothing_and_a_session_reserves(world: WorldClient) -> None:
    code, reward = await coins(world)

    first = await made(
        world, "POST", "/v1/validations", {**paid(code, reward, points=400), "session": {"type": "LOCK", "key": "one"}}
    )
    other = await made(world, "POST", "/v1/validations", paid(code, reward, points=101))
    redeemed = await send(world, "POST", "/v1/redemptions", paid(code, reward, points=101))

    assert first["redeemables"][0]["result"] == {"loyalty_card": {"points": 400}}
    assert other["valid"] is False
    assert (redeemed.status_code, redeemed.json()["key"]) == (400, "loyalty_card_points_exceeded")
    assert (await card(world, code))["balance"] == 500


async def test_points_stack_with_a_coupon_and_come_back_together(world: WorldClient) -> None:
    code, reward = await coins(world)
    await made(world, "POST", "/v1/vouchers/TEN", {"discount": {"type": "AMOUNT", "amount_off": 1000}})
    body = paid(code, reward, 5000, points=100)
    body["redeemables"].insert(0, {"object": "voucher", "id": "TEN"})

    redeemed = await made(world, "POST", "/v1/redemptions", body)
    parent = redeemed["parent_redemption"]["id"]
    after = (await card(world, code))["balance"]
    await made(world, "POST", f"/v1/redemptions/{parent}/rollbacks")

    assert redeemed["order"]["total_amount"] == 2000
    assert (after, (await card(world, code))["balance"]) == (400, 500)
    kinds = [item["type"] for item in (await made(world, "GET", f"/v1/loyalties/members/{code}/transactions"))["data"]]
    assert kinds == ["POINTS_REFUND", "POINTS_REDEMPTION"]


async def test_points_that_expire_pay_first_and_come_back_where_they_were(world: WorldClient) -> None:
    code, reward = await coins(world)
    path = f"/v1/loyalties/members/{code}/balance"
    await made(world, "POST", path, {"points": 60, "expiration_type": "CUSTOM_DATE", "expiration_date": "2026-02-01"})

    redeemed = await made(world, "POST", "/v1/redemptions", paid(code, reward, points=100))
    spent = await listed(world, code)
    await made(world, "POST", f"/v1/redemptions/{redeemed['redemptions'][0]['id']}/rollback")

    assert spent == [("2026-02-01", 0), (None, 460)]
    assert await listed(world, code) == [("2026-02-01", 60), (None, 500)]


async def test_what_is_missing_is_named(world: WorldClient) -> None:
    code, reward = await coins(world)
    row = {"object": "voucher", "id": code}

    without = await send(world, "POST", "/v1/redemptions", {"redeemables": [row], "order": {"amount": 100}})
    orderless = await send(
        world, "POST", "/v1/redemptions", {"redeemables": [{**row, "reward": {"id": reward}}], "customer": "ann"}
    )
    alone = await send(world, "POST", f"/v1/loyalties/members/{code}/redemption", {"reward": {"id": reward}})
    stranger = {**paid(code, reward, points=1), "customer": {"source_id": "bob"}}
    someone = await send(world, "POST", "/v1/redemptions", stranger)

    assert (without.json()["key"], orderless.json()["key"], alone.json()["key"]) == (
        "missing_reward",
        "missing_order",
        "missing_order",
    )
    assert (someone.json()["key"], someone.json()["details"]) == ("invalid_customer", code)
    assert (await card(world, code))["balance"] == 500


async def test_a_tier_changes_what_a_reward_costs(world: WorldClient) -> None:
    code, reward = await coins(world)
    mug = (await made(world, "POST", "/v1/products", {"name": "Mug"}))["id"]
    material = {"name": "Mug", "type": "MATERIAL", "parameters": {"product": {"id": mug}}}
    thing = (await made(world, "POST", "/v1/rewards", material))["id"]
    assigned = {"campaign": "Club", "parameters": {"loyalty": {"points": 40}}}
    assignment = (await made(world, "POST", f"/v1/rewards/{thing}/assignments", assigned))["id"]
    cheaper = {assignment: {"type": "CUSTOM", "points": 10}, reward: {"type": "MULTIPLY", "multiplier": 0.5}}
    await made(
        world, "POST", "/v1/loyalties/Club/tiers", [{"name": "Top", "points": {"from": 100}, "rewards": cheaper}]
    )

    got = await made(world, "POST", f"/v1/loyalties/members/{code}/redemption", {"reward": {"id": thing}})
    order = (await made(world, "POST", "/v1/redemptions", paid(code, reward, points=100)))["order"]

    assert got["amount"] == 10
    assert order["total_discount_amount"] == 4000
    assert (await card(world, code))["balance"] == 390
