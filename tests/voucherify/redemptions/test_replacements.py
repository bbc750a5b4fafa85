"""Upgrade bonuses: the vendor's three worked orders, their limits, and what is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.rules.test_bundles import element

PRICES = {"shirt": 2000, "limited": 2500, "bottle": 2500, "mug": 1000}

UPGRADE = {"effect": "REPLACE_ITEMS", "unit_off": 1, "unit_type": "mug"}


async def upgrade(world: WorldClient, to: str, each: int, source: str, **limits: Any) -> None:
    """A code A that replaces units of one product."""
    for name, price in PRICES.items():
        await made(world, "POST", "/v1/products", {"source_id": name, "name": name, "price": price})
    scope = {"included": [{"object": "product", "source_id": source, **limits}]}
    rule = (await made(world, "POST", "/v1/validation-rules", {"name": "scope", "applicable_to": scope}))["id"]
    discount = {"type": "UNIT", "effect": "REPLACE_ITEMS", "unit_off": each, "unit_type": to}
    await made(world, "POST", "/v1/vouchers/A", {"discount": discount, "validation_rules": [rule]})


def basket(*items: tuple[str, int]) -> dict[str, Any]:
    lines = [{"source_id": name, "related_object": "product", "quantity": quantity} for name, quantity in items]
    return {"redeemables": [{"object": "voucher", "id": "A"}], "order": {"items": lines}}


@pytest.mark.parametrize(
    ("source", "to", "each", "amount", "bonus", "total"),
    [
        ("shirt", "limited", 1, 6500, 500, 6000),
        ("bottle", "mug", 1, 6000, 0, 6000),
        ("bottle", "mug", 3, 8000, 500, 7500),
    ],
)
async def test_the_vendors_worked_orders(
    world: WorldClient, source: str, to: str, each: int, amount: int, bonus: int, total: int
) -> None:
    await upgrade(world, to, each, source, quantity_limit=1)

    order = (await made(world, "POST", "/v1/validations", basket((source, 3))))["order"]

    old, new = order["items"]
    assert (order["amount"], order.get("total_discount_amount", 0), order["total_amount"]) == (amount, bonus, total)
    assert (old["quantity"], old["initial_quantity"], old["amount"]) == (2, 3, 2 * PRICES[source])
    assert (new["quantity"], new["initial_quantity"], new["subtotal_amount"]) == (each, 0, each * PRICES[to] - bonus)
    assert new["application_details"] == [
        {
            "source_index": 0,
            "source_applied_quantity": -1,
            "source_applied_quantity_amount": -PRICES[source],
            "target_index": 1,
            "target_applied_quantity": each,
            "target_applied_quantity_amount": each * PRICES[to],
            "target_applied_discount_amount": bonus,
        }
    ]


async def test_a_replacement_is_redeemed_with_what_was_in_the_cart(world: WorldClient) -> None:
    await upgrade(world, "limited", 1, "shirt")

    done = await made(world, "POST", "/v1/redemptions", basket(("shirt", 2), ("limited", 1)))
    stored = await made(world, "GET", f"/v1/orders/{done['order']['id']}")

    assert [item["quantity"] for item in stored["items"]] == [0, 3]
    assert (stored["amount"], stored["total_discount_amount"], stored["total_amount"]) == (7500, 1000, 6500)


async def test_without_the_product_nothing_is_replaced(world: WorldClient) -> None:
    await upgrade(world, "limited", 1, "shirt")

    order = (await made(world, "POST", "/v1/validations", basket(("mug", 2), ("limited", 1))))["order"]

    assert [item["quantity"] for item in order["items"]] == [2, 1] and order["total_amount"] == 4500


async def test_units_of_a_bundle_are_not_replaced_yet(world: WorldClient) -> None:
    await upgrade(world, "limited", 1, "shirt")
    product = (await made(world, "GET", "/v1/products/shirt"))["id"]
    body = {"name": "b", "bundle_rules": {"1": element(product, 1)}}
    rule = (await made(world, "POST", "/v1/validation-rules", body))["id"]
    await made(world, "POST", f"/v1/validation-rules/{rule}/assignments", {"voucher": "A"})

    answer = await send(world, "POST", "/v1/validations", basket(("shirt", 2)))

    assert answer.status_code == 501 and "REPLACE_ITEMS by bundles" in answer.json()["message"]


async def test_what_is_replaced_must_be_named(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/A", {"discount": {**UPGRADE, "type": "UNIT"}})

    answer = await send(world, "POST", "/v1/validations", basket(("shirt", 2)))

    assert answer.status_code == 501 and "without applicable_to" in answer.json()["message"]


async def test_only_units_are_replaced(world: WorldClient) -> None:
    discount = {**UPGRADE, "type": "AMOUNT", "amount_off": 5}

    answer = await send(world, "POST", "/v1/vouchers/A", {"discount": discount})

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
