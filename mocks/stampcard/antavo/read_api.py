"""The Read API: internal field names, objects keyed by id, filters in brackets, Escher signatures only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from stampcard.antavo import coupons, tiers
from stampcard.antavo.catalogue import Coupon
from stampcard.antavo.fields import BUILT_IN, external_fields
from stampcard.antavo.filters import Filter
from stampcard.antavo.paging import links
from stampcard.antavo.state import Brand, Customer, Row, Transaction
from stampcard.antavo.times import iso, unix
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError

_NAME = re.compile(r"filter\[(\w+)\]\[(\w+)\]")
_SORT = re.compile(r"sort\[(\w+)\]\[(field|direction)\]")
_ORDERED = ("eq", "lt", "lte", "gt", "gte")

Kinds = Mapping[str, tuple[str, ...]]
"""Field -> the operators it may be filtered by."""

CUSTOMERS: Kinds = {"created_at": _ORDERED, "status": ("eq",)}
COUPONS: Kinds = {"status": ("eq",), "claimed_at": _ORDERED, "redeemed_at": _ORDERED, "expiration_date": _ORDERED}
EVENTS: Kinds = dict.fromkeys(("action", "date", "account", "points", "expdate"), _ORDERED)
TRANSACTIONS: Kinds = dict.fromkeys(
    ("status", "checkout_date", "auto_accept", "account", "points_rewarded", "earned", "burned"), _ORDERED
)


async def customer(call: Call[Brand]) -> Reply:
    return Reply(200, {"status": "success", "metadata": {}, "payload": _customer(call.state, _find(call))})


async def customers(call: Call[Brand]) -> Reply:
    """Everybody but those who opted out."""
    brand = call.state
    found = [one for one in brand.customers.values() if one.status != "opted_out"]
    rows = [(_customer(brand, one), {"created_at": one.created_at, "status": one.status}) for one in found]
    return _listed(call, "customers", rows, CUSTOMERS)


async def customer_coupons(call: Call[Brand]) -> Reply:
    brand, owner = call.state, _find(call)
    rows = []
    for one in brand.coupons.values():
        if one.customer == owner.id:
            view = _coupon(brand, one)
            times = {"claimed_at": one.claimed_at, "redeemed_at": one.redeemed_at, "expiration_date": one.expires_at}
            rows.append((view, {"status": view["status"], **times}))
    return _listed(call, "coupons", rows, COUPONS)


async def customer_events(call: Call[Brand]) -> Reply:
    owner = _find(call)
    rows = []
    for row in owner.events:
        values = {"action": row.action, "date": f"{row.timestamp:%Y-%m-%d}", "points": row.points}
        rows.append((_event(row), {**values, "account": None, "expdate": row.expdate}))
    return _listed(call, "events", rows, EVENTS)


async def customer_transactions(call: Call[Brand]) -> Reply:
    owner = _find(call)
    rows = []
    for one in owner.transactions:
        view = _transaction(owner, one)
        values = {"checkout_date": f"{one.created_at:%Y-%m-%d}", "auto_accept": one.data.get("auto_accept")}
        numbers = {"points_rewarded": one.rewarded, "earned": one.earned, "burned": one.burned}
        rows.append((view, {"status": one.status, "account": None, **values, **numbers}))
    return _listed(call, "transactions", rows, TRANSACTIONS)


# Errors, filters and order


def refused(status: int, code: int, message: str) -> ApiError:
    """The Read API's envelope; only that of 401 is published, the others follow it."""
    return ApiError(status, {"error": {"message": message, "code": code, "resendable": False}})


def unauthorized() -> ApiError:
    return refused(401, 2132, "Unauthorized")


def invalid(brand: Brand) -> ApiError:
    """A request off contract, in the words of the switch read_api.errors."""
    words = brand.settings.read_api.errors
    return refused(words.status, words.code, words.message)


def _find(call: Call[Brand]) -> Customer:
    """By id only: the external id notation is not supported here."""
    found = call.state.customers.get(call.path["customer_id"])
    if found is None or found.status == "opted_out":
        raise refused(404, 404, "Not Found")
    return found


def _listed(
    call: Call[Brand], name: str, rows: Sequence[tuple[dict[str, Any], Mapping[str, Any]]], kinds: Kinds
) -> Reply:
    filters, order = _criteria(call, kinds)
    found = [row for row in rows if all(_holds(one, row[1].get(one.field)) for one in filters)]
    for field, descending in reversed(order):
        found.sort(key=lambda row: _sortable(row[1].get(field)), reverse=descending)
    start, size = call.query.get("offset", 0), call.query.get("limit", 20)
    pagination = {"next": None, "previous": None, **links(call, len(found), limit=20)}
    payload = {name: [view for view, _ in found[start : start + size]]}
    return Reply(200, {"status": "success", "metadata": {"pagination": pagination}, "payload": payload})


