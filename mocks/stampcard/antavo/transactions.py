"""A member's purchases."""

from __future__ import annotations

from stampcard.antavo import views
from stampcard.antavo.errors import transaction_not_found
from stampcard.antavo.filters import Filter, read_criteria, read_filters
from stampcard.antavo.paging import page
from stampcard.antavo.state import Brand, Transaction
from stampcard.antavo.work import find_customer
from stampcard.core.endpoint import Call, Reply

_CRITERIA = ("id", "status")


async def list_all(call: Call[Brand]) -> Reply:
    """Purchases in the order they were made; `id` picks one."""
    customer = find_customer(call.state, call.path["customer_id"])
    wanted = call.query.get("id")
    found = [t for t in customer.transactions if wanted in (None, t.id)]
    return Reply(200, {"data": [views.transaction(t) for t in page(call, found)]})


async def get(call: Call[Brand]) -> Reply:
    """One purchase, as the bare object clients of the live service read; a switch wraps it as in the reference."""
    customer = find_customer(call.state, call.path["customer_id"])
    found = next((t for t in customer.transactions if t.id == call.path["transaction_id"]), None)
    if found is None:
        raise transaction_not_found()
    view = views.transaction(found)
    if "events" in call.query.get("fields", "").split(","):
        rows = [row for row in customer.events if row.data.get("transaction_id") == found.id]
        view["events"] = [views.history_row(row) for row in rows]
    return Reply(200, {"data": [view]} if call.state.settings.transactions.single_wrapped else view)


async def search(call: Call[Brand]) -> Reply:
    """Purchases by id and status, with operators in the query."""
    found = _search(call, read_filters(call, _CRITERIA))
    return Reply(200, {"data": [views.transaction(t) for t in page(call, found)]})


async def search_by_body(call: Call[Brand]) -> Reply:
    """The same with the criteria, limit and offset in the body."""
    start, size = int(call.body.get("offset", 0)), int(call.body.get("limit", 100))
    found = _search(call, read_criteria(call.body, _CRITERIA))
    return Reply(200, {"data": [views.transaction(t) for t in found[start : start + size]]})


def _search(call: Call[Brand], filters: list[Filter]) -> list[Transaction]:
    customer = find_customer(call.state, call.path["customer_id"])
    return [t for t in customer.transactions if all(one.holds(getattr(t, one.field)) for one in filters)]
