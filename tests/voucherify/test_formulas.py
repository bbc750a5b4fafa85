"""Formulas of discounts: what they calculate, when the fallback counts, what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from stampcard.client import WorldClient
from stampcard.voucherify import formulas
from tests.voucherify.calls import made, send

FACTS = {"ORDER_AMOUNT": Decimal("250.5"), "ORDER_UNITS_QUANTITY": 4, "CUSTOMER_METADATA": {"age": 30, "club": "gold"}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3 - 4 / 8", "8.5"),
        ("-2 + 3", "1"),
        ("10 - 2 - 3", "5"),
        ("IF(ORDER_AMOUNT > 200;ORDER_AMOUNT * 0.15;ORDER_AMOUNT * 0.05)", "37.575"),
        ('IF(ORDER_UNITS_QUANTITY = 3;CUSTOMER_METADATA("age") * 2;CUSTOMER_METADATA("age"))', "30"),
        ('IF(CUSTOMER_METADATA("club") = "gold";10;5)', "10"),
        ('IF(CUSTOMER_METADATA("club") <> "gold";10;IF(ORDER_UNITS_QUANTITY >= 4;7;5))', "7"),
        ("1 / 3 * 3", None),
    ],
)
def test_a_formula_calculates_exactly(text: str, value: str | None) -> None:
    found = formulas.calculate(text, FACTS)

    assert found is not None
    assert found == Decimal(value) if value is not None else abs(found - 1) < Decimal("1e-20")


@pytest.mark.parametrize(
    "text",
    [
        'CUSTOMER_METADATA("missing")',
        'CUSTOMER_METADATA("club") * 2',
        'ORDER_METADATA("any")',
        "ORDER_AMOUNT / (ORDER_UNITS_QUANTITY - 4)",
        '"gold"',
        "ORDER_AMOUNT > 2",
    ],
)
def test_some_cannot_be_calculated(text: str) -> None:
    assert formulas.calculate(text, FACTS) is None


async def applied(world: WorldClient, discount: dict[str, Any], **request: Any) -> dict[str, Any]:
    await made(world, "POST", "/v1/vouchers/A", {"type": "DISCOUNT_VOUCHER", "discount": discount})
    body = {"redeemables": [{"object": "voucher", "id": "A"}], **request}
    answer = await made(world, "POST", "/v1/validations", body)
    assert answer["valid"], answer
    found: dict[str, Any] = answer["redeemables"][0]
    return found


CUSTOMER = {"source_id": "ann", "metadata": {"age": 30}}


@pytest.mark.parametrize(
    ("discount", "member", "value", "off"),
    [
        ({"type": "AMOUNT", "amount_off": 500, "amount_off_formula": "ORDER_AMOUNT * 0.15"}, "amount_off", 3015, 3015),
        (
            {"type": "PERCENT", "percent_off": 3, "percent_off_formula": 'CUSTOMER_METADATA("age")'},
            "percent_off",
            30,
            6030,
        ),
        (
            {"type": "FIXED", "fixed_amount": 200, "fixed_amount_formula": "20 + 1", "effect": "APPLY_TO_ORDER"},
            "fixed_amount",
            2100,
            18000,
        ),
    ],
)
async def test_money_stands_in_whole_units(
    world: WorldClient, discount: dict[str, Any], member: str, value: float, off: int
) -> None:
    found = await applied(world, discount, order={"amount": 20100}, customer=CUSTOMER)

    assert found["result"]["discount"]["is_dynamic"] is True
    assert found["result"]["discount"][member] == value
    assert found["order"]["total_applied_discount_amount"] == off


async def test_the_fallback_counts_where_metadata_is_missing(world: WorldClient) -> None:
    discount = {"type": "AMOUNT", "amount_off": 500, "amount_off_formula": 'CUSTOMER_METADATA("age") * 2'}

    found = await applied(world, discount, order={"amount": 2000})

    assert found["result"]["discount"]["is_dynamic"] is False
    assert found["order"]["total_amount"] == 1500


async def test_units_by_formula(world: WorldClient) -> None:
    """Thirty years are three free mugs."""
    formula = 'IF(ORDER_UNITS_QUANTITY > 3;CUSTOMER_METADATA("age") / 5;CUSTOMER_METADATA("age") / 10)'
    discount = {
        "type": "UNIT",
        "unit_off": 1,
        "unit_off_formula": formula,
        "unit_type": "mug",
        "effect": "ADD_NEW_ITEMS",
    }
    items = [{"product_id": "mug", "quantity": 2, "price": 1000}]

    found = await applied(world, discount, order={"items": items}, customer=CUSTOMER)

    assert found["result"]["discount"]["unit_off"] == 3
    assert found["order"]["items"][0]["quantity"] == 5 and found["order"]["total_amount"] == 2000


async def test_metadata_of_the_code_and_of_its_publication(world: WorldClient) -> None:
    owners = {"REDEEMABLE": "base", "PUBLICATION": "bonus", "ORDER": "more", "REDEMPTION": "x"}
    formula = " + ".join(f'{owner}_METADATA("{key}")' for owner, key in owners.items())
    discount = {"type": "AMOUNT", "amount_off": 1, "amount_off_formula": formula}
    body = {"type": "DISCOUNT_VOUCHER", "discount": discount, "metadata": {"base": 1}}
    await made(world, "POST", "/v1/vouchers/A", body)
    await made(world, "POST", "/v1/publications", {"voucher": "A", "customer": "ann", "metadata": {"bonus": 2}})
    order = {"amount": 5000, "metadata": {"more": 3}}
    request = {"redeemables": [{"object": "voucher", "id": "A"}], "order": order, "metadata": {"x": 4.5}}

    redeemed = await made(world, "POST", "/v1/redemptions", request)

    assert redeemed["order"]["discount_amount"] == 1050


@pytest.mark.parametrize(
    ("discount", "status", "word"),
    [
        ({"type": "AMOUNT", "amount_off_formula": "1"}, 400, "amount_off"),
        ({"type": "AMOUNT", "amount_off": 1, "amount_off_formula": "1 +"}, 400, "unexpected end"),
        ({"type": "AMOUNT", "amount_off": 1, "amount_off_formula": "IF(1;2)"}, 400, "expected"),
        ({"type": "AMOUNT", "amount_off": 1, "amount_off_formula": "2 ** 3"}, 400, "unexpected"),
        ({"type": "AMOUNT", "amount_off": 1, "amount_off_formula": "(" * 200}, 400, "too deep"),
        ({"type": "AMOUNT", "amount_off": 1, "amount_off_formula": "-" * 5000}, 400, "too deep"),
        ({"type": "AMOUNT", "amount_off": 1, "amount_off_formula": "DAYS_SINCE(1)"}, 501, "DAYS_SINCE"),
        ({"type": "UNIT", "unit_off": 1, "unit_type": "mug", "effect": "ADD_SAME_ITEMS"}, 501, "ADD_SAME_ITEMS"),
    ],
)
async def test_what_we_cannot_calculate_is_refused_when_it_is_defined(
    world: WorldClient, discount: dict[str, Any], status: int, word: str
) -> None:
    response = await send(world, "POST", "/v1/vouchers/A", {"type": "DISCOUNT_VOUCHER", "discount": discount})

    assert response.status_code == status and word in response.text, response.text
