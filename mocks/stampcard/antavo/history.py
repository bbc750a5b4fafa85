"""Registered events: of a member, of a purchase, of everybody."""

from __future__ import annotations

from typing import Any

from stampcard.antavo import views
from stampcard.antavo.errors import transaction_not_found
from stampcard.antavo.filters import Filter, day_filter, read_filters
from stampcard.antavo.paging import links, page
from stampcard.antavo.state import Brand, Row
from stampcard.antavo.work import find_customer
from stampcard.core.endpoint import Call, Reply

_NAMES = ("action", "date", "properties.transaction_id")


async def of_customer(call: Call[Brand]) -> Reply:
    """A member's events, newest first unless `order=asc`; links are given once `limit` is."""
    customer = find_customer(call.state, call.path["customer_id"])
    rows = _wanted(call, customer.events, read_filters(call, _NAMES))
    if "actions" in call.query:
        names = call.query["actions"].split(",")
        rows = [row for row in rows if row.action in names]
    if call.query.get("points_only"):
        rows = [row for row in rows if row.points]
    body: dict[str, Any] = {"data": [views.history_row(row) for row in page(call, rows)]}
    pager = links(call, len(rows), previous="prev") if "limit" in call.query else {}
    return Reply(200, body | pager)


async def of_transaction(call: Call[Brand]) -> Reply:
    """Every event that carries the purchase's id."""
    customer = find_customer(call.state, call.path["customer_id"])
    number = call.path["transaction_id"]
    if not any(purchase.id == number for purchase in customer.transactions):
        raise transaction_not_found()
    rows = [row for row in customer.events if str(row.data.get("transaction_id")) == number]
    found = _wanted(call, rows, read_filters(call, _NAMES), order="asc")
    return Reply(200, {"data": [views.history_row(row) for row in page(call, found)]})


async def of_everybody(call: Call[Brand]) -> Reply:
    """All events of a window of time; the member stands under `Customer`."""
    rows = [row for customer in call.state.customers.values() for row in customer.events]
    filters = read_filters(call, ("timestamp",))
    found = sorted((r for r in rows if day_filter(filters, r.timestamp)), key=lambda row: (row.timestamp, row.at))
    if call.query.get("order") == "desc":
        found.reverse()
    data = [{**views.history_row(row), "Customer": {"id": row.customer}} for row in page(call, found)]
    return Reply(200, {"total": len(found), "data": data})


def _wanted(call: Call[Brand], rows: list[Row], filters: list[Filter], order: str = "desc") -> list[Row]:
    found = [row for row in rows if _matches(row, filters)]
    if call.query.get("order", order) == "asc":
        return found
    return sorted(found, key=lambda row: row.timestamp)[::-1]


def _matches(row: Row, filters: list[Filter]) -> bool:
    values = {"action": row.action, "properties.transaction_id": row.data.get("transaction_id")}
    if not day_filter([one for one in filters if one.field == "date"], row.timestamp):
        return False
    return all(one.holds(values[one.field]) for one in filters if one.field != "date")
