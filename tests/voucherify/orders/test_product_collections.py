"""Product collections: their life, and lines of an order that belong to them."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send


async def shop(world: WorldClient) -> dict[str, str]:
    """A mug and a shirt with a SKU; ids by source_id."""
    found = {}
    for source_id, price in (("mug", 1000), ("shirt", 3000)):
        body = {"source_id": source_id, "name": source_id, "price": price, "metadata": {"brand": source_id[0]}}
        found[source_id] = (await made(world, "POST", "/v1/products", body))["id"]
    body = {"source_id": "shirt-l", "sku": "L", "price": 3500}
    found["shirt-l"] = (await made(world, "POST", f"/v1/products/{found['shirt']}/skus", body))["id"]
    return found


async def collection(world: WorldClient, **body: Any) -> dict[str, Any]:
    created: dict[str, Any] = await made(world, "POST", "/v1/product-collections", {"name": "C", **body})
    return created


def items(*names: str) -> list[dict[str, Any]]:
    return [{"source_id": name, "related_object": "sku" if "-" in name else "product", "quantity": 1} for name in names]


async def test_a_fixed_collection_holds_what_it_names(world: WorldClient) -> None:
    ids = await shop(world)

    created = await collection(
        world, type="STATIC", products=[{"id": "mug", "object": "product"}, {"id": ids["shirt-l"], "object": "sku"}]
    )
    held = await made(world, "GET", f"/v1/product-collections/{created['id']}/products")

    assert created["products"] == [
        {"id": ids["mug"], "object": "product"},
        {"id": ids["shirt-l"], "product_id": ids["shirt"], "object": "sku"},
    ]
    assert sorted(item["object"] for item in held["data"]) == ["product", "sku"]
    assert next(item["product"]["name"] for item in held["data"] if item["object"] == "sku") == "shirt"
    assert (await made(world, "GET", "/v1/product-collections"))["data"] == [created]


async def test_a_dynamic_collection_follows_the_catalogue(world: WorldClient) -> None:
    ids = await shop(world)
    dear = {"junction": "and", "price": {"conditions": {"$more_than": [2000]}}}
    created = await collection(world, type="AUTO_UPDATE", filter=dear)
    place = f"/v1/product-collections/{created['id']}/products"

    before = {item["id"] for item in (await made(world, "GET", place))["data"]}
    await made(world, "PUT", f"/v1/products/{ids['mug']}", {"price": 2500})
    after = {item["id"] for item in (await made(world, "GET", place))["data"]}

    assert before == {ids["shirt"], ids["shirt-l"]}
    assert after == before | {ids["mug"]}


@pytest.mark.parametrize(("where", "total"), [("included", 6000), ("excluded", 6500)], ids=["included", "excluded"])
async def test_a_discount_is_limited_to_a_collection(world: WorldClient, where: str, total: int) -> None:
    """500 off each matching line: shirt and its SKU are in the collection, the mug is not."""
    await shop(world)
    created = await collection(world, type="STATIC", products=[{"id": "shirt", "object": "product"}])
    scope = {where: [{"object": "products_collection", "id": created["id"]}]}
    rule = await made(world, "POST", "/v1/validation-rules", {"name": "R", "applicable_to": scope})
    discount = {"type": "AMOUNT", "amount_off": 500, "effect": "APPLY_TO_ITEMS"}
    body = {"type": "DISCOUNT_VOUCHER", "discount": discount, "validation_rules": [rule["id"]]}
    await made(world, "POST", "/v1/vouchers/A", body)
    order = {"items": items("mug", "shirt", "shirt")}

    valid = await made(
        world, "POST", "/v1/validations", {"redeemables": [{"object": "voucher", "id": "A"}], "order": order}
    )

    assert valid["order"]["total_amount"] == total


async def test_a_rule_asks_for_a_product_of_a_collection(world: WorldClient) -> None:
    await shop(world)
    created = await collection(world, type="STATIC", products=[{"id": "shirt", "object": "product"}])
    wanted = {"$is": [{"object": "products_collection", "id": created["id"]}]}
    rules = {"1": {"name": "order.items.any", "conditions": wanted}, "logic": "1"}
    rule = await made(world, "POST", "/v1/validation-rules", {"name": "R", "rules": rules})
    body = {"discount": {"type": "AMOUNT", "amount_off": 500}, "validation_rules": [rule["id"]]}
    await made(world, "POST", "/v1/vouchers/A", {"type": "DISCOUNT_VOUCHER", **body})

    async def is_valid(*names: str) -> bool:
        body = {"redeemables": [{"object": "voucher", "id": "A"}], "order": {"items": items(*names)}}
        answer = await made(world, "POST", "/v1/validations", body)
        return bool(answer["valid"])

    assert await is_valid("mug", "shirt-l")
    assert not await is_valid("mug")


async def test_a_collection_a_rule_names_stays(world: WorldClient) -> None:
    created = await collection(world, type="STATIC")
    scope = {"included": [{"object": "products_collection", "id": created["id"]}]}
    rule = await made(world, "POST", "/v1/validation-rules", {"name": "R", "applicable_to": scope})
    place = f"/v1/product-collections/{created['id']}"

    refused = await send(world, "DELETE", place)
    await made(world, "DELETE", f"/v1/validation-rules/{rule['id']}")
    await made(world, "DELETE", place)

    assert (refused.status_code, refused.json()["related_object_ids"]) == (400, [rule["id"]])
    assert (await send(world, "GET", place)).status_code == 404


async def test_an_operator_we_do_not_know_is_not_emulated(world: WorldClient) -> None:
    near = {"junction": "and", "metadata.place": {"conditions": {"$in_location": ["loc_1"]}}}

    response = await send(
        world, "POST", "/v1/product-collections", {"name": "C", "type": "AUTO_UPDATE", "filter": near}
    )

    assert response.status_code == 501


async def test_a_scope_of_a_collection_that_is_not_there_is_told(world: WorldClient) -> None:
    scope = {"included": [{"object": "products_collection", "id": "pc_none"}]}

    await made(world, "POST", "/v1/validation-rules", {"name": "R", "applicable_to": scope})

    entry = (await world.journal())[-1]
    assert "unknown-reference" in [item["code"] for item in entry["diagnostics"]]
