"""Values as Braze reads them: times in its many forms, sizes, and what a custom attribute or property may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from stampcard.core import codec

MAX_TEXT = 255
"""Characters of an attribute's or property's name, and of a text value; longer is cut."""

MAX_OBJECT = 100 * 1024
"""Bytes of the properties of one event."""

INVALID: Any = object()
"""Stands for a value that cannot be stored."""

_LONG_DATE = re.compile(r"[A-Z][a-z]{2} (\w{2,3}) (\d{2}) (\d{2}:\d{2}:\d{2})[. ]?(Z|UTC|GMT|[+-]\d{2}:?\d{2}) (\d{4})")
_US_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_MONTHS = {name: number for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}


def read_time(text: Any) -> datetime | None:
    """An instant in UTC from ISO 8601 or one of Braze's other forms; None for anything else.

    Without a zone it is UTC, without a time of day midnight. The year must be 0 to 3000.
    """
    if not isinstance(text, str) or len(text) > 64:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant_or_none = _other_form(text)
        if instant_or_none is None:
            return None
        instant = instant_or_none
    if instant.year > 3000:
        return None
    try:
        return instant.astimezone(UTC) if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
    except OverflowError:
        return None


def _other_form(text: str) -> datetime | None:
    try:
        if match := _US_DATE.fullmatch(text):
            return datetime(int(match[3]), int(match[1]), int(match[2]), tzinfo=UTC)
        if match := _LONG_DATE.fullmatch(text):
            month = _MONTHS.get(match[1]) or int(match[1])
            zone = "Z" if match[4] in ("Z", "UTC", "GMT") else match[4]
            return datetime.fromisoformat(f"{match[5]}-{month:02d}-{match[2]}T{match[3]}{zone}")
    except ValueError:
        pass
    return None


def detect_time(text: str) -> datetime | None:
    """The instant that a custom attribute's text is stored as, when it has the form of a time."""
    if len(text) < 10 or not (text[4] == "-" or text[2] == "/" or _LONG_DATE.fullmatch(text)):
        return None
    return read_time(text)


def kind_of(value: Any) -> str:
    """Braze's name for the data type of a stored value."""
    return _KINDS.get(type(value)) or ("Object" if isinstance(value, Mapping) else _kind_of_array(value))


_KINDS = {str: "String", bool: "Boolean", int: "Number", float: "Number", datetime: "Time", dict: "Object"}


def _kind_of_array(value: Any) -> str:
    return "Object Array" if value and all(isinstance(item, Mapping) for item in value) else "Array"


def read_nested(value: Any) -> Any:
    """A nested object or list in its stored form: `{"$time": text}` as an instant, long texts cut.

    INVALID when a name is empty, over 255 characters or holds a blank, or when a time cannot be read.
    """
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, dict):
        if value.keys() == {"$time"}:
            return read_time(value["$time"]) or INVALID
        stored = {}
        for key, item in value.items():
            read = read_nested(item)
            if read is INVALID or not key or len(key) > MAX_TEXT or " " in key or key.startswith("$"):
                return INVALID
            stored[key] = read
        return stored
    if isinstance(value, list):
        items = [read_nested(item) for item in value]
        return INVALID if any(item is INVALID for item in items) else items
    return value if not isinstance(value, int | float) or fits(value) else INVALID


def fits(number: int | float) -> bool:
    """Whether Braze can hold a number: 64 bits, and finite."""
    return isfinite(number) if isinstance(number, float) else -(2**63) <= number < 2**63


def has_null(value: Any) -> bool:
    """Whether a nested value holds a null anywhere."""
    if isinstance(value, dict):
        return any(has_null(item) for item in value.values())
    if isinstance(value, list):
        return any(has_null(item) for item in value)
    return value is None


def size_of(value: Any) -> int:
    """Bytes of a value as JSON."""
    return len(codec.encode(value))


def merged(old: Any, new: Mapping[str, Any]) -> dict[str, Any]:
    """`new` merged deeply into `old`; a null in `new` removes the member."""
    whole = dict(old) if isinstance(old, Mapping) else {}
    for key, value in new.items():
        if value is None:
            whole.pop(key, None)
        elif isinstance(value, dict):
            whole[key] = merged(whole.get(key), value)
        else:
            whole[key] = value
    return whole
