"""Which lines and units of an order a discount touches."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import made

CART = [("mug", 1000, 2), ("poster", 1500, 3), ("shirt", 2000, 3), ("bottle", 2500, 2)]
ITEMS = [{"product_id": name, "price": price, "quantity": quantity} for name, price, quantity in CART]
PERCENT = {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ITEMS"}
EACH = {"type": "AMOUNT", "amount_off": 100, "effect": "APPLY_TO_ITEMS_BY_QUANTITY"}
LINE = {"type": "AMOUNT", "amount_off": 300, "effect": "APPLY_TO_ITEMS"}
FIXED = {"type": "FIXED", "fixed_amount": 900, "effect": "APPLY_TO_ITEMS"}


async def everything(world: WorldClient) -> str:
    """A collection of all four products."""
    for name, price, _ in CART:
        await made(world, "POST", "/v1/products", {"source_id": name, "name": name, "price": price})
    items = [{"id": name, "object": "product"} for name, _, _ in CART]
    created = await made(world, "POST", "/v1/product-collections", {"name": "All", "type": "STATIC", "products": items})
    return str(created["id"])


async def applied(world: WorldClient, discount: dict[str, Any], **scope: Any) -> dict[str, Any]:
    rule = await made(world, "POST", "/v1/validation-rules", {"name": "scope", "applicable_to": scope})
    body = {"type": "DISCOUNT_VOUCHER", "discount": discount, "validation_rules": [rule["id"]]}
    await made(world, "POST", "/v1/vouchers/A", body)
    items = [{"source_id": item["product_id"], "related_object": "product", **item} for item in ITEMS]
    asked = {"redeemables": [{"object": "voucher", "id": "A"}], "order": {"items": items}}
    answer = await made(world, "POST", "/v1/validations", asked)
    found: dict[str, Any] = answer["redeemables"][0]
    return found


def lines(found: dict[str, Any]) -> list[int]:
    return [item.get("discount_amount", 0) for item in found["order"]["items"]]


@pytest.mark.parametrize(
    ("discount", "limits", "off", "indices"),
    [
        (PERCENT, {}, [200, 450, 600, 500], [0, 1, 2, 3]),
        (PERCENT, {"effect": "APPLY_TO_CHEAPEST"}, [200, 0, 0, 0], [0]),
        (PERCENT, {"effect": "APPLY_TO_MOST_EXPENSIVE"}, [0, 0, 0, 500], [3]),
        (EACH, {"effect": "APPLY_FROM_CHEAPEST", "aggregated_quantity_limit": 4}, [200, 200, 0, 0], [0, 1, 2, 3]),
        (EACH, {"effect": "APPLY_FROM_MOST_EXPENSIVE", "aggregated_quantity_limit": 4}, [0, 0, 200, 200], [3, 2, 1, 0]),
        (PERCENT, {"quantity_limit": 1}, [100, 150, 200, 250], [0, 1, 2, 3]),
        (PERCENT, {"amount_limit": 400}, [200, 400, 400, 400], [0, 1, 2, 3]),
        (PERCENT, {"aggregated_amount_limit": 700}, [200, 450, 50, 0], [0, 1, 2, 3]),
        (LINE, {"skip_initially": 1, "repeat": 2}, [0, 300, 0, 300], [1, 3]),
        (EACH, {"target": "UNIT", "skip_initially": 1, "repeat": 2}, [100, 100, 100, 100], [0, 1, 2, 3]),
        (FIXED, {}, [200, 1800, 3300, 3200], [0, 1, 2, 3]),
        (FIXED, {"price": 500}, [1000, 3000, 4500, 4000], [0, 1, 2, 3]),
        (FIXED, {"price": 0, "price_formula": "ORDER_ITEM_PRICE * 0.8"}, [400, 900, 1200, 1000], [0, 1, 2, 3]),
        (
            FIXED,
            {"price": 0, "price_formula": "ORDER_ITEM_AMOUNT / 10 - ORDER_ITEM_UNITS_QUANTITY"},
            [2000, 4050, 5100, 4400],
            [0, 1, 2, 3],
        ),
        (FIXED, {"price": 0, "price_formula": "IF(ORDER_AMOUNT > 400;0;20)"}, [0, 0, 0, 1000], [0, 1, 2, 3]),
        (FIXED, {"price": 500, "price_formula": 'ORDER_METADATA("x")'}, [1000, 3000, 4500, 4000], [0, 1, 2, 3]),
    ],
)
async def test_limits_and_effects(
    world: WorldClient, discount: dict[str, Any], limits: dict[str, Any], off: list[int], indices: list[int]
) -> None:
    collection = await everything(world)

    found = await applied(world, discount, included=[{"object": "products_collection", "id": collection, **limits}])

    assert lines(found) == off
    told = found["applicable_to"]["data"][0]
    assert told["order_item_indices"] == indices
    assert (told["repeat"], told["target"]) == (limits.get("repeat", 1), limits.get("target", "ITEM"))


async def test_units_are_numbered_from_one(world: WorldClient) -> None:
    collection = await everything(world)
    every = {"target": "UNIT", "skip_initially": 1, "repeat": 2}

    found = await applied(world, EACH, included=[{"object": "products_collection", "id": collection, **every}])

    assert found["applicable_to"]["data"][0]["order_item_units"][1] == {"index": 1, "units": [2]}


async def test_each_product_has_its_own_effect(world: WorldClient) -> None:
    await everything(world)
    included = [
        {"object": "product", "source_id": "mug", "quantity_limit": 1},
        {"object": "product", "source_id": "shirt", "amount_limit": 150},
    ]

    found = await applied(world, PERCENT, included=included)

    assert lines(found) == [100, 0, 150, 0]


async def test_the_dearest_can_be_left_out(world: WorldClient) -> None:
    collection = await everything(world)
    excluded = [{"object": "products_collection", "id": collection, "effect": "APPLY_TO_MOST_EXPENSIVE"}]

    found = await applied(world, PERCENT, included_all=True, excluded=excluded)

    assert lines(found) == [200, 450, 600, 0]
    assert found["inapplicable_to"]["data"][0]["order_item_indices"] == [3]
