"""Customer fields: the built-in ones, their types, and reading a value sent for one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from stampcard.antavo.amounts import tidy
from stampcard.antavo.errors import unsuitable
from stampcard.antavo.state import Brand, Field

_SEARCHABLE = ("searchable",)

BUILT_IN: Mapping[str, Field] = {
    name: Field(name, kind, tags)
    for name, kind, tags in (
        ("email", "string", _SEARCHABLE),
        ("first_name", "string", _SEARCHABLE),
        ("last_name", "string", _SEARCHABLE),
        ("handler", "string", _SEARCHABLE),
        ("phone", "string", _SEARCHABLE),
        ("mobile_phone", "string", _SEARCHABLE),
        ("membership_id", "string", _SEARCHABLE),
        ("birth_date", "date", ()),
        ("gender", "string", ()),
        ("language", "string", ()),
        ("country", "string", ()),
        ("currency", "string", ()),
        ("image_url", "string", ()),
        ("src", "string", ()),
        ("referrer", "string", ()),
    )
}

READ_ONLY = frozenset(
    """_id id status score spent reserved pending expired spendable point_balance purchase_total purchase_count
    purchase_item_count purchase_first_date purchase_last_date optin_at optout_at last_login_at created_at updated_at
    tiers accounts labels rewards activities referrals""".split()
)
"""Computed by Antavo: an event cannot change them."""

TYPES = (
    "string",
    "numeric",
    "boolean",
    "select",
    "date",
    "url",
    "datetime",
    "multiple choice",
    "list",
    "object",
)

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,20})?")


def find_field(brand: Brand, name: str) -> Field | None:
    return brand.fields.get(name) or BUILT_IN.get(name)


def external_fields(brand: Brand) -> tuple[str, ...]:
    """Fields whose values identify a customer in place of the id."""
    tagged = (field.name for field in brand.fields.values() if "external_id" in field.tags)
    return tuple(dict.fromkeys((*brand.settings.customers.external_id_fields, *tagged)))


def number(value: Any) -> int | float | None:
    """A JSON number, or the text of one as forms send it; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < 10**15 else None
    if isinstance(value, float):
        return tidy(value) if math.isfinite(value) and abs(value) < 10**15 else None
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        found = tidy(value)  # type: ignore[arg-type]
        return found if abs(found) < 10**15 else None
    return None


def read(field: Field, value: Any) -> Any:
    """The value as stored; None clears the field. Raises ApiError: a wrong type makes the request fail."""
    if value is None:
        return None
    found = _READERS[field.type](field, value)
    if found is None:
        raise unsuitable(f"Invalid value for field '{field.name}'")
    return found


def _text(field: Field, value: Any) -> Any:
    return value if isinstance(value, str) else None


def _numeric(field: Field, value: Any) -> Any:
    # An integer and a floating point number stay what they were: 3.0 is not made 3.
    if isinstance(value, float) and math.isfinite(value):
        return value
    return number(value)


def _boolean(field: Field, value: Any) -> Any:
    if isinstance(value, bool):
        return value
    return {"true": True, "1": True, "false": False, "0": False}.get(value) if isinstance(value, str) else None


def _select(field: Field, value: Any) -> Any:
    return value if isinstance(value, str) and (not field.options or value in field.options) else None


def _date(field: Field, value: Any) -> Any:
    return value if isinstance(value, str) and _DATE.fullmatch(value) and _is_date(value) else None


def _datetime(field: Field, value: Any) -> Any:
    return value if isinstance(value, str) and _DATETIME.fullmatch(value) and _is_date(value) else None


def _is_date(value: str) -> bool:
    try:
        return bool(datetime.fromisoformat(value) if " " in value else date.fromisoformat(value))
    except ValueError:
        return False


def _url(field: Field, value: Any) -> Any:
    return value if isinstance(value, str) and re.match(r"https?://\S+$", value) else None


def _choices(field: Field, value: Any) -> Any:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
        return None
    return values if not field.options or set(values) <= set(field.options) else None


def _list(field: Field, value: Any) -> Any:
    return value if isinstance(value, list) else None


def _object(field: Field, value: Any) -> Any:
    return value if isinstance(value, dict) else None


_READERS = {
    "string": _text,
    "numeric": _numeric,
    "boolean": _boolean,
    "select": _select,
    "date": _date,
    "url": _url,
    "datetime": _datetime,
    "multiple choice": _choices,
    "list": _list,
    "object": _object,
}
