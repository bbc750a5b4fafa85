"""Discount arithmetic: the vendor's worked lines and exactness."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from stampcard.voucherify.redemptions.discounts import percent, split
from tests.voucherify.calls import made

CART = [("mug", 1000, 2), ("poster", 1500, 3), ("shirt", 2000, 3), ("bottle", 2500, 2)]
ITEMS = [{"product_id": name, "price": price, "quantity": quantity} for name, price, quantity in CART]
FIRST_THREE = [{"object": "product", "id": name} for name in ("mug", "poster", "shirt")]


async def taken(world: WorldClient, discount: dict[str, Any], order: dict[str, Any], scope: Any = None) -> Any:
    """The order after the discount, restricted to the products of `scope`."""
    body: dict[str, Any] = {"discount": discount}
    if scope is not None:
        rule = {"name": "scope", "applicable_to": {"included": scope}}
        body["validation_rules"] = [(await made(world, "POST", "/v1/validation-rules", rule))["id"]]
    await made(world, "POST", "/v1/vouchers/CODE", body)
    request = {"redeemables": [{"object": "voucher", "id": "CODE"}], "order": order}
    answer = await made(world, "POST", "/v1/validations", request)
    assert answer["valid"], answer
    return answer["order"]


WORKED = [
    ({"type": "AMOUNT", "amount_off": 1000, "effect": "APPLY_TO_ITEMS"}, [1000, 1000, 1000]),
    ({"type": "AMOUNT", "amount_off": 1000, "effect": "APPLY_TO_ITEMS_BY_QUANTITY"}, [2000, 3000, 3000]),
    ({"type": "AMOUNT", "amount_off": 1000, "effect": "APPLY_TO_ITEMS_PROPORTIONALLY"}, [160, 360, 480]),
    ({"type": "AMOUNT", "amount_off": 1000, "effect": "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY"}, [250, 375, 375]),
    ({"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ITEMS"}, [200, 450, 600]),
    ({"type": "FIXED", "fixed_amount": 1000, "effect": "APPLY_TO_ITEMS"}, [0, 1500, 3000]),
    ({"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ITEMS", "amount_limit": 400}, [200, 400, 400]),
    ({"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ITEMS", "aggregated_amount_limit": 500}, [200, 300, 0]),
]


@pytest.mark.parametrize(("discount", "lines"), WORKED)
async def test_the_vendors_worked_lines(world: WorldClient, discount: dict[str, Any], lines: list[int]) -> None:
    order = await taken(world, discount, {"items": ITEMS}, FIRST_THREE)

    assert [item.get("discount_amount", 0) for item in order["items"]] == [*lines, 0]
    assert order.get("items_discount_amount", 0) == sum(lines)
    assert order["total_amount"] == 17500 - sum(lines)
    assert "discount_amount" not in order


ORDER_LEVEL = [
    ({"type": "AMOUNT", "amount_off": 2000}, 26500, 2000),
    ({"type": "AMOUNT", "amount_off": 30000}, 26500, 26500),
    ({"type": "PERCENT", "percent_off": 10}, 26500, 2650),
    ({"type": "PERCENT", "percent_off": 12.5}, 1001, 125),
    ({"type": "PERCENT", "percent_off": 0.5}, 100, 1),
    ({"type": "PERCENT", "percent_off": 50, "amount_limit": 1000}, 26500, 1000),
    ({"type": "FIXED", "fixed_amount": 20000, "effect": "APPLY_TO_ORDER"}, 26500, 6500),
    ({"type": "FIXED", "fixed_amount": 30000, "effect": "APPLY_TO_ORDER"}, 26500, 0),
]


@pytest.mark.parametrize(("discount", "amount", "off"), ORDER_LEVEL)
async def test_discounts_of_the_whole_order(world: WorldClient, discount: Any, amount: int, off: int) -> None:
    order = await taken(world, discount, {"amount": amount})

    assert order["total_amount"] == amount - off
    assert order.get("total_discount_amount", 0) == off


async def test_missing_free_units_are_added(world: WorldClient) -> None:
    await made(world, "POST", "/v1/products", {"source_id": "mug", "name": "Mug", "price": 1000})
    discount = {"type": "UNIT", "unit_off": 3, "unit_type": "mug", "effect": "ADD_MISSING_ITEMS"}

    order = await taken(world, discount, {"items": [{"source_id": "mug", "quantity": 1}]})

    line = order["items"][0]
    assert (line["quantity"], line["discount_quantity"], line["initial_quantity"]) == (3, 3, 1)
    assert (order["amount"], order["total_amount"]) == (3000, 0)


async def test_new_free_units_come_on_top(world: WorldClient) -> None:
    await made(world, "POST", "/v1/products", {"source_id": "mug", "name": "Mug", "price": 1000})
    discount = {"type": "UNIT", "unit_off": 1, "unit_type": "mug", "effect": "ADD_NEW_ITEMS"}

    order = await taken(world, discount, {"items": [{"source_id": "mug", "quantity": 2}]})

    assert order["items"][0]["quantity"] == 3
    assert (order["amount"], order["total_amount"]) == (3000, 2000)


def test_a_split_always_adds_up() -> None:
    assert split(100, [1, 1, 1]) == [33, 34, 33]
    assert sum(split(999, [7, 11, 13, 17])) == 999
    assert split(5, []) == []


def test_half_a_cent_rounds_up_and_nothing_is_lost_in_between() -> None:
    assert [percent(5, 10), percent(15, 10), percent(10**15 + 5, 10)] == [1, 2, 10**14 + 1]


async def test_free_shipping_is_a_product_of_the_vendor_s(world: WorldClient) -> None:
    discount = {"type": "UNIT", "unit_off": 1, "unit_type": "prod_5h1pp1ng", "effect": "ADD_MISSING_ITEMS"}
    shipping = {"source_id": "5h1pp1ng", "related_object": "product", "quantity": 1, "price": 2000}

    order = await taken(world, discount, {"items": [*ITEMS[:1], shipping]})
    voucher = await made(world, "GET", "/v1/vouchers/CODE")

    assert voucher["discount"]["product"] == {"id": "prod_5h1pp1ng", "source_id": "5h1pp1ng", "name": "Shipping"}
    assert [item.get("discount_amount", 0) for item in order["items"]] == [0, 2000]
    assert order["total_amount"] == 2000


async def test_free_units_say_what_they_are_of(world: WorldClient) -> None:
    product = await made(world, "POST", "/v1/products", {"source_id": "mug", "name": "Mug", "price": 1000})
    sku = await made(world, "POST", "/v1/products/mug/skus", {"source_id": "mug-l", "sku": "Large"})
    unit = {"unit_off": 1, "effect": "ADD_NEW_ITEMS"}
    discount = {
        "type": "UNIT",
        "effect": "ADD_MANY_ITEMS",
        "units": [{**unit, "unit_type": product["id"]}, {**unit, "unit_type": "mug-l"}],
    }

    order = await taken(world, discount, {"items": []})
    units = (await made(world, "GET", "/v1/vouchers/CODE"))["discount"]["units"]

    assert units[0]["product"] == {"id": product["id"], "source_id": "mug", "name": "Mug"} and "sku" not in units[0]
    assert units[1]["sku"] == {"id": sku["id"], "source_id": "mug-l", "name": "Large"}
    assert (order["amount"], order["total_amount"]) == (2000, 0)
