"""Redeeming rewards."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, send
from tests.voucherify.loyalty.test_loyalties import member, program
from tests.voucherify.loyalty.test_rewards import material


async def offered(world: WorldClient, reward: Any, points: int = 40) -> str:
    """A card whose campaign has the reward; returns its code."""
    await program(world)
    body = {"campaign": "Club", "parameters": {"loyalty": {"points": points}}}
    await made(world, "POST", f"/v1/rewards/{reward['id']}/assignments", body)
    code: str = (await member(world))["code"]
    return code


async def test_points_pay_for_a_product(world: WorldClient) -> None:
    reward = await material(world, stock=1)
    code = await offered(world, reward)
    path = f"/v1/loyalties/members/{code}/redemption"

    redemption = await made(world, "POST", path, {"reward": {"id": reward["id"]}})
    sold_out = await send(world, "POST", path, {"reward": {"id": reward["id"]}})

    assert (redemption["amount"], redemption["loyalty_card"], redemption["order"]) == (40, {"points": 40}, None)
    assert redemption["reward"]["product"]["name"] == "Mug"
    assert redemption["voucher"]["loyalty_card"] == {"points": 100, "balance": 60}
    assert sold_out.json()["key"] == "quantity_exceeded"


async def test_points_pay_for_a_coupon(world: WorldClient) -> None:
    await discount_campaign(world)
    body = {"name": "Coupon", "type": "CAMPAIGN", "parameters": {"campaign": {"id": "Spring"}}}
    reward = await made(world, "POST", "/v1/rewards", body)
    code = await offered(world, reward)

    redemption = await made(
        world, "POST", f"/v1/loyalties/Club/members/{code}/redemption", {"reward": {"id": reward["id"]}}
    )

    coupon = redemption["reward"]["voucher"]
    assert (coupon["campaign"], coupon["holder_id"]) == ("Spring", redemption["customer_id"])


async def test_gift_credits_add_up_on_one_card(world: WorldClient) -> None:
    gifts = {"name": "Gifts", "type": "AUTO_UPDATE", "voucher": {"type": "GIFT_VOUCHER", "gift": {"amount": 0}}}
    await made(world, "POST", "/v1/campaigns", gifts)
    body = {"name": "Credits", "type": "CAMPAIGN", "parameters": {"campaign": {"id": "Gifts", "balance": 3000}}}
    reward = await made(world, "POST", "/v1/rewards", body)
    code = await offered(world, reward)

    cards = [
        (await made(world, "POST", f"/v1/loyalties/members/{code}/redemption", {"reward": {"id": reward["id"]}}))[
            "reward"
        ]
        for _ in range(2)
    ]

    assert cards[0]["voucher"]["code"] == cards[1]["voucher"]["code"]
    assert cards[1]["voucher"]["gift"]["balance"] == 6000


async def test_too_few_points_pay_for_nothing(world: WorldClient) -> None:
    reward = await material(world)
    code = await offered(world, reward, 101)

    response = await send(world, "POST", f"/v1/loyalties/members/{code}/redemption", {"reward": {"id": reward["id"]}})
    open_to_it = await made(world, "GET", f"/v1/loyalties/members/{code}/rewards")
    affordable = await made(world, "GET", f"/v1/loyalties/members/{code}/rewards?affordable_only=true")

    assert response.json()["key"] == "loyalty_card_points_exceeded"
    assert (open_to_it["total"], affordable["total"]) == (1, 0)


async def test_a_rollback_gives_the_points_back(world: WorldClient) -> None:
    reward = await material(world)
    code = await offered(world, reward)
    path = f"/v1/loyalties/members/{code}/redemption"
    redeemed = (await made(world, "POST", path, {"reward": {"id": reward["id"]}}))["id"]

    rollback = await made(world, "POST", f"/v1/redemptions/{redeemed}/rollback")

    assert (rollback["amount"], rollback["voucher"]["loyalty_card"]["balance"]) == (-40, 100)


async def big_orders(world: WorldClient) -> str:
    """A rule that wants an order of more than 50.00, with an error of its own."""
    rules = {"1": {"name": "order.amount", "conditions": {"$more_than": [5000]}}}
    body = {"name": "big", "rules": rules, "error": {"message": "Buy more"}}
    found: str = (await made(world, "POST", "/v1/validation-rules", body))["id"]
    return found


async def test_rules_of_a_reward_decide_who_may_have_it(world: WorldClient) -> None:
    reward, rule = await material(world), await big_orders(world)
    await program(world)
    offer = {"reward": reward["id"], "parameters": {"loyalty": {"points": 40}}, "validation_rules": [rule]}
    assignment = (await made(world, "POST", "/v1/loyalties/Club/rewards", [offer]))[0]
    path = f"/v1/loyalties/members/{(await member(world))['code']}/redemption"

    refused = [
        (await send(world, "POST", path, {"reward": {"id": reward["id"]}, **more})).json()
        for more in ({}, {"order": {"amount": 5000}})
    ]
    redemption = await made(world, "POST", path, {"reward": {"id": reward["id"]}, "order": {"amount": 5001}})

    for body in refused:
        details = f"Loyalty Card cannot be redeemed because of violated validation rules: {rule}"
        assert (body["key"], body["details"]) == ("order_rules_violated", details)
        assert body["error"] == {"message": "Buy more"}
    assert (redemption["voucher"]["loyalty_card"]["balance"], redemption["order"]) == (60, None)
    assert (await made(world, "GET", f"/v1/rewards/{reward['id']}"))["redeemed"] == 1

    kept = (await made(world, "GET", f"/v1/validation-rules/{rule}/assignments"))["data"]
    assert [(one["related_object_type"], one["related_object_id"]) for one in kept] == [
        ("reward_assignment", assignment["id"])
    ]
    await made(world, "DELETE", f"/v1/loyalties/Club/rewards/{assignment['id']}")
    assert (await made(world, "GET", f"/v1/validation-rules/{rule}/assignments"))["total"] == 0


async def test_a_rule_of_the_customer_looks_at_the_holder(world: WorldClient) -> None:
    reward = await material(world)
    code = await offered(world, reward)
    rules = {"1": {"name": "customer.metadata", "property": "club", "conditions": {"$is": [True]}}}
    rule = (await made(world, "POST", "/v1/validation-rules", {"name": "club", "rules": rules}))["id"]
    assignment = (await made(world, "GET", f"/v1/rewards/{reward['id']}/assignments"))["data"][0]["id"]
    target = {"related_object_id": assignment, "related_object_type": "reward_assignment"}
    await made(world, "POST", f"/v1/validation-rules/{rule}/assignments", target)
    path = f"/v1/loyalties/members/{code}/redemption"

    refused = await send(world, "POST", path, {"reward": {"id": reward["id"]}})
    await made(world, "POST", "/v1/customers", {"source_id": "ann", "metadata": {"club": True}})
    redemption = await made(world, "POST", path, {"reward": {"id": reward["id"]}})

    assert (refused.status_code, refused.json()["key"]) == (400, "customer_rules_violated")
    assert redemption["amount"] == 40


async def test_a_rule_limits_the_points_an_order_is_paid_with(world: WorldClient) -> None:
    body = {"name": "Coins", "type": "COIN", "parameters": {"coin": {"exchange_ratio": 1}}}
    reward = (await made(world, "POST", "/v1/rewards", body))["id"]
    await program(world)
    used = {"name": "redemption.reward.pay_with_points.points_used", "conditions": {"$less_than_or_equal": [20]}}
    rule = (await made(world, "POST", "/v1/validation-rules", {"name": "few", "rules": {"1": used}}))["id"]
    await made(
        world, "POST", f"/v1/rewards/{reward}/assignments", {"campaign": "Club", "validation_rules": [rule, rule]}
    )
    code = (await member(world))["code"]

    def asked(points: int) -> dict[str, Any]:
        row = {"object": "voucher", "id": code, "reward": {"id": reward, "points": points}}
        return {"redeemables": [row], "order": {"amount": 5000}}

    checked = await made(world, "POST", "/v1/validations", asked(21))
    refused = await send(world, "POST", "/v1/redemptions", asked(21))
    paid = await made(world, "POST", "/v1/redemptions", asked(20))

    assert not checked["valid"] and checked["redeemables"][0]["result"]["error"]["key"] == "redemption_rules_violated"
    assert refused.json()["key"] == "redemption_rules_violated"
    assert paid["order"]["total_amount"] == 3000


async def test_rules_a_reward_cannot_have(world: WorldClient) -> None:
    await program(world)
    body = {"name": "Coins", "type": "COIN", "parameters": {"coin": {"exchange_ratio": 1}}}
    reward = (await made(world, "POST", "/v1/rewards", body))["id"]
    path, rules = f"/v1/rewards/{reward}/assignments", [await big_orders(world), "val_none"]

    many = await send(world, "POST", path, {"campaign": "Club", "validation_rules": rules})
    unknown = await send(world, "POST", path, {"campaign": "Club", "validation_rules": rules[1:]})

    assert (many.status_code, many.json()["key"]) == (400, "invalid_payload")
    assert unknown.json()["details"] == "Cannot find validation_rules with id val_none"
    assert (await made(world, "GET", path))["total"] == 0
