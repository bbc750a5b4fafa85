"""Products."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send


async def test_a_product_is_upserted_by_source_id_and_found_by_both(world: WorldClient) -> None:
    first = await made(world, "POST", "/v1/products", {"source_id": "mug", "name": "Mug", "metadata": {"a": 1}})

    again = await made(world, "POST", "/v1/products", {"source_id": "mug", "price": 1000, "metadata": {"b": 2}})

    assert (again["id"], again["name"], again["price"]) == (first["id"], "Mug", 1000)
    assert again["metadata"] == {"a": 1, "b": 2}
    found = await made(world, "GET", f"/v1/products/{first['id']}")
    assert found["skus"] == {"object": "list", "data_ref": "data", "data": [], "total": 0}


async def test_an_empty_body_creates_a_product(world: WorldClient) -> None:
    product = await made(world, "POST", "/v1/products")

    assert product["name"] is None and product["id"].startswith("prod_")


async def test_the_list_is_oldest_first(world: WorldClient) -> None:
    for name in ("b", "a", "c"):
        await made(world, "POST", "/v1/products", {"source_id": name, "name": name})

    names = [item["name"] for item in (await made(world, "GET", "/v1/products"))["products"]]
    by_name = [item["name"] for item in (await made(world, "GET", "/v1/products?order=-name"))["products"]]

    assert (names, by_name) == (["b", "a", "c"], ["c", "b", "a"])


async def test_a_deleted_product_takes_its_skus(world: WorldClient) -> None:
    await made(world, "POST", "/v1/products", {"source_id": "mug"})
    await made(world, "POST", "/v1/products/mug/skus", {"source_id": "red"})

    await made(world, "DELETE", "/v1/products/mug")

    assert (await send(world, "GET", "/v1/products/mug")).status_code == 404
    assert (await send(world, "GET", "/v1/skus/red")).json()["resource_type"] == "sku"
