"""Imports of historical orders, and of the catalogue from CSV files; bad rows are named, good ones kept.

https://docs.voucherify.io/api-reference/orders/import-orders
"""

from __future__ import annotations

from stampcard.core import codec
from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, values
from stampcard.voucherify.customers import segments
from stampcard.voucherify.management.imports import minor, read_rows, start
from stampcard.voucherify.orders import orders, products, skus
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


async def orders_from_json(call: Call[Project]) -> Reply:
    """Orders that happened elsewhere: no event tells of them and they earn no points; segments look again."""
    rows = [values.given(row) for row in call.body]
    return Reply(200, {"async_action_id": start(call, "ORDERS.IMPORT", "order", rows, take_order, "source_id")})


def take_order(call: Call[Project], row: Json) -> None:
    """A known id or source_id is updated. `discount_amount` is history: it is kept as the order's discount."""
    draft = orders.read_draft(call, row)
    order = orders.place(call.state, draft, draft.priced(), None, errors.request_id(call))
    if row.get("discount_amount") is not None:
        order.discount = min(int(row["discount_amount"]), order.amount or 0)
    order.status = row.get("status", order.status)
    if order.customer is None:
        return
    if order.status in orders.COUNTED and not order.was_paid:
        order.was_paid = True
        orders.count_order(call.state, order.customer, order)
    segments.look_again(call.state, order.customer, errors.request_id(call))


async def products_from_csv(call: Call[Project]) -> Reply:
    rows = read_rows(call)
    action = start(call, "PRODUCTS.IMPORT_CSV", "product", rows, take_product, "source_id")
    return Reply(200, {"async_action_id": action})


def take_product(call: Call[Project], line: Json) -> None:
    """A new product; of one whose source_id is known only the name changes. Prices are decimal (assumed)."""
    row, project = dict(line), call.state
    name, source_id = row.pop("name", None), row.pop("source_id", None)
    if name is None:
        raise ValueError("name is required")
    known = project.product_sources.get(source_id or "")
    if known is not None:
        products.change(project, known, {"name": name}, touched=True)
        return
    body: Json = {"name": name}
    if "price" in row:
        body["price"] = minor(row.pop("price"))
    if "attributes" in row:
        body["attributes"] = [part.strip() for part in row.pop("attributes").split(",") if part.strip()]
    if "image_url" in row:
        body["image_url"] = row.pop("image_url")
    products.change(project, products.add(project, source_id), {**body, "metadata": row}, touched=False)


async def skus_from_csv(call: Call[Project]) -> Reply:
    rows = read_rows(call)
    return Reply(200, {"async_action_id": start(call, "SKUS.IMPORT_CSV", "sku", rows, take_sku, "source_id")})


def take_sku(call: Call[Project], line: Json) -> None:
    """A new SKU of a product that is there; of one whose source_id is known `sku` and `price` change."""
    row, project = dict(line), call.state
    for name in ("source_id", "product_id"):
        if name not in row:
            raise ValueError(f"{name} is required")
    product = products.find(call, row.pop("product_id"))
    source_id = row.pop("source_id")
    known = project.sku_sources.get(source_id)
    if known is not None and known.product is not product:
        raise errors.duplicate(call, "sku", "with id", source_id)
    body: Json = {name: row.pop(name) for name in ("sku", "image_url") if name in row}
    if "price" in row:
        body["price"] = minor(row.pop("price"))
    attributes = read_attributes(row.pop("attributes", None))
    if known is not None:
        products.change(project, known, {name: body[name] for name in ("sku", "price") if name in body}, touched=True)
        return
    unknown = sorted(attributes.keys() - set(product.attributes))
    if unknown:
        raise ValueError(f"attributes are not defined in the product: {', '.join(unknown)}")
    record = skus.add(project, product, source_id)
    products.change(project, record, {**body, "attributes": attributes, "metadata": row}, touched=False)


def read_attributes(text: str | None) -> Json:
    """JSON with single quotes instead of double ones. Raises ValueError."""
    if text is None:
        return {}
    try:
        found = codec.decode(text.replace("'", '"').encode())
    except codec.BadJson as error:
        raise ValueError("attributes are no stringified JSON") from error
    if not isinstance(found, dict):
        raise ValueError("attributes are no JSON object")
    return found
