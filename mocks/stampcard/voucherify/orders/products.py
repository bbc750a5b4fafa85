"""Products: found by id or source_id.

https://docs.voucherify.io/api-reference/products
"""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, lists, metadata, values, views
from stampcard.voucherify.orders import skus
from stampcard.voucherify.orders.records import Product
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

PLAIN = ("name", "price", "attributes", "image_url")


def find(call: Call[Project], reference: str) -> Product:
    """By id or source_id. Raises 404."""
    found = call.state.products.get(reference) or call.state.product_sources.get(reference)
    if found is None:
        raise errors.not_found(call, "product", reference)
    return found


def view(record: Product) -> Json:
    return {
        "id": record.id,
        "source_id": record.source_id,
        "name": record.name,
        "price": record.price,
        "attributes": record.attributes,
        "metadata": record.metadata,
        "image_url": record.image_url,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "object": "product",
    }


async def browse(call: Call[Project]) -> Reply:
    """Oldest first."""
    found = lists.filtered(call, list(call.state.products.values()), view)
    found = lists.sorted_by(call, found, lambda record, name: getattr(record, name))
    return lists.page(call, "products", found, view)


async def create(call: Call[Project]) -> Reply:
    """A known id or source_id is updated; an empty body creates a product without a name."""
    project, body = call.state, values.given(call.body)
    known = project.products.get(body.get("id", "")) or project.product_sources.get(body.get("source_id", ""))
    metadata.check(call, "product", body.get("metadata"), known.metadata if known is not None else None)
    record = known or add(project, body.get("source_id"))
    change(project, record, body, touched=known is not None)
    call.summary = f"product {record.name or record.id} {'updated' if known else 'created'}"
    return Reply(200, view(record))


def add(project: Project, source_id: str | None) -> Product:
    record = Product(project.serial_id("prod_"), source_id, project.now)
    project.products[record.id] = record
    if source_id is not None:
        project.product_sources[source_id] = record
    return record


def change(project: Project, record: Any, body: Json, *, touched: bool) -> None:
    """Replace what is given; metadata merges."""
    for name in record.__struct_fields__:
        if name in body and name not in ("id", "source_id", "metadata", "created_at", "updated_at", "product"):
            setattr(record, name, body[name])
    record.metadata = values.merged_metadata(record.metadata, body.get("metadata")) or {}
    if touched:
        record.updated_at = project.now


async def read(call: Call[Project]) -> Reply:
    record = find(call, call.path["productId"])
    found = [skus.view(item) for item in skus.of_product(call.state, record)]
    call.summary = f"product {record.name or record.id}"
    return Reply(200, {**view(record), "skus": views.listing("data", found, len(found))})


async def update(call: Call[Project]) -> Reply:
    record, body = find(call, call.path["productId"]), values.given(call.body)
    metadata.check(call, "product", body.get("metadata"), record.metadata)
    change(call.state, record, body, touched=True)
    call.summary = f"product {record.name or record.id} updated"
    return Reply(200, view(record))


async def delete(call: Call[Project]) -> Reply:
    project = call.state
    record = find(call, call.path["productId"])
    for item in skus.of_product(project, record):
        skus.remove(project, item)
    del project.products[record.id]
    if record.source_id is not None:
        del project.product_sources[record.source_id]
    call.summary = f"product {record.name or record.id} deleted"
    return Reply(204)
