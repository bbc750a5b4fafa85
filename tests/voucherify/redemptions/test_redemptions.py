"""Redemptions: effects, failures, gift cards, limits, lists."""

from __future__ import annotations

import asyncio
from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, publish, send
from tests.voucherify.redemptions.test_validations import basket, coupon, rule


async def test_a_redemption_pays_the_order_and_counts_for_the_customer(world: WorldClient) -> None:
    await discount_campaign(world)
    code = (await publish(world, "Spring", "ann"))["voucher"]["code"]

    answer = await made(
        world, "POST", "/v1/redemptions", basket(code, customer="ann", order={"source_id": "o1", "amount": 10000})
    )

    redemption = answer["redemptions"][0]
    assert (redemption["result"], redemption["status"], redemption["redemption"]) == ("SUCCESS", "SUCCEEDED", None)
    assert (answer["order"]["status"], answer["order"]["total_amount"]) == ("PAID", 9000)
    assert list(answer["order"]["redemptions"]) == [redemption["id"]]
    assert answer["inapplicable_redeemables"] == answer["skipped_redeemables"] == []
    customer = await made(world, "GET", "/v1/customers/ann")
    assert customer["summary"]["redemptions"]["total_succeeded"] == 1
    assert customer["summary"]["orders"]["total_amount"] == 9000
    assert (await made(world, "GET", f"/v1/vouchers/{code}"))["redemption"]["redeemed_quantity"] == 1


async def test_several_have_a_parent(world: WorldClient) -> None:
    await coupon(world, "A")
    await coupon(world, "B")

    answer = await made(world, "POST", "/v1/redemptions", basket("A", "B", order={"amount": 5000}))

    parent = answer["parent_redemption"]["id"]
    assert {item["redemption"] for item in answer["redemptions"]} == {parent}
    pointer = answer["order"]["redemptions"][parent]
    assert pointer["stacked"] == [item["id"] for item in answer["redemptions"]]
    assert (await made(world, "GET", "/v1/redemptions"))["total"] == 2


async def test_a_failure_changes_nothing_but_is_kept(world: WorldClient) -> None:
    await coupon(world, "A")
    await coupon(world, "B", active=False)

    response = await send(world, "POST", "/v1/redemptions", basket("A", "B", order={"source_id": "o1", "amount": 5000}))

    assert response.status_code == 400
    assert (response.json()["key"], response.json()["details"]) == ("voucher_disabled", "B")
    assert (await send(world, "GET", "/v1/orders/o1")).status_code == 404
    assert (await made(world, "GET", "/v1/vouchers/A"))["redemption"]["redeemed_quantity"] == 0
    failed = (await made(world, "GET", "/v1/redemptions?result=FAILURE"))["redemptions"]
    assert [item["failure_code"] for item in failed] == ["voucher_disabled"]


async def test_the_older_call_names_the_failed_redemption(world: WorldClient) -> None:
    await coupon(world, "A", redemption={"quantity": 1})
    await made(world, "POST", "/v1/vouchers/A/redemption")

    response = await send(world, "POST", "/v1/vouchers/A/redemption")

    body = response.json()
    assert (response.status_code, body["key"], body["resource_type"]) == (400, "quantity_exceeded", "redemption")
    assert (await made(world, "GET", f"/v1/redemptions/{body['resource_id']}"))["result"] == "FAILURE"


async def test_a_gift_card_is_spent_by_credits_and_then_by_what_the_order_costs(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/GIFT", {"gift": {"amount": 10000}})
    asked = {"redeemables": [{"object": "voucher", "id": "GIFT", "gift": {"credits": 2000}}], "order": {"amount": 5000}}

    first = await made(world, "POST", "/v1/redemptions", asked)
    second = await made(world, "POST", "/v1/redemptions", basket("GIFT", order={"amount": 20000}))
    third = await send(world, "POST", "/v1/redemptions", basket("GIFT", order={"amount": 1}))

    assert (first["redemptions"][0]["amount"], first["order"]["total_amount"]) == (2000, 3000)
    assert (second["redemptions"][0]["gift"], second["order"]["total_amount"]) == ({"amount": 8000}, 12000)
    assert third.json()["key"] == "gift_amount_exceeded"
    card = await made(world, "GET", "/v1/vouchers/GIFT")
    assert (card["gift"]["balance"], card["redemption"]["redeemed_amount"]) == (0, 10000)


async def test_the_last_use_is_redeemed_once_by_many_at_once(world: WorldClient) -> None:
    await coupon(world, "A", redemption={"quantity": 1})

    calls = [send(world, "POST", "/v1/redemptions", basket("A", order={"amount": 5000})) for _ in range(50)]
    answers = await asyncio.gather(*calls)

    assert sorted({answer.status_code for answer in answers}) == [200, 400]
    assert sum(answer.status_code == 200 for answer in answers) == 1


async def test_one_redemption_for_each_customer(world: WorldClient) -> None:
    once = await rule(world, "redemption.count.per_customer", {"$less_than_or_equal": [1]})
    await coupon(world, "A", validation_rules=[once])

    async def redeem(**who: Any) -> Any:
        return (await send(world, "POST", "/v1/redemptions", basket("A", order={"amount": 5000}, **who))).json()

    assert "key" not in await redeem(customer="ann")
    assert (await redeem(customer="ann"))["key"] == "redemption_rules_violated"
    assert "key" not in await redeem(customer="bob")
    assert (await redeem())["key"] == "missing_customer"


async def test_a_session_redeems_what_it_reserved(world: WorldClient) -> None:
    await coupon(world, "A", redemption={"quantity": 1})
    session = {"type": "LOCK", "key": "mine"}
    await made(world, "POST", "/v1/validations", basket("A", order={"amount": 5000}, session=session))

    other = await send(world, "POST", "/v1/redemptions", basket("A", order={"amount": 5000}))
    mine = await send(world, "POST", "/v1/redemptions", basket("A", order={"amount": 5000}, session=session))

    assert (other.json()["key"], mine.status_code) == ("quantity_exceeded", 200)


async def test_the_entries_of_a_voucher(world: WorldClient) -> None:
    await coupon(world, "A")
    await made(world, "POST", "/v1/redemptions", basket("A", order={"amount": 5000}))

    block = await made(world, "GET", "/v1/vouchers/A/redemption")

    assert (block["redeemed_quantity"], block["total"], block["data_ref"]) == (1, 1, "redemption_entries")
