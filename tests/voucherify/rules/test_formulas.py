"""Formulas of discounts: what they calculate, when the fallback counts, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from stampcard.client import WorldClient
from stampcard.voucherify.rules import formulas
from stampcard.voucherify.rules.formula_functions import local
from tests.voucherify.calls import made, send

NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
FACTS = {
    "ORDER_AMOUNT": Decimal("250.5"),
    "ORDER_UNITS_QUANTITY": 4,
    "CUSTOMER_METADATA": {"age": 30, "club": "gold", "value": 75.55, "since": "2026-01-01"},
    "CUSTOMER_BIRTHDATE": datetime(2000, 1, 20, tzinfo=UTC),
    "NOW": NOW,
    "TODAY": NOW.replace(hour=0, minute=0),
}


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
        ("MIN(3;ORDER_UNITS_QUANTITY;5) + MAX(1;2)", "5"),
        ('MAX(CUSTOMER_METADATA("age"))', "30"),
        ("POW(ORDER_UNITS_QUANTITY;2)", "16"),
        ('ROUND(CUSTOMER_METADATA("value");1)', "75.6"),
        ('ROUND(CUSTOMER_METADATA("value");0)', "76"),
        ('ROUND(CUSTOMER_METADATA("value");-1)', "80"),
        ('FLOOR(CUSTOMER_METADATA("value");1)', "75.5"),
        ('FLOOR(CUSTOMER_METADATA("value");-1)', "70"),
        ("CEIL(74.44;1)", "74.5"),
        ("CEIL(74.44;-1)", "80"),
        ('DEFAULT_TO(REDEMPTION_METADATA("store_list") / 2;5)', "5"),
        ("17 % 5 x 3 ÷ 2", "3"),
        ('IF(CUSTOMER_METADATA("age") > 10 AND ORDER_UNITS_QUANTITY = 5;20;3)', "3"),
        ('IF(CUSTOMER_METADATA("age") > 10 OR ORDER_UNITS_QUANTITY = 5;20;3)', "20"),
        ("IF(1 = 1 OR 1 = 2 AND 1 = 3;1;0)", "1"),
        ('IF(CUSTOMER_METADATA("club") is "gold";25;10)', "25"),
        ('IF(CUSTOMER_METADATA("club") isNot "gold";25;10)', "10"),
        ('IF(CUSTOMER_METADATA("club") contains "ol";1;0)', "1"),
        ('IF(CUSTOMER_METADATA("club") startsWith "go";1;0)', "1"),
        ('IF(CUSTOMER_METADATA("club") endsWith "go";1;0)', "0"),
        ('IF(CUSTOMER_METADATA("club") IN_ARRAY "silver, gold";1;0)', "1"),
        ('IF(CUSTOMER_METADATA("age") NOT_IN_ARRAY "10,30.0";1;0)', "0"),
        ('SWITCH(CUSTOMER_METADATA("club");SWITCH_CASE("tin";10) SWITCH_CASE("gold";15);5)', "15"),
        ("SWITCH(ORDER_UNITS_QUANTITY;SWITCH_CASE(1;10);5)", "5"),
        ("DAY_OF_MONTH(NOW) + 100 * MONTH(TODAY) + 10000 * YEAR(TODAY)", "20260115"),
        ("DAYS_SINCE(CUSTOMER_BIRTHDATE)", "9492"),
        ("MONTHS_SINCE(CUSTOMER_BIRTHDATE)", "311"),
        ("YEARS_SINCE(CUSTOMER_BIRTHDATE)", "25"),
        ('DAYS_UNTIL(DATE("2026-02-01"))', "17"),
        ('DAYS_UNTIL(CUSTOMER_METADATA("since"))', "-14"),
        ('MONTHS_UNTIL(DATE_TIME("2026-03-16T14:05:00.000Z"))', "2"),
        ('IF(CUSTOMER_BIRTHDATE < DATE("2008-01-15");1;0)', "1"),
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
        "POW(99999999;99)",
        "POW(0;-1)",
        "ROUND(ORDER_AMOUNT;0.5)",
        'DEFAULT_TO(ORDER_METADATA("any"))',
        'IF(CUSTOMER_METADATA("age") contains "3";1;0)',
        "DAYS_SINCE(ORDER_AMOUNT)",
        "DAYS_SINCE(VOUCHER_START_DATE)",
        "TODAY + 1",
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


CART = [
    {"product_id": "mug", "quantity": 3, "price": 1000, "metadata": {"size": 7}},
    {"product_id": "cup", "quantity": 2, "price": 1000, "product": {"metadata": {"weight": 4}}},
    {"product_id": "hat", "quantity": 1, "price": 4500},
]


@pytest.mark.parametrize(
    ("formula", "off"),
    [
        ("ORDER_ITEMS_QUANTITY", 300),
        ("CHEAPEST_ORDER_ITEM_PRICE / 2", 500),
        ("CHEAPEST_ORDER_ITEM_AMOUNT", 2000),
        ("CHEAPEST_ORDER_ITEM_SUBTOTAL - 1", 1900),
        ("CHEAPEST_ORDER_ITEM_UNITS_QUANTITY", 200),
        ('CHEAPEST_ORDER_ITEM_PRODUCT_METADATA("weight")', 400),
        ('CHEAPEST_ORDER_ITEM_METADATA("size")', 1),
        ("MOST_EXPENSIVE_ORDER_ITEM_PRICE", 4500),
        ("VOUCHER_REDEMPTION_QUANTITY - VOUCHER_REDEEMED_QUANTITY", 900),
        ("VOUCHER_PUBLISH_COUNT + 2", 200),
        ("DAYS_UNTIL(VOUCHER_EXPIRATION_DATE)", 1000),
        ("DAYS_SINCE(PROMOTION_TIER_START_DATE)", 1),
        ("YEARS_SINCE(CUSTOMER_BIRTHDATE)", 1600),
    ],
)
async def test_what_formulas_look_at(world: WorldClient, formula: str, off: int) -> None:
    """Of the two items of the lowest price the cup has the lower subtotal."""
    await made(world, "POST", "/v1/customers", {"source_id": "ann", "birthdate": "2010-01-15"})
    discount = {"type": "AMOUNT", "amount_off": 1, "amount_off_formula": formula}
    body = {"type": "DISCOUNT_VOUCHER", "discount": discount, "redemption": {"quantity": 9}}
    await made(world, "POST", "/v1/vouchers/A", {**body, "expiration_date": "2026-01-25"})
    request = {"redeemables": [{"object": "voucher", "id": "A"}], "customer": {"source_id": "ann"}}

    answer = await made(world, "POST", "/v1/validations", {**request, "order": {"items": CART}})

    assert answer["order"]["discount_amount"] == off


def test_the_last_day_of_the_calendar_is_no_failure() -> None:
    tokyo = NOW.astimezone(ZoneInfo("Asia/Tokyo"))

    assert local("9999-12-31T23:59:59.000Z", tokyo) == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert local("2026-01-15", tokyo) == datetime(2026, 1, 14, 15, tzinfo=UTC)


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
        ({"type": "AMOUNT", "amount_off": 1, "amount_off_formula": "IF(TODAY IS_AFTER NOW;1;2)"}, 501, "IS_AFTER"),
        ({"type": "AMOUNT", "amount_off": 1, "amount_off_formula": "ORDER_ITEM_PRICE"}, 501, "ORDER_ITEM_PRICE"),
        ({"type": "AMOUNT", "amount_off": 1, "amount_off_formula": "ROUND(1)"}, 400, "expected"),
        ({"type": "AMOUNT", "amount_off": 1, "amount_off_formula": "SWITCH(1;2;3)"}, 400, "SWITCH_CASE"),
        ({"type": "AMOUNT", "amount_off": 1, "amount_off_formula": "MIN(" * 200}, 400, "too deep"),
        ({"type": "UNIT", "unit_off": 1, "unit_type": "mug", "effect": "ADD_SAME_ITEMS"}, 501, "ADD_SAME_ITEMS"),
    ],
)
async def test_what_we_cannot_calculate_is_refused_when_it_is_defined(
    world: WorldClient, discount: dict[str, Any], status: int, word: str
) -> None:
    response = await send(world, "POST", "/v1/vouchers/A", {"type": "DISCOUNT_VOUCHER", "discount": discount})

    assert response.status_code == status and word in response.text, response.text
