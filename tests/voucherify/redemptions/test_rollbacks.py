"""Rollbacks: uses, credits and orders come back."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.redemptions.test_validations import basket, coupon


async def test_a_rollback_gives_the_use_back_and_cancels_the_order(world: WorldClient) -> None:
    await coupon(world, "A", redemption={"quantity": 1})
    body = basket("A", customer="ann", order={"source_id": "o1", "amount": 5000})
    redeemed = (await made(world, "POST", "/v1/redemptions", body))["redemptions"][0]

    rollback = await made(world, "POST", f"/v1/redemptions/{redeemed['id']}/rollback?reason=wrong")

    assert (rollback["redemption"], rollback["reason"], rollback["result"]) == (redeemed["id"], "wrong", "SUCCESS")
    assert (rollback["order"]["status"], rollback["order"]["total_amount"]) == ("CANCELED", 5000)
    assert rollback["order"]["redemptions"][redeemed["id"]]["rollback_id"] == rollback["id"]
    assert (await made(world, "GET", f"/v1/redemptions/{redeemed['id']}"))["status"] == "ROLLED_BACK"
    assert (await made(world, "GET", "/v1/vouchers/A"))["redemption"]["redeemed_quantity"] == 0
    summary = (await made(world, "GET", "/v1/customers/ann"))["summary"]["redemptions"]
    assert (summary["total_redeemed"], summary["total_rolled_back"]) == (0, 1)


async def test_credits_come_back(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/GIFT", {"gift": {"amount": 10000}})
    redeemed = (await made(world, "POST", "/v1/redemptions", basket("GIFT", order={"amount": 3000})))["redemptions"][0]

    rollback = await made(world, "POST", f"/v1/redemptions/{redeemed['id']}/rollback")

    assert rollback["amount"] == -3000
    card = await made(world, "GET", "/v1/vouchers/GIFT")
    assert (card["gift"]["balance"], card["redemption"]["redeemed_amount"]) == (10000, 0)
    types = [item["type"] for item in (await made(world, "GET", "/v1/vouchers/GIFT/transactions"))["data"]]
    assert types == ["CREDITS_REFUND", "CREDITS_REDEMPTION"]


async def test_stacked_redemptions_are_rolled_back_together(world: WorldClient) -> None:
    await coupon(world, "A")
    await coupon(world, "B")
    answer = await made(world, "POST", "/v1/redemptions", basket("A", "B", order={"amount": 5000}))
    parent, child = answer["parent_redemption"]["id"], answer["redemptions"][0]["id"]

    of_parent = await send(world, "POST", f"/v1/redemptions/{parent}/rollback")
    of_child = await send(world, "POST", f"/v1/redemptions/{child}/rollbacks")
    done = await made(world, "POST", f"/v1/redemptions/{parent}/rollbacks")
    again = await send(world, "POST", f"/v1/redemptions/{parent}/rollbacks")

    assert (of_parent.json()["key"], of_child.json()["key"]) == ("invalid_redemption", "invalid_redemption_parent")
    assert len(done["rollbacks"]) == 2 and done["parent_rollback"]["redemption"] == parent
    assert again.json()["key"] == "already_rolled_back"
    assert again.json()["resource_type"] == "redemption_rollback"


async def test_somebody_elses_customer_or_order_is_refused(world: WorldClient) -> None:
    await coupon(world, "A")
    body = basket("A", customer="ann", order={"source_id": "o1", "amount": 5000})
    redeemed = (await made(world, "POST", "/v1/redemptions", body))["redemptions"][0]["id"]

    customer = await send(world, "POST", f"/v1/redemptions/{redeemed}/rollback", {"customer": "bob"})
    order = await send(world, "POST", f"/v1/redemptions/{redeemed}/rollback", {"order": {"source_id": "o2"}})

    assert (customer.json()["key"], order.json()["key"]) == ("invalid_customer", "invalid_order")
