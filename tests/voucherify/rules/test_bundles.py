"""Bundles: how many an order holds, and what they multiply."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send

AMOUNT = {"type": "AMOUNT", "amount_off": 500}


def element(name: str, quantity: int) -> dict[str, Any]:
    needed = {"name": "order.items.aggregated_quantity", "conditions": {"$is": [quantity]}, "rules": {}}
    wanted = [{"id": name, "type": "product_or_sku", "object": "product"}]
    return {"name": "order.items.any", "conditions": {"$is": wanted}, "rules": {"1": needed, "logic": "1"}}


async def offer(world: WorldClient, discount: dict[str, Any], limit: int = 2) -> dict[str, str]:
    """A bundle of one coffee and two cakes; the products' ids."""
    ids = {}
    for name in ("coffee", "cake"):
        ids[name] = (await made(world, "POST", "/v1/products", {"source_id": name, "name": name, "price": 1000}))["id"]
    bundle = {"1": element(ids["coffee"], 1), "2": element(ids["cake"], 2), "limit": limit}
    rule = await made(world, "POST", "/v1/validation-rules", {"name": "bundle", "bundle_rules": bundle})
    assert rule["bundle_rules"]["limit"] == limit
    body = {"type": "DISCOUNT_VOUCHER", "discount": discount, "validation_rules": [rule["id"]]}
    await made(world, "POST", "/v1/vouchers/A", body)
    return ids


def cart(coffees: int, cakes: int) -> dict[str, Any]:
    rows = [("coffee", coffees), ("cake", cakes)]
    items = [{"source_id": name, "related_object": "product", "quantity": count} for name, count in rows if count]
    return {"redeemables": [{"object": "voucher", "id": "A"}], "order": {"items": items}}


@pytest.mark.parametrize(("coffees", "cakes", "bundles"), [(1, 2, 1), (2, 4, 2), (5, 9, 2), (3, 3, 1)])
async def test_the_discount_counts_once_for_each_bundle(
    world: WorldClient, coffees: int, cakes: int, bundles: int
) -> None:
    ids = await offer(world, AMOUNT)

    answer = await made(world, "POST", "/v1/validations", cart(coffees, cakes))

    found = answer["redeemables"][0]["result"]["bundle"]
    assert (found["quantity"], found["limit"]) == (bundles, 2)
    assert answer["order"]["total_discount_amount"] == 500 * bundles
    assert found["identified"] == [
        {"id": ids["coffee"], "object": "product", "item_index": 0, "item_quantity": bundles},
        {"id": ids["cake"], "object": "product", "item_index": 1, "item_quantity": 2 * bundles},
    ]
    assert "missing" not in found


async def test_percents_multiply_and_fixed_amounts_do_not(world: WorldClient) -> None:
    await offer(world, {"type": "PERCENT", "percent_off": 10})

    answer = await made(world, "POST", "/v1/validations", cart(2, 4))

    assert answer["order"]["total_discount_amount"] == 1200


async def test_a_bundle_that_is_not_complete_is_not_redeemed(world: WorldClient) -> None:
    await offer(world, AMOUNT)

    answer = await made(world, "POST", "/v1/validations", cart(1, 1))

    assert answer["valid"] is False
    assert answer["redeemables"][0]["result"]["error"]["key"] == "order_rules_violated"


async def test_a_qualification_says_what_is_missing(world: WorldClient) -> None:
    ids = await offer(world, AMOUNT)

    answer = await made(world, "POST", "/v1/qualifications", {"order": cart(1, 1)["order"]})

    found = answer["redeemables"]["data"][0]
    assert found["order"]["total_amount"] == 2000
    assert found["result"]["bundle"] == {
        "quantity": 0,
        "limit": 2,
        "identified": [
            {"id": ids["coffee"], "object": "product", "item_index": 0, "item_quantity": 1},
            {"id": ids["cake"], "object": "product", "item_index": 1, "item_quantity": 1},
        ],
        "missing": [{"id": ids["cake"], "object": "product", "item_quantity": 1}],
    }


async def test_null_takes_the_bundle_away(world: WorldClient) -> None:
    rule = await made(
        world, "POST", "/v1/validation-rules", {"name": "bundle", "bundle_rules": {"1": element("prod_1", 1)}}
    )

    changed = await made(world, "PUT", f"/v1/validation-rules/{rule['id']}", {"bundle_rules": None})

    assert rule["bundle_rules"]["limit"] == 1 and changed["bundle_rules"] == {}


@pytest.mark.parametrize(
    "bundle",
    [
        {"1": {"name": "order.amount", "conditions": {"$is": [1]}}},
        {"1": {"name": "order.items.any", "conditions": {"$is": []}}},
        {"1": {"name": "order.items.any", "conditions": {"$is": [{"id": "p"}]}}},
        {"1": element("p", 0)},
        {"1": element("p", 1), "limit": 101},
        {"1": "x"},
    ],
)
async def test_a_broken_bundle_is_refused(world: WorldClient, bundle: dict[str, Any]) -> None:
    response = await send(world, "POST", "/v1/validation-rules", {"name": "bundle", "bundle_rules": bundle})

    assert (response.status_code, response.json()["key"]) == (400, "invalid_validation_rules")
