"""Redeeming rewards."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, send
from tests.voucherify.test_loyalties import member, program
from tests.voucherify.test_rewards import material


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
