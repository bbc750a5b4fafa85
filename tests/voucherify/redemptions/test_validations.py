"""Validations: valid, not valid, stacked, limited, skipped."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send


async def coupon(world: WorldClient, code: str, off: int = 1000, **more: Any) -> None:
    await made(world, "POST", f"/v1/vouchers/{code}", {"discount": {"type": "AMOUNT", "amount_off": off}, **more})


def basket(*codes: str, **more: Any) -> dict[str, Any]:
    return {"redeemables": [{"object": "voucher", "id": code} for code in codes], **more}


async def rule(world: WorldClient, name: str, conditions: dict[str, Any], **more: Any) -> str:
    body = {"name": "r", "rules": {"1": {"name": name, "conditions": conditions, **more}, "logic": "1"}}
    found: str = (await made(world, "POST", "/v1/validation-rules", body))["id"]
    return found


async def test_a_valid_coupon_shows_the_order_after_it(world: WorldClient) -> None:
    await coupon(world, "A")

    answer = await made(world, "POST", "/v1/validations", basket("A", order={"amount": 5000}))

    entry = answer["redeemables"][0]
    assert answer["valid"] and answer["id"].startswith("valid_")
    assert entry["status"] == "APPLICABLE"
    assert entry["result"]["discount"] == {
        "type": "AMOUNT",
        "amount_off": 1000,
        "effect": "APPLY_TO_ORDER",
        "is_dynamic": False,
    }
    assert entry["order"]["total_amount"] == answer["order"]["total_amount"] == 4000
    assert "inapplicable_redeemables" not in answer and "skipped_redeemables" not in answer


async def test_an_unknown_code_is_an_entry_of_an_invalid_answer(world: WorldClient) -> None:
    response = await send(world, "POST", "/v1/validations", basket("NOPE", order={"amount": 1}))

    answer = response.json()
    assert response.status_code == 200 and answer["valid"] is False
    entry = answer["inapplicable_redeemables"][0]
    assert entry["result"]["error"]["details"] == "Cannot find voucher with id NOPE"
    assert entry["result"]["error"]["code"] == 404
    assert "order" not in answer


async def test_one_that_fails_takes_the_rest_with_it(world: WorldClient) -> None:
    await coupon(world, "A")
    await coupon(world, "B", active=False)

    answer = await made(world, "POST", "/v1/validations", basket("A", "B", order={"amount": 5000}))

    assert answer["valid"] is False
    assert answer["inapplicable_redeemables"][0]["result"]["error"]["key"] == "voucher_disabled"
    assert answer["skipped_redeemables"][0]["result"]["details"]["key"] == "preceding_validation_failed"


async def test_in_partial_mode_the_rest_applies(world: WorldClient) -> None:
    await world.setup({"voucherify": {"stacking_rules": {"redeemables_application_mode": "PARTIAL"}}})
    await coupon(world, "A")

    answer = await made(world, "POST", "/v1/validations", basket("NOPE", "A", order={"amount": 5000}))

    assert answer["valid"] is True
    assert [entry["id"] for entry in answer["redeemables"]] == ["A"]
    assert [entry["id"] for entry in answer["inapplicable_redeemables"]] == ["NOPE"]


async def test_discounts_are_computed_one_after_the_other(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/P", {"discount": {"type": "PERCENT", "percent_off": 10}})
    await coupon(world, "A", 2000)

    answer = await made(world, "POST", "/v1/validations", basket("P", "A", order={"amount": 26500}))

    first, second = (entry["order"] for entry in answer["redeemables"])
    assert (first["applied_discount_amount"], first["total_amount"]) == (2650, 23850)
    assert (second["applied_discount_amount"], second["discount_amount"]) == (2000, 4650)
    assert answer["order"]["total_amount"] == 21850
    assert answer["order"]["applied_discount_amount"] == 4650


async def test_order_matters_where_a_rule_looks_at_the_amount(world: WorldClient) -> None:
    over_100 = await rule(world, "order.amount", {"$more_than": [10000]})
    await made(world, "POST", "/v1/vouchers/TEN", {"discount": {"type": "PERCENT", "percent_off": 10}})
    body = {"discount": {"type": "PERCENT", "percent_off": 20}, "validation_rules": [over_100]}
    await made(world, "POST", "/v1/vouchers/TWENTY", body)
    await world.setup({"voucherify": {"stacking_rules": {"redeemables_application_mode": "PARTIAL"}}})

    ten_first = await made(world, "POST", "/v1/validations", basket("TEN", "TWENTY", order={"amount": 10500}))
    twenty_first = await made(world, "POST", "/v1/validations", basket("TWENTY", "TEN", order={"amount": 10500}))

    assert ten_first["order"]["total_amount"] == 9450
    assert twenty_first["order"]["total_amount"] == 7560


async def test_only_five_of_thirty_apply_and_that_is_no_failure(world: WorldClient) -> None:
    codes = [f"C{number}" for number in range(30)]
    for code in codes:
        await coupon(world, code, 1)

    answer = await made(world, "POST", "/v1/validations", basket(*codes, order={"amount": 1000}))

    assert answer["valid"] and len(answer["redeemables"]) == 5
    keys = {entry["result"]["details"]["key"] for entry in answer["skipped_redeemables"]}
    assert (len(answer["skipped_redeemables"]), keys) == (25, {"applicable_redeemables_limit_exceeded"})


async def test_a_lock_reserves_the_last_use(world: WorldClient) -> None:
    await coupon(world, "A", redemption={"quantity": 1})

    locked = await made(world, "POST", "/v1/validations", basket("A", order={"amount": 5000}, session={"type": "LOCK"}))
    other = await made(world, "POST", "/v1/validations", basket("A", order={"amount": 5000}))
    await world.advance("7d")
    later = await made(world, "POST", "/v1/validations", basket("A", order={"amount": 5000}))

    assert locked["session"]["key"].startswith("ssn_") and locked["session"]["ttl_unit"] == "DAYS"
    assert other["inapplicable_redeemables"][0]["result"]["error"]["key"] == "quantity_exceeded"
    assert later["valid"] is True


async def test_a_rule_s_own_message_is_told(world: WorldClient) -> None:
    error = {"message": "spend more"}
    wanted = await rule(world, "order.amount", {"$more_than": [10000]}, error=error)
    await coupon(world, "A", validation_rules=[wanted])

    answer = await made(world, "POST", "/v1/validations", basket("A", order={"amount": 5000}))

    refused = answer["inapplicable_redeemables"][0]["result"]["error"]
    assert refused["key"] == "order_rules_violated" and refused["error"] == error
    assert refused["details"].endswith(f"because of violated validation rules: {wanted}")


async def test_the_tracking_id_is_the_customers(world: WorldClient) -> None:
    await coupon(world, "A")

    one, two, nobody = [
        (await made(world, "POST", "/v1/validations", basket("A", order={"amount": 1}, **who)))["tracking_id"]
        for who in ({"customer": {"source_id": "ann"}}, {"customer": "ann"}, {})
    ]

    assert one == two != nobody
