"""Balances and transactions."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send


async def test_credits_are_added_and_taken(world: WorldClient) -> None:
    card = await made(world, "POST", "/v1/vouchers/GIFT", {"gift": {"amount": 1000}})

    added = await made(world, "POST", "/v1/vouchers/GIFT/balance", {"amount": 10000, "reason": "Christmas"})
    taken = await made(world, "POST", "/v1/vouchers/GIFT/balance", {"amount": -500})

    assert added == {
        "amount": 10000,
        "total": 11000,
        "balance": 11000,
        "type": "gift_voucher",
        "operation_type": "MANUAL",
        "object": "balance",
        "related_object": {"type": "voucher", "id": card["id"]},
    }
    assert taken["balance"] == 10500
    page = await made(world, "GET", "/v1/vouchers/GIFT/transactions")
    assert [item["type"] for item in page["data"]] == ["CREDITS_REMOVAL", "CREDITS_ADDITION"]
    assert page["data"][1]["reason"] == "Christmas" and page["data"][1]["source"] == "API"
    assert page["has_more"] is False and "more_starting_after" not in page


async def test_a_balance_never_goes_below_zero(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/GIFT", {"gift": {"amount": 1000}})

    response = await send(world, "POST", "/v1/vouchers/GIFT/balance", {"amount": -1001})

    assert (response.status_code, response.json()["key"]) == (400, "gift_amount_exceeded")


async def test_the_cursor_leads_through_the_transactions(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/GIFT", {"gift": {"amount": 1}})
    for amount in (1, 2, 3):
        await made(world, "POST", "/v1/vouchers/GIFT/balance", {"amount": amount})

    first = await made(world, "GET", "/v1/vouchers/GIFT/transactions?limit=2")
    rest = await made(world, "GET", f"/v1/vouchers/GIFT/transactions?starting_after_id={first['more_starting_after']}")

    amounts = [item["details"]["balance"]["amount"] for item in (*first["data"], *rest["data"])]
    assert amounts == [3, 2, 1]


async def test_a_discount_has_no_transactions(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/A", {"discount": {"type": "AMOUNT", "amount_off": 1}})

    assert (await made(world, "GET", "/v1/vouchers/A/transactions"))["data"] == []
