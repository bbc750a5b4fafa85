"""SKUs of products: found by id or source_id.

https://docs.voucherify.io/api-reference/products (SKUs)
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, lists, values
from stampcard.voucherify.orders import products
from stampcard.voucherify.orders.records import Product, Sku
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


def find(call: Call[Project], reference: str, product: Product | None = None) -> Sku:
    """By id or source_id, of the product where one is named. Raises 404."""
    found = call.state.skus.get(reference) or call.state.sku_sources.get(reference)
    if found is None or (product is not None and found.product is not product):
        raise errors.not_found(call, "sku", reference)
    return found


def of_product(project: Project, product: Product) -> list[Sku]:
    return [item for item in project.skus.values() if item.product is product]


def view(record: Sku) -> Json:
    return {
        "id": record.id,
        "source_id": record.source_id,
        "product_id": record.product.id,
        "sku": record.sku,
        "price": record.price,
        "currency": record.currency,
        "attributes": record.attributes,
        "metadata": record.metadata,
        "image_url": record.image_url,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "object": "sku",
    }


async def browse(call: Call[Project]) -> Reply:
    product = products.find(call, call.path["productId"])
    return lists.page(call, "skus", of_product(call.state, product), view)


async def create(call: Call[Project]) -> Reply:
    project, body = call.state, values.given(call.body)
    product = products.find(call, call.path["productId"])
    known = project.skus.get(body.get("id", "")) or project.sku_sources.get(body.get("source_id", ""))
    if known is not None and known.product is not product:
        raise errors.duplicate(call, "sku", "with id", body.get("source_id") or body["id"])
    record = known or add(project, product, body.get("source_id"))
    products.change(project, record, body, touched=known is not None)
    call.summary = f"SKU {record.sku or record.id} {'updated' if known else 'created'}"
    return Reply(200, view(record))


def add(project: Project, product: Product, source_id: str | None) -> Sku:
    record = Sku(project.serial_id("sku_"), source_id, product, project.now)
    project.skus[record.id] = record
    if source_id is not None:
        project.sku_sources[source_id] = record
    return record


async def read(call: Call[Project]) -> Reply:
    record = find(call, call.path["skuId"])
    call.summary = f"SKU {record.sku or record.id}"
    return Reply(200, view(record))


async def update(call: Call[Project]) -> Reply:
    record = find(call, call.path["skuId"], products.find(call, call.path["productId"]))
    products.change(call.state, record, values.given(call.body), touched=True)
    call.summary = f"SKU {record.sku or record.id} updated"
    return Reply(200, view(record))


async def delete(call: Call[Project]) -> Reply:
    record = find(call, call.path["skuId"], products.find(call, call.path["productId"]))
    remove(call.state, record)
    call.summary = f"SKU {record.sku or record.id} deleted"
    return Reply(204)


def remove(project: Project, record: Sku) -> None:
    del project.skus[record.id]
    if record.source_id is not None:
        del project.sku_sources[record.source_id]
