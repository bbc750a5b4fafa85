"""Orders: created by callers and by redemptions.

https://docs.voucherify.io/api-reference/orders
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, happenings, lists, metadata, values, views
from stampcard.voucherify.customers import customers
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.orders import cart
from stampcard.voucherify.orders.records import Line, Order
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

COUNTED = ("PAID", "FULFILLED")
"""Statuses that count in the customer's summary (assumed: PAID and what comes after it)."""


def find(call: Call[Project], reference: str) -> Order:
    """By id or source_id. Raises 404."""
    found = call.state.orders.get(reference) or call.state.order_sources.get(reference)
    if found is None:
        raise errors.not_found(call, "order", reference)
    return found


def view(record: Order) -> Json:
    body: Json = {
        "id": record.id,
        "source_id": record.source_id,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "status": record.status,
        **cart.amounts(record),
        "items": [cart.line_view(line) for line in record.lines],
        "metadata": record.metadata,
        "customer_id": record.customer.id if record.customer else None,
        "referrer_id": record.referrer.id if record.referrer else None,
        "object": "order",
    }
    for name, person in (("customer", record.customer), ("referrer", record.referrer)):
        if person is not None:
            body[name] = {"id": person.id, "object": "customer"}
    return body if not record.redemptions else {**body, "redemptions": record.redemptions}


class Draft:
    """An order as a request describes it, read and checked, nothing changed yet."""

    __slots__ = ("body", "customer", "known", "lines", "referrer")

    def __init__(self, call: Call[Project], body: Json, known: Order | None) -> None:
        self.body = body
        self.known = known
        self.lines = cart.read_lines(call, body["items"]) if "items" in body else None
        if call.state.schemas:
            check_metadata(call, body, known, self.lines)
        self.customer = read_person(call, body, "customer")
        self.referrer = read_person(call, body, "referrer")

    def priced(self) -> Order:
        """What the order would be, apart from people: a record of its own."""
        body, known = self.body, self.known
        order = cart.copied(known) if known is not None else Order("", body.get("source_id"), "")
        if self.lines is not None:
            order.lines = self.lines
        sent = cart.number(body.get("amount"))
        order.amount = cart.total(order.lines, sent if sent is not None else order.amount)
        initial = cart.number(body.get("initial_amount"))
        order.initial_amount = initial if initial is not None else order.initial_amount
        order.metadata = values.merged_metadata(order.metadata, body.get("metadata")) or {}
        return order


def check_metadata(call: Call[Project], body: Json, known: Order | None, lines: list[Line] | None) -> None:
    """The order's metadata, where an order is sent at all, and that of its lines. Raises metadata_validation_failed."""
    if body:
        metadata.check(call, "order", body.get("metadata"), known.metadata if known is not None else None)
    for line in lines or ():
        metadata.check(call, "order_item", line.metadata)


def read_person(call: Call[Project], body: Json, name: str) -> customers.Reference | None:
    given = body.get(name) if body.get(name) is not None else body.get(f"{name}_id")
    return customers.read_reference(call, given, f".{name}") if given is not None else None


def read_draft(call: Call[Project], given: Mapping[str, Any] | None) -> Draft:
    body, project = values.given(given), call.state
    known = project.orders.get(body.get("id", "")) or project.order_sources.get(body.get("source_id", ""))
    return Draft(call, body, known)


def store(call: Call[Project], draft: Draft, priced: Order, status: str | None, customer: Customer | None) -> Order:
    """Create or update the order a draft describes; tells what happened to it."""
    project, group = call.state, errors.request_id(call)
    order = place(project, draft, priced, customer, group)
    kind = "customer.order.created" if draft.known is None else "customer.order.updated"
    happenings.tell(project, group, kind, order.customer, order)
    set_status(call, order, status or draft.body.get("status"))
    return order


def place(project: Project, draft: Draft, priced: Order, customer: Customer | None, group: str) -> Order:
    """The order a draft describes, created or updated, and its people; nobody is told of the order."""
    if customer is None and draft.customer is not None:
        customer = customers.settle(project, draft.customer, group)
    referrer = customers.settle(project, draft.referrer, group) if draft.referrer is not None else None
    order, known = priced, draft.known
    order.customer = customer or order.customer
    order.referrer = referrer or order.referrer
    if known is None:
        order.id, order.created_at = project.serial_id("ord_"), project.now
        project.orders[order.id] = order
        if order.source_id is not None:
            project.order_sources[order.source_id] = order
        return order
    for name in ("lines", "amount", "initial_amount", "metadata", "customer", "referrer", "discount"):
        setattr(known, name, getattr(order, name))
    for name in ("items_discount", "applied", "items_applied", "redemptions"):
        setattr(known, name, getattr(order, name))
    known.updated_at = project.now
    return known


def set_status(call: Call[Project], order: Order, status: str | None) -> None:
    """PAID counts once for the customer; CANCELED is told."""
    project, group = call.state, errors.request_id(call)
    if status is None or status == order.status:
        return
    order.status = status
    if status in COUNTED and not order.was_paid:
        order.was_paid = True
        if order.customer is not None:
            count_order(project, order.customer, order)
        happenings.tell(project, group, "customer.order.paid", order.customer, order)
    elif status == "CANCELED":
        happenings.tell(project, group, "customer.order.canceled", order.customer, order)


def count_order(project: Project, customer: Customer, order: Order) -> None:
    """The customer's summary: totals after discounts, the average rounded half up (assumed)."""
    summary = customer.summary or views.NO_SUMMARY
    paid = max(0, (order.amount or 0) - order.discount - order.items_discount)
    count = summary["orders"]["total_count"] + 1
    total = summary["orders"]["total_amount"] + paid
    found = {
        "total_amount": total,
        "total_count": count,
        "average_amount": (2 * total + count) // (2 * count),
        "last_order_amount": paid,
        "last_order_date": project.now,
    }
    customer.summary = {**summary, "orders": found}


async def create(call: Call[Project]) -> Reply:
    """A known id or source_id is updated."""
    draft = read_draft(call, call.body)
    order = store(call, draft, draft.priced(), None, None)
    call.summary = f"order {order.source_id or order.id} {order.status}, {order.amount}"
    return Reply(200, view(order))


async def read(call: Call[Project]) -> Reply:
    order = find(call, call.path["orderId"])
    call.summary = f"order {order.source_id or order.id} {order.status}"
    return Reply(200, view(order))


async def update(call: Call[Project]) -> Reply:
    known = find(call, call.path["orderId"])
    draft = Draft(call, values.given(call.body), known)
    order = store(call, draft, draft.priced(), None, None)
    call.summary = f"order {order.source_id or order.id} {order.status}, {order.amount}"
    return Reply(200, view(order))


async def browse(call: Call[Project]) -> Reply:
    """Oldest first."""
    found = list(call.state.orders.values())
    if "customer" in call.query:
        wanted = call.query["customer"]
        found = [item for item in found if item.customer and wanted in (item.customer.id, item.customer.source_id)]
    if "starting_after_id" in call.query:
        ids = [item.id for item in found]
        start = call.query["starting_after_id"]
        found = found[ids.index(start) + 1 :] if start in ids else []
    found = lists.filtered(call, found, view)
    found = lists.sorted_by(call, found, lambda record, name: getattr(record, name))
    return lists.page(call, "orders", found, view)
