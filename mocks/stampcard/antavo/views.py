"""Records to JSON bodies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stampcard.antavo import tiers
from stampcard.antavo.fields import BUILT_IN
from stampcard.antavo.state import Brand, Customer, Row, Transaction
from stampcard.antavo.times import iso, unix
from stampcard.antavo.work import balance, spendable


def summary(brand: Brand, customer: Customer, rows: Sequence[Row]) -> dict[str, Any]:
    """What POST /events answers: the member after the event, and the rows that changed the balance."""
    created = customer.created_at
    fields = customer.fields
    return {
        "id": customer.id,
        "created_at": unix(created) if brand.settings.format.event_created_at == "unix" else iso(created),
        "handler": fields.get("handler"),
        "status": customer.status,
        "score": customer.score,
        "spent": customer.spent,
        "pending": customer.pending,
        "language": fields.get("language"),
        "currency": fields.get("currency"),
        "first_name": fields.get("first_name"),
        "last_name": fields.get("last_name"),
        "email": fields.get("email"),
        "events": moved(rows),
    }


def moved(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Only the rows that changed the balance."""
    found = []
    for row in rows:
        if row.points:
            view = {"id": row.id, "action": row.action, "points": row.points}
            found.append(view | ({"expdate": row.expdate} if row.expdate else {}))
    return found


def profile(brand: Brand, customer: Customer) -> dict[str, Any]:
    """What GET /customers/{id} answers: times as Unix integers, custom fields under `properties`."""
    fields = customer.fields
    last = customer.purchase_last_date
    return {
        "id": customer.id,
        "first_name": fields.get("first_name"),
        "last_name": fields.get("last_name"),
        "nickname": fields.get("handler"),
        "email": fields.get("email"),
        "birth_date": fields.get("birth_date"),
        "gender": fields.get("gender"),
        "language": fields.get("language"),
        "currency": fields.get("currency"),
        "status": customer.status,
        **_counters(brand, customer),
        "image_url": fields.get("image_url"),
        "optin_at": unix(customer.optin_at),
        "last_login_at": unix(customer.last_login_at),
        "updated_at": unix(customer.updated_at),
        "properties": {name: value for name, value in fields.items() if name not in BUILT_IN},
        "purchase_total": customer.purchase_total,
        "purchase_count": customer.purchase_count,
        "purchase_last_date": f"{last:%Y-%m-%d}" if last else None,
        "mobile_phone": fields.get("mobile_phone"),
        "accounts": [],
        "tiers": tiers.as_list(brand, customer),
    }


def _counters(brand: Brand, customer: Customer) -> dict[str, Any]:
    return {
        "score": customer.score,
        "spent": customer.spent,
        "reserved": customer.reserved,
        "expired": customer.expired,
        "spendable": spendable(brand, customer),
        "point_balance": balance(brand, customer),
        "pending": customer.pending,
    }


def loyalty_fields(brand: Brand, customer: Customer) -> dict[str, Any]:
    """Every field a mapping may name: built-in, custom and computed; unset ones are absent or None."""
    first, last = customer.purchase_first_date, customer.purchase_last_date
    return {
        **customer.fields,
        "_id": customer.id,
        "id": customer.id,
        "status": customer.status,
        **_counters(brand, customer),
        "purchase_total": customer.purchase_total,
        "purchase_count": customer.purchase_count,
        "purchase_item_count": customer.purchase_item_count,
        "purchase_first_date": f"{first:%Y-%m-%d}" if first else None,
        "purchase_last_date": f"{last:%Y-%m-%d}" if last else None,
        "optin_at": customer.optin_at,
        "last_login_at": customer.last_login_at,
        "created_at": customer.created_at,
        "properties": {name: value for name, value in customer.fields.items() if name not in BUILT_IN},
        "tiers": tiers.by_structure(brand, customer),
    }


def transaction(found: Transaction) -> dict[str, Any]:
    """A purchase as the lists show it; `bonus` only when there is one."""
    view: dict[str, Any] = {
        "id": found.id,
        "status": found.status,
        "event": found.event,
        "created_at": iso(found.created_at),
        "updated_at": iso(found.updated_at),
        "total": found.total,
        "items": found.data.get("items") or [],
        "earned": found.earned,
        "burned": found.burned,
        "points_rewarded": found.rewarded,
        "refunded": found.refunded,
    }
    for name in ("currency", "channel"):
        if found.data.get(name) is not None:
            view[name] = found.data[name]
    return view | ({"bonus": found.bonus} if found.bonus else {})


def history_row(row: Row) -> dict[str, Any]:
    """An event as the history shows it: `properties` is a list of name, label and value."""
    view: dict[str, Any] = {
        "id": row.id,
        "action": row.action,
        "label": row.action,
        "points": row.points,
        "timestamp": iso(row.timestamp),
        "properties": [{"name": name, "label": name, "value": value} for name, value in row.data.items()],
    }
    view |= {"expdate": row.expdate} if row.expdate else {}
    return view | ({"original": row.original} if row.original else {})
