"""Carts: what a request says is bought, read into lines with exact amounts in minor units, and shown again.

https://docs.voucherify.io/guides/orders (order calculations)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call
from stampcard.voucherify.orders.records import Line, Order, Product, Sku
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project
from stampcard.voucherify.values import given


def number(value: Any) -> int | None:
    """A number, or its digits in a string."""
    return int(value) if value is not None else None


def read_lines(call: Call[Project], items: list[Mapping[str, Any]]) -> list[Line]:
    return [read_line(call, given(item)) for item in items]


def read_line(call: Call[Project], item: Json) -> Line:
    """A price is the line's own, else the block's, else the catalogue's; unknown products are kept as given."""
    project = call.state
    product, sku = named(project, item)
    block, variant = given(item.get("product")), given(item.get("sku"))
    price = number(item.get("price"))
    for source in (variant.get("price"), block.get("price")):
        price = number(source) if price is None else price
    for record in (sku, product):
        price = record.price if price is None and record is not None else price
    quantity = number(item.get("quantity"))
    refers: Json = {
        name: item[name] for name in ("sku_id", "product_id", "source_id", "related_object") if name in item
    }
    shown = {}
    if product is not None or block:
        shown["product"] = product_block(product, block)
    if sku is not None or variant:
        shown["sku"] = sku_block(sku, variant)
    amount = number(item.get("amount"))
    line = Line(refers, shown, 1 if quantity is None else quantity, price, amount, item.get("metadata"))
    line.product, line.sku = product, sku
    return line


def named(project: Project, item: Json) -> tuple[Product | None, Sku | None]:
    """The product and SKU of the catalogue a line names."""
    block, variant = given(item.get("product")), given(item.get("sku"))
    source, kind = item.get("source_id"), item.get("related_object")
    sku = None
    for name in (item.get("sku_id"), variant.get("id"), variant.get("source_id"), source if kind == "sku" else None):
        sku = sku or project.skus.get(name or "") or project.sku_sources.get(name or "")
    product = sku.product if sku is not None else None
    own = source if kind != "sku" else None
    for name in (item.get("product_id"), block.get("id"), block.get("source_id"), own):
        product = product or project.products.get(name or "") or project.product_sources.get(name or "")
    return product, sku


def product_block(product: Product | None, block: Json) -> Json:
    found: Json = {}
    if product is not None:
        found = {"id": product.id, "source_id": product.source_id, "name": product.name, "price": product.price}
        found |= {"metadata": product.metadata} if product.metadata else {}
    kept: Json = {name: block[name] for name in ("id", "source_id", "name", "metadata") if name in block}
    return {**kept, **found, **({"price": number(block["price"])} if "price" in block else {})}


def sku_block(sku: Sku | None, block: Json) -> Json:
    found: Json = {}
    if sku is not None:
        found = {"id": sku.id, "source_id": sku.source_id, "sku": sku.sku, "price": sku.price}
        found |= {"metadata": sku.metadata} if sku.metadata else {}
    kept: Json = {name: block[name] for name in ("id", "source_id", "sku", "metadata") if name in block}
    return {**kept, **found, **({"price": number(block["price"])} if "price" in block else {})}


def total(lines: list[Line], sent: int | None) -> int | None:
    """The sum of the lines when any has a price or amount, else the amount that was sent."""
    known = [line.amount for line in lines if line.price is not None or line.given is not None]
    return sum(known) if known else sent


def line_view(line: Line) -> Json:
    body: Json = {"object": "order_item", **line.refers, "quantity": line.quantity}
    if line.before is not None:
        body |= {"discount_quantity": line.free, "initial_quantity": line.before[0], "initial_amount": line.before[1]}
    elif line.free:
        body["discount_quantity"] = line.free
    if line.price is not None or line.given is not None:
        body["amount"] = line.amount
    if line.discount:
        body["discount_amount"] = line.discount
    if line.applied:
        body["applied_discount_amount"] = line.applied
    if line.price is not None:
        body["price"] = line.price
    if "amount" in body:
        body["subtotal_amount"] = line.amount - line.discount
    body |= line.shown
    if line.replaced:
        body["application_details"] = line.replaced
    return body if line.metadata is None else {**body, "metadata": line.metadata}


def amounts(order: Order) -> Json:
    """The amounts of an order: order-level and item-level discounts only where there are any."""
    body: Json = {}
    if order.amount is not None:
        body["amount"] = order.amount
        if order.initial_amount is not None:
            body["initial_amount"] = order.initial_amount
    discount = order.discount + order.items_discount
    if order.discount or order.applied:
        body |= {"discount_amount": order.discount, "applied_discount_amount": order.applied}
    if order.items_discount or order.items_applied:
        body["items_discount_amount"] = order.items_discount
        body["items_applied_discount_amount"] = order.items_applied
    if body.keys() - {"amount", "initial_amount"}:
        body["total_discount_amount"] = discount
        body["total_applied_discount_amount"] = order.applied + order.items_applied
    if order.amount is not None:
        body["total_amount"] = max(0, order.amount - discount)
    return body


def calculated(order: Order) -> Json:
    """An order that is not stored."""
    body = amounts(order)
    body.setdefault("amount", 0)
    body.setdefault("total_amount", 0)
    if order.lines:
        body["items"] = [line_view(line) for line in order.lines]
    return {**body, "metadata": order.metadata, "customer_id": None, "referrer_id": None, "object": "order"}


def copied(order: Order) -> Order:
    """The same order again, its lines its own."""
    lines = [Line(*(getattr(line, name) for name in line.__struct_fields__)) for line in order.lines]
    fields = {name: getattr(order, name) for name in order.__struct_fields__}
    return Order(**{**fields, "lines": lines, "redemptions": dict(order.redemptions)})


def left_of(order: Order) -> int:
    """What is still to be paid."""
    return max(0, (order.amount or 0) - order.discount - order.items_discount)
