"""Receipts that earn: what every family checks before a purchase counts, and what it answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from stampcard.core.errors import ApiError
from stampcard.punchh import accounts, ledger, params
from stampcard.punchh.errors import Words
from stampcard.punchh.records import Checkin, Guest
from stampcard.punchh.state import Business, Location
from stampcard.punchh.times import utc

USED = "You cannot use the same receipt more than once."
NO_PLACE = "Location could not be determined"
TOO_SMALL = "The minimum checkin amount is $0.01."
TOO_OLD = "This receipt is too old to be accepted."
MINIMUM = 0.01
TEXTS = """transaction_no cc_last4 employee_id employee_name revenue_id revenue_code punchh_key external_uid""".split()


def location_of(business: Business, values: Mapping[str, Any], words: Words) -> Location:
    """The store of `store_number` or `location_id`. Raises ApiError."""
    store, number = params.text(values.get("store_number")), params.integer(values.get("location_id"))
    for location in business.locations.values():
        if (store and location.store_number == store) or (not store and location.id == number):
            return location
    raise words.invalid("base", NO_PLACE)


def instant(values: Mapping[str, Any], name: str, words: Words) -> datetime | None:
    """An ISO 8601 instant, UTC without a zone; None when absent. Raises ApiError."""
    text = params.text(values.get(name))
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise words.invalid(name, "is invalid") from None


def amount(values: Mapping[str, Any], name: str, words: Words) -> float | None:
    """Money; None when absent. Raises ApiError."""
    if not params.text(values.get(name)):
        return None
    found = params.number(values[name])
    if found is None or found < 0:
        raise words.invalid(name, "is not a number")
    return math.floor(found * 100 + 0.5) / 100


def facts_of(business: Business, values: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """What a receipt says, checked, only what is there. Raises ApiError."""
    facts: dict[str, Any] = {name: params.text(values[name]) for name in TEXTS if params.text(values.get(name))}
    for name in ("receipt_amount", "subtotal_amount", "payable"):
        found = amount(values, name, words)
        if found is not None:
            facts[name] = found
    at = instant(values, "receipt_datetime", words)
    if at is not None:
        days = business.program.receipt_age_days
        if days is not None and at < business.now - timedelta(days=days):
            raise words.invalid("base", TOO_OLD)
        facts["receipt_date"] = utc(at)
    items = values.get("menu_items")
    if isinstance(items, list):
        facts["menu_items"] = [item_of(row) for row in items if isinstance(row, dict)]
    return facts


def item_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Shape menu_item."""
    texts = ("item_name", "menu_item_type", "menu_item_id", "menu_family", "menu_major_group", "serial_number")
    return {
        **{name: params.text(row.get(name)) for name in texts},
        "item_qty": params.integer(row.get("item_qty")) or 1,
        "item_amount": params.number(row.get("item_amount")) or 0.0,
    }


def keys_of(facts: Mapping[str, Any]) -> list[str]:
    """What makes a receipt the same receipt."""
    return [f"{name}:{facts[name]}" for name in ("external_uid", "punchh_key", "bar_code") if facts.get(name)]


def known(business: Business, facts: Mapping[str, Any]) -> tuple[Guest, Checkin] | None:
    """Who used a receipt before, and for which check-in."""
    return next((business.uids[key] for key in keys_of(facts) if key in business.uids), None)


def earn(business: Business, guest: Guest, facts: dict[str, Any], words: Words, *, state: str, cause: int) -> Checkin:
    """Check the receipt and put it into the account. Raises ApiError before anything changes."""
    if known(business, facts) is not None:
        raise words.invalid("base", USED)
    if (facts.get("receipt_amount") or 0) < MINIMUM and "receipt_image" not in facts:
        raise words.invalid("base", TOO_SMALL)
    checkin = ledger.earn(business, guest, facts, state=state, cause=cause)
    for key in keys_of(facts):
        business.uids[key] = (guest, checkin)
    minutes = business.program.pending_minutes
    if state == "pending" and minutes:
        commit_later(business, guest, checkin, minutes, cause=cause)
    return checkin


def commit_later(business: Business, guest: Guest, checkin: Checkin, minutes: float, *, cause: int) -> None:
    """Let a pending check-in count by itself after a while."""

    async def run() -> None:
        if checkin.state == "pending":
            ledger.approve(business, guest, checkin, cause=cause)

    delay = timedelta(minutes=minutes)
    name = f"commit check-in {checkin.id}"
    business.world.clock.after(delay, run, name=name, vendor="punchh", cause=cause)


def state_of(business: Business, values: Mapping[str, Any]) -> str:
    """Pending when the call says so or the program holds points back."""
    return "pending" if business.program.pending or params.text(values.get("state")) == "pending" else "approved"


# Views


def view(checkin: Checkin) -> dict[str, Any]:
    """A check-in as ordering sites and the dashboard see it."""
    pending = checkin.state == "pending"
    return {
        "checkin_id": checkin.id,
        "created_at": utc(checkin.created_at),
        "external_uid": checkin.facts.get("external_uid"),
        "bar_code": checkin.facts.get("bar_code") or "",
        "pending_points": checkin.points if pending else 0,
        "pending_refresh": pending,
        "points_earned": checkin.earned,
    }


def answer(business: Business, guest: Guest, checkin: Checkin) -> dict[str, Any]:
    """The answer to a check-in: who, how many, how much, and the check-in."""
    found = accounts.balance(business, guest)
    return {
        "first_name": guest.first_name,
        "last_name": guest.last_name,
        "checkins": found.checkins,
        "points": found.net,
        "checkin": view(checkin),
    }


def not_found(uid: str) -> ApiError:
    text = f"Checkin associated with external_uid {uid} not found"
    return ApiError(417, {"error": {"message": text, "code": "not_found"}})