def _criteria(call: Call[Brand], kinds: Kinds) -> tuple[list[Filter], list[tuple[str, bool]]]:
    """Filters and order of the query. Raises 422 for a field or operator that is not offered."""
    filters, order = [], dict[str, dict[str, str]]()
    for name, values in call.request.query.items():
        if match := _NAME.fullmatch(name):
            field, operator = match.groups()
            if operator not in kinds.get(field, ()):
                raise invalid(call.state)
            filters.append(Filter(field, operator, values[-1]))
        elif match := _SORT.fullmatch(name):
            order.setdefault(match[1], {})[match[2]] = values[-1]
        elif name.startswith(("filter", "sort")):
            raise invalid(call.state)
        else:
            continue
        call.diagnostics[:] = [d for d in call.diagnostics if d.pointer != f"/{name}"]
    found = []
    for _, one in sorted(order.items()):
        if one.get("field") not in kinds or one.get("direction", "asc") not in ("asc", "desc"):
            raise invalid(call.state)
        found.append((one["field"], one.get("direction") == "desc"))
    return filters, found


def _holds(one: Filter, value: Any) -> bool:
    return value is not None and one.holds(value)


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)


# Views


def _some(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _customer(brand: Brand, one: Customer) -> dict[str, Any]:
    fields = one.fields
    built_in = {name: fields.get(name) for name in BUILT_IN if name != "phone"}
    numbers = ("score", "spent", "reserved", "expired", "pending", "purchase_total", "purchase_count")
    times = ("created_at", "updated_at", "optin_at", "optout_at", "last_login_at")
    earned = [row.timestamp for row in one.events if row.points > 0]
    burned = [row.timestamp for row in one.events if row.points < 0]
    return _some(
        {
            "_id": one.id,
            "external_ids": {name: fields[name] for name in external_fields(brand) if name in fields},
            **built_in,
            "membership_id": [fields["membership_id"]] if fields.get("membership_id") else [],
            "status": one.status,
            **{name: getattr(one, name) for name in numbers},
            "purchase_item_count": one.purchase_item_count,
            **{name: iso(getattr(one, name)) for name in times if getattr(one, name)},
            "purchase_first_date": _day(one.purchase_first_date),
            "purchase_last_date": _day(one.purchase_last_date),
            "last_earn_date": _day(max(earned, default=None)),
            "last_spend_date": _day(max(burned, default=None)),
            "properties": {name: value for name, value in fields.items() if name not in BUILT_IN},
            "tiers": {name: _tier(one, name, view) for name, view in tiers.by_structure(brand, one).items()},
            "accounts": {},
            "rewards": {name: claims.count for name, claims in one.claims.items() if claims.count},
            "activities": {name: p.completions for name, p in one.challenges.items() if p.completions},
        }
    )


def _tier(one: Customer, structure: str, view: Mapping[str, Any]) -> dict[str, Any]:
    standing = one.tiers[structure]
    found = {name: view[name] for name in ("name", "since", "threshold", "points")}
    found |= {"_id": view["id"], "manual": standing.manual}
    if "next" in view:
        found["next"] = {**view["next"], "points": float(view["next"]["points"])}
    return found | ({"event": standing.event} if standing.event else {})


def _day(at: Any) -> str | None:
    return f"{at:%Y-%m-%d}" if at is not None else None


def _coupon(brand: Brand, one: Coupon) -> dict[str, Any]:
    view = coupons.view(brand, one)
    view.pop("customer", None)
    if "expires_at" in view:
        view["expiration_date"] = view.pop("expires_at")
    return {"_id": one.code, **view}


def _event(row: Row) -> dict[str, Any]:
    return _some(
        {
            "_id": row.id,
            "timestamp": iso(row.timestamp),
            "unix_timestamp": unix(row.timestamp),
            "process_timestamp": iso(row.at),
            "date": f"{row.timestamp:%Y-%m-%d}",
            "customer": row.customer,
            "action": row.action,
            "points": row.points,
            "properties": row.data,
            "parent": row.parent,
            "hash": row.hash,
            "signed": row.signed,
            "expdate": row.expdate,
            "source": row.source,
            "original": row.original,
        }
    )


def _transaction(owner: Customer, one: Transaction) -> dict[str, Any]:
    rows = [row for row in owner.events if row.data.get("transaction_id") == one.id]
    return _some(
        {
            "_id": one.id,
            "created_at": iso(one.created_at),
            "updated_at": iso(one.updated_at),
            "customer": one.customer,
            "status": one.status,
            "event": one.event,
            "items": one.data.get("items") or [],
            "total": one.total,
            "earned": one.earned,
            "burned": one.burned,
            "events": [{"_id": row.id, "action": row.action, "points": row.points} for row in rows],
            "currency": one.data.get("currency"),
            "points_rewarded": one.rewarded,
            "auto_accept": one.data.get("auto_accept"),
        }
    )
