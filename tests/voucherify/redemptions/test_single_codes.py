"""The older calls about one code."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, send
from tests.voucherify.redemptions.test_qualifications import coupon, rule


async def test_a_valid_code_tells_what_it_would_do(world: WorldClient) -> None:
    await coupon(world, "A")

    answer = await made(
        world, "POST", "/v1/vouchers/A/validate", {"order": {"amount": 1000}, "session": {"type": "LOCK"}}
    )

    assert (answer["valid"], answer["code"]) == (True, "A")
    assert answer["discount"] == {"type": "AMOUNT", "amount_off": 100, "effect": "APPLY_TO_ORDER"}
    assert answer["order"]["total_amount"] == 900
    assert answer["session"]["type"] == "LOCK" and answer["applicable_to"]["total"] == 0


@pytest.mark.parametrize(
    ("code", "reason", "key"),
    [
        ("OFF", "voucher is disabled", "voucher_disabled"),
        ("DEAR", "order does not match validation rules", "order_rules_violated"),
        ("NOBODY", "voucher not found", "not_found"),
    ],
)
async def test_a_code_that_is_not_says_why(world: WorldClient, code: str, reason: str, key: str) -> None:
    await coupon(world, "OFF")
    await made(world, "POST", "/v1/vouchers/OFF/disable")
    await coupon(world, "DEAR", await rule(world, "order.amount", {"$more_than": [5000]}))

    answer = await made(world, "POST", f"/v1/vouchers/{code}/validate", {"order": {"amount": 1000}})

    assert (answer["valid"], answer["reason"], answer["error"]["key"]) == (False, reason, key)
    assert answer["code"] == code and "order" not in answer


async def test_what_was_not_sent_is_an_error(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/GIFT", {"type": "GIFT_VOUCHER", "gift": {"amount": 1000}})

    response = await send(world, "POST", "/v1/vouchers/GIFT/validate", {})
    answer = await made(world, "POST", "/v1/vouchers/GIFT/validate", {"order": {"amount": 300}})

    assert (response.status_code, response.json()["key"]) == (400, "missing_amount")
    assert answer["gift"]["balance"] == 1000 and answer["order"]["total_amount"] == 0


async def test_the_oldest_publication(world: WorldClient) -> None:
    await discount_campaign(world)

    published = await made(world, "POST", "/v1/vouchers/publish", {"campaign": "Spring", "customer": "ann"})

    assert published["voucher"]["campaign"] == "Spring" and published["channel"] == "API"
    assert (await made(world, "GET", "/v1/vouchers?customer=ann"))["total"] == 1


async def test_browsers_validate_by_query(world: WorldClient) -> None:
    await coupon(world, "A", type="AMOUNT", amount_off=100, effect="APPLY_TO_ITEMS")
    query = (
        "code=A&customer[source_id]=ann&item[0][product_id]=mug&item[0][quantity]=2&item[0][price]=500"
        "&item[1][product_id]=hat&item[1][quantity]=1&item[1][price]=300&session_type=LOCK&session_key=k"
    )

    answer = await made(world, "GET", f"/client/v1/validate?{query}")

    assert answer["order"]["total_amount"] == 1100
    assert [item["subtotal_amount"] for item in answer["order"]["items"]] == [900, 200]
    assert answer["session"]["key"] == "k"


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("code=A&tracking_id=bob&customer[source_id]=ann", "ambiguous_tracking_id"),
        ("code=A&item[0][quantity]=many", "invalid_query_params"),
        ("code=A&item[0]=x", "invalid_query_params"),
        ("code=A&amount=much", "invalid_query_params"),
        ("code=A&customer[source_id][x]=1", "invalid_query_params"),
    ],
)
async def test_a_query_that_is_wrong_is_refused(world: WorldClient, query: str, key: str) -> None:
    response = await send(world, "GET", f"/client/v1/validate?{query}")

    assert (response.status_code, response.json()["key"]) == (400, key)


async def test_browsers_redeem_where_they_may(world: WorldClient) -> None:
    await coupon(world, "A")
    body: dict[str, Any] = {"customer": {"source_id": "ann"}, "order": {"amount": 1000}}

    off = await send(world, "POST", "/client/v1/redeem?code=A", body)
    await world.setup({"voucherify": {"client_side": {"redeem": True}}})
    redeemed = await made(world, "POST", "/client/v1/redeem?code=A", body)
    unknown = await send(world, "POST", "/client/v1/redeem?code=B", body)
    nothing = await send(world, "POST", "/client/v1/redeem", body)

    assert (off.status_code, off.json()["key"]) == (403, "forbidden")
    assert redeemed["voucher"]["code"] == "A" and redeemed["order"]["total_amount"] == 900
    assert (unknown.status_code, nothing.status_code) == (404, 400)
