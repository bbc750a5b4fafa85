"""Limits of discounted products over a campaign or promotion tier: the vendor's examples with three customers."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.redemptions.test_scopes import EACH, everything

MUGS = {"object": "product", "source_id": "mug"}


async def campaign(world: WorldClient, **scope: Any) -> None:
    """Codes A, B and C of one campaign that take 1.00 off each unit in scope."""
    body = {"name": "scope", "applicable_to": {"included": [scope]}}
    rule = (await made(world, "POST", "/v1/validation-rules", body))["id"]
    voucher = {"type": "DISCOUNT_VOUCHER", "discount": EACH, "redemption": {"quantity": 9}}
    body = {"name": "c", "campaign_type": "DISCOUNT_COUPONS", "voucher": voucher, "validation_rules": [rule]}
    await made(world, "POST", "/v1/campaigns", body)
    for code in "ABC":
        await made(world, "POST", f"/v1/campaigns/c/vouchers/{code}", {})


def basket(who: str, codes: str, *counts: tuple[str, int], kind: str = "voucher") -> dict[str, Any]:
    items = [
        {"source_id": name, "related_object": "product", "quantity": count, "price": 1000} for name, count in counts
    ]
    rows = [{"object": kind, "id": code} for code in codes.split(",")]
    return {"redeemables": rows, "order": {"items": items}, "customer": {"source_id": who}}


async def units(world: WorldClient, who: str, code: str, *counts: tuple[str, int], kind: str = "voucher") -> list[int]:
    """How many units of each line were discounted."""
    done = await made(world, "POST", "/v1/redemptions", basket(who, code, *counts, kind=kind))
    return [item.get("discount_amount", 0) // 100 for item in done["order"]["items"]]


async def test_units_of_a_campaign_are_for_all_customers(world: WorldClient) -> None:
    await everything(world)
    await campaign(world, **MUGS, product_campaign_quantity_limit=10)

    assert await units(world, "alex", "A", ("mug", 5)) == [5]
    assert await units(world, "bobby", "B", ("mug", 4)) == [4]
    assert await units(world, "clarence", "C", ("mug", 3)) == [1]


async def test_units_of_a_customer_are_split_between_orders(world: WorldClient) -> None:
    await everything(world)
    await campaign(world, **MUGS, product_customer_campaign_quantity_limit=5)

    assert await units(world, "alex", "A", ("mug", 3)) == [3]
    assert await units(world, "alex", "B", ("mug", 3)) == [2]
    assert await units(world, "bobby", "C", ("mug", 6)) == [5]


async def test_each_product_of_a_collection_has_its_own(world: WorldClient) -> None:
    collection = {"object": "products_collection", "id": await everything(world)}
    await campaign(world, **collection, product_in_collection_campaign_quantity_limit=5)

    assert await units(world, "alex", "A", ("mug", 5), ("poster", 1), ("shirt", 4)) == [5, 1, 4]
    assert await units(world, "bobby", "B", ("mug", 3), ("poster", 3), ("shirt", 2)) == [0, 3, 1]
    assert await units(world, "clarence", "C", ("mug", 1), ("poster", 3), ("shirt", 3)) == [0, 1, 0]


async def test_a_customer_has_so_many_of_each_product(world: WorldClient) -> None:
    collection = {"object": "products_collection", "id": await everything(world)}
    await campaign(world, **collection, product_in_collection_customer_campaign_quantity_limit=2)

    assert await units(world, "alex", "A", ("mug", 1), ("mug", 2), ("shirt", 3)) == [1, 1, 2]
    assert await units(world, "alex", "B", ("mug", 1), ("poster", 1)) == [0, 1]
    assert await units(world, "bobby", "B", ("mug", 1)) == [1]


async def test_a_rollback_gives_units_back(world: WorldClient) -> None:
    await everything(world)
    await campaign(world, **MUGS, product_campaign_quantity_limit=3)
    done = await made(world, "POST", "/v1/redemptions", basket("alex", "A", ("mug", 3)))
    assert await units(world, "bobby", "B", ("mug", 1)) == [0]

    await made(world, "POST", f"/v1/redemptions/{done['redemptions'][0]['id']}/rollback", {})

    assert await units(world, "bobby", "B", ("mug", 4)) == [3]


async def test_codes_of_one_request_share_the_units(world: WorldClient) -> None:
    await everything(world)
    await campaign(world, **MUGS, product_campaign_quantity_limit=3)

    answer = await made(world, "POST", "/v1/validations", basket("alex", "A,B", ("mug", 2)))

    assert answer["order"]["items_discount_amount"] == 300


async def test_a_formula_sets_the_limit(world: WorldClient) -> None:
    await everything(world)
    formula = 'CUSTOMER_METADATA("mugs") + 1'
    await campaign(world, **MUGS, product_campaign_quantity_limit=1, product_campaign_quantity_limit_formula=formula)
    await made(world, "POST", "/v1/customers", {"source_id": "ann", "metadata": {"mugs": 2}})

    assert await units(world, "bobby", "A", ("mug", 5)) == [1]
    assert await units(world, "ann", "B", ("mug", 5)) == [2]


@pytest.mark.parametrize(
    ("limit", "found"), [("product_promotion_tier", [3, 1]), ("product_customer_promotion_tier", [3, 3])]
)
async def test_units_of_a_promotion_tier(world: WorldClient, limit: str, found: list[int]) -> None:
    await everything(world)
    body = {"name": "s", "applicable_to": {"included": [{**MUGS, f"{limit}_quantity_limit": 4}]}}
    rule = (await made(world, "POST", "/v1/validation-rules", body))["id"]
    tier = {"name": "t", "action": {"discount": EACH}, "validation_rules": [rule]}
    body = {"name": "p", "campaign_type": "PROMOTION", "promotion": {"tiers": [tier]}}
    promotion = await made(world, "POST", "/v1/campaigns", body)
    target = promotion["promotion"]["tiers"][0]["id"]

    assert await units(world, "alex", target, ("mug", 3), kind="promotion_tier") == found[:1]
    assert await units(world, "bobby", target, ("mug", 3), kind="promotion_tier") == found[1:]


@pytest.mark.parametrize(("formula", "status"), [("1 +", 400), ("DATE_IS(TODAY)", 501), ("ORDER_ITEM_PRICE", 501)])
async def test_a_formula_is_checked_when_it_is_given(world: WorldClient, formula: str, status: int) -> None:
    scope = {"included": [{**MUGS, "product_campaign_quantity_limit_formula": formula}]}

    response = await send(world, "POST", "/v1/validation-rules", {"name": "r", "applicable_to": scope})

    assert response.status_code == status
