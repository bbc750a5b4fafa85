"""Orders paid with points, alone and among other redeemables."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, send
from tests.voucherify.loyalty.test_loyalties import member, program
from tests.voucherify.loyalty.test_rewards import material
from tests.voucherify.points.test_buckets import card, listed
from tests.voucherify.redemptions.test_reward_redemptions import offered


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


async def test_a_product_for_points_beside_an_order_and_a_coupon(world: WorldClient) -> None:
    await discount_campaign(world)
    coupon = (await made(world, "POST", "/v1/campaigns/Spring/vouchers", {}))["code"]
    reward = (await material(world, stock=1))["id"]
    code = await offered(world, {"id": reward})
    request = paid(code, reward, 1000)
    request["redeemables"].append({"object": "voucher", "id": coupon})

    checked = await made(world, "POST", "/v1/validations", request)
    redeemed = await made(world, "POST", "/v1/redemptions", request)
    sold_out = await send(world, "POST", "/v1/redemptions", paid(code, reward))

    assert checked["redeemables"][0]["result"] == {"loyalty_card": {"points": 40}}
    assert checked["redeemables"][0]["order"]["total_amount"] == 1000
    assert redeemed["order"]["total_amount"] == 900
    first = await made(world, "GET", f"/v1/redemptions/{redeemed['redemptions'][0]['id']}")
    assert (first["amount"], first["loyalty_card"], first["order"]["total_amount"]) == (40, {"points": 40}, 1000)
    assert first["reward"]["product"]["name"] == "Mug" and first["voucher"]["loyalty_card"]["balance"] == 60
    assert sold_out.json()["key"] == "quantity_exceeded"
    assert (await made(world, "GET", f"/v1/rewards/{reward}"))["redeemed"] == 1


LOYAL = {"type": "LOYALTY_CARD", "loyalty_card": {"points": 10}}


async def coupon_reward(world: WorldClient, **campaign: Any) -> str:
    await discount_campaign(world, **campaign)
    body = {"name": "Coupon", "type": "CAMPAIGN", "parameters": {"campaign": {"id": "Spring"}}}
    reward: str = (await made(world, "POST", "/v1/rewards", body))["id"]
    return reward


async def test_a_coupon_for_points_with_no_order(world: WorldClient) -> None:
    reward = await coupon_reward(world)
    code = await offered(world, {"id": reward})
    request = {"redeemables": [{"object": "voucher", "id": code, "reward": {"id": reward}}]}

    redeemed = (await made(world, "POST", "/v1/redemptions", request))["redemptions"][0]["id"]
    shown = await made(world, "GET", f"/v1/redemptions/{redeemed}")
    rollback = await made(world, "POST", f"/v1/redemptions/{redeemed}/rollback")

    assert (shown["reward"]["voucher"]["campaign"], shown["amount"]) == ("Spring", 40)
    assert shown["reward"]["voucher"]["holder_id"] == shown["customer"]["id"]
    assert shown["order"]["status"] == "PAID"
    assert rollback["voucher"]["loyalty_card"]["balance"] == 100
    kinds = [item["type"] for item in (await made(world, "GET", "/v1/customers/ann/activity"))["data"]]
    assert kinds.count("customer.reward_redemptions.completed") == 1


async def test_a_reward_without_a_code_left_changes_nothing(world: WorldClient) -> None:
    reward = await coupon_reward(world, type="STATIC", vouchers_count=1)
    code = await offered(world, {"id": reward})
    await made(world, "POST", "/v1/publications", {"campaign": {"name": "Spring"}, "customer": "bob"})

    response = await send(world, "POST", "/v1/redemptions", paid(code, reward))

    card = await made(world, "GET", f"/v1/vouchers/{code}")
    assert response.status_code == 400, response.text
    assert (card["loyalty_card"]["balance"], card["redemption"]["redeemed_quantity"]) == (100, 0)
    assert (await made(world, "GET", "/v1/orders"))["total"] == 0
    assert (await made(world, "GET", f"/v1/rewards/{reward}"))["redeemed"] is None


async def test_too_few_points_for_a_reward_among_redeemables(world: WorldClient) -> None:
    reward = (await material(world))["id"]
    code = await offered(world, {"id": reward}, 101)

    checked = await made(world, "POST", "/v1/validations", paid(code, reward))

    assert checked["redeemables"][0]["result"]["error"]["key"] == "loyalty_card_points_exceeded"


async def test_one_code_of_a_campaign_in_a_request(world: WorldClient) -> None:
    reward = await coupon_reward(world)
    code = await offered(world, {"id": reward})
    other = await made(world, "POST", "/v1/loyalties", {"name": "Two", "type": "AUTO_UPDATE", "voucher": LOYAL})
    body = {"campaign": "Two", "parameters": {"loyalty": {"points": 1}}}
    await made(world, "POST", f"/v1/rewards/{reward}/assignments", body)
    second = (await made(world, "POST", f"/v1/loyalties/{other['id']}/members", {"customer": "ann"}))["code"]
    request = paid(code, reward)
    request["redeemables"].append({"object": "voucher", "id": second, "reward": {"id": reward}})

    response = await send(world, "POST", "/v1/redemptions", request)

    assert response.status_code == 501 and "several CAMPAIGN rewards" in response.text
