"""SKUs."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send


async def test_an_sku_belongs_to_its_product(world: WorldClient) -> None:
    product = await made(world, "POST", "/v1/products", {"source_id": "mug"})
    await made(world, "POST", "/v1/products", {"source_id": "cup"})

    sku = await made(world, "POST", "/v1/products/mug/skus", {"source_id": "red", "sku": "Red", "price": 900})

    assert sku["product_id"] == product["id"]
    assert (await made(world, "GET", "/v1/skus/red")) == sku
    assert (await send(world, "PUT", "/v1/products/cup/skus/red", {"price": 1})).status_code == 404
    changed = await made(world, "PUT", "/v1/products/mug/skus/red", {"price": 950})
    assert (changed["price"], changed["sku"]) == (950, "Red")
    assert (await made(world, "GET", "/v1/products/mug/skus"))["total"] == 1
