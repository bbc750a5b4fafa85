"""Members that several resources take: dates, validity windows, expiration rules. Read once, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call
from stampcard.core.errors import ApiError
from stampcard.voucherify import dates, errors
from stampcard.voucherify.campaigns.records import Category
from stampcard.voucherify.state import Json, Project

WINDOW = ("validity_timeframe", "validity_day_of_week", "validity_hours")


def given(body: Mapping[str, Any] | None) -> Json:
    """The members that say something: an explicit null is the same as leaving one out."""
    return {key: value for key, value in (body or {}).items() if value is not None}


EXPIRATION = {"MONTH": ("period_value",), "FIXED_DAY_OF_YEAR": ("fixed_month", "fixed_day")}
"""What each way for points to expire needs."""
ROUNDINGS = ("END_OF_MONTH", "END_OF_QUARTER", "END_OF_HALF_YEAR", "END_OF_YEAR", "PARTICULAR_MONTH")
RANGES = {"period_value": (0, 1200), "rounding_value": (1, 12), "fixed_month": (1, 12), "fixed_day": (1, 31)}


def read_expiration(call: Call[Project], value: Mapping[str, Any], place: str) -> Json:
    """How points expire, with what their type needs. Raises invalid_payload, 501."""
    found = given(value)
    needed = EXPIRATION.get(found.get("period_type", ""))
    if needed is None:
        message = f"stampcard does not emulate points that expire by {found.get('period_type')}"
        raise ApiError(501, {"message": message, "operation": call.operation.id})
    rounding = found.get("rounding_type")
    if rounding is not None and rounding not in ROUNDINGS:
        allowed = ", ".join(ROUNDINGS)
        details = f"Property {place}.rounding_type should be equal to one of the allowed values [ {allowed} ]"
        raise errors.invalid_payload(call, details)
    if rounding == "PARTICULAR_MONTH":
        needed = (*needed, "rounding_value")
    for name in needed:
        if name not in found:
            raise errors.invalid_payload(call, f"Property {place} should have required property '{name}'")
    for name, (low, high) in RANGES.items():
        if name in found and not low <= found[name] <= high:
            bound = f">= {low}" if found[name] < low else f"<= {high}"
            raise errors.invalid_payload(call, f"Property {place}.{name} should be {bound}")
    return found


def read_dates(call: Call[Project], body: Mapping[str, Any]) -> Json:
    """start_date, expiration_date and validity_*, in the vendor's notation; a null stays and clears."""
    found: Json = {}
    for name in ("start_date", "expiration_date"):
        if name in body:
            found[name] = None if body[name] is None else dates.normal(body[name])
            if found[name] is None and body[name] is not None:
                raise errors.not_a_date(call, f".{name}")
    frame = body.get("validity_timeframe")
    for name in ("interval", "duration"):
        if frame and frame.get(name) is not None and not dates.is_duration(frame[name]):
            raise errors.invalid_payload(call, f'Property .validity_timeframe.{name} should match format "duration"')
    found |= {name: body[name] for name in WINDOW if name in body}
    if body.get("validity_hours") and (frame or body.get("validity_day_of_week")):
        # Documented: hours exclude the other two.
        details = "Property .validity_hours cannot be used with validity_timeframe or validity_day_of_week"
        raise errors.invalid_payload(call, details)
    return found


def read_duration(call: Call[Project], body: Mapping[str, Any], name: str) -> str | None:
    value: str | None = body.get(name)
    if value is not None and not dates.is_duration(value):
        raise errors.invalid_payload(call, f'Property .{name} should match format "duration"')
    return value


def read_category(call: Call[Project], body: Mapping[str, Any]) -> tuple[Category | None, str | None]:
    """The category a body names by id or name, and free text that names none the project has. Raises 404."""
    categories = call.state.categories
    wanted = body.get("category_id")
    if wanted is not None:
        if wanted not in categories:
            raise errors.not_found(call, "category", wanted)
        return categories[wanted], None
    name = body.get("category")
    if name is None:
        return None, None
    if name in categories:
        return categories[name], None
    if name.startswith("cat_"):
        raise errors.not_found(call, "category", name)
    found = next((item for item in categories.values() if item.name == name), None)
    if found is None:
        call.diagnose("unknown-category", "no category has this name; it is kept as text", "/category")
    return found, None if found else name


def merged_metadata(old: Json | None, new: Mapping[str, Any] | None) -> Json | None:
    """Metadata merges key by key; a key sent as null stays with the value null."""
    return old if new is None else {**(old or {}), **new}


def window_of(dates_block: Mapping[str, Any]) -> Json | None:
    """All validity_* members, those that are not set as None; None when none is."""
    found = {name: dates_block.get(name) for name in WINDOW}
    return found if any(value is not None for value in found.values()) else None
