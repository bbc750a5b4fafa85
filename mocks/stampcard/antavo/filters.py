"""Filters in the query: `field=value` for equality, `field.gt|lt|gte|lte|in=value` for the rest.

Equality is case-sensitive and whole (developers.antavo.com/docs/filtering); dates are ISO 8601, UTC without an offset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from operator import ge, gt, le, lt
from typing import Any

import msgspec

from stampcard.antavo.fields import number
from stampcard.core.endpoint import Call

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {"gt": gt, "lt": lt, "gte": ge, "lte": le}


class Filter(msgspec.Struct, frozen=True):
    """One criterion: `operator` is eq, in, gt, lt, gte or lte."""

    field: str
    operator: str
    text: str

    def holds(self, value: Any) -> bool:
        if self.operator == "eq":
            return _equal(value, self.text)
        if self.operator == "in":
            return any(_equal(value, text) for text in self.text.split(","))
        one, other = _comparable(value, self.text)
        return one is not None and other is not None and _ORDER[self.operator](one, other)


def read_filters(call: Call[Any], fields: Iterable[str]) -> list[Filter]:
    """The criteria on these fields in the query; they are then no longer told as ignored."""
    known, found = set(fields), []
    for name, values in call.request.query.items():
        field, _, operator = name.rpartition(".")
        if name in known:
            found.append(Filter(name, "eq", values[-1]))
        elif field in known and (operator in _ORDER or operator == "in"):
            found.append(Filter(field, operator, values[-1]))
        else:
            continue
        call.diagnostics[:] = [d for d in call.diagnostics if d.pointer != f"/{name}"]
    return found


def read_criteria(body: Mapping[str, Any], fields: Iterable[str]) -> list[Filter]:
    """The same criteria as members of a JSON body, where `in` may be a list."""
    known, found = set(fields), []
    for name, value in body.items():
        field, _, operator = name.rpartition(".")
        text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        if name in known:
            found.append(Filter(name, "in" if isinstance(value, list) else "eq", text))
        elif field in known and (operator in _ORDER or operator == "in"):
            found.append(Filter(field, operator, text))
    return found


def _equal(value: Any, text: str) -> bool:
    if isinstance(value, str):
        return value == text
    if isinstance(value, bool):
        return text == str(value).lower()
    if isinstance(value, int | float):
        return number(text) == value
    if isinstance(value, datetime):
        return instant(text) == value
    return isinstance(value, list) and text in value


def _comparable(value: Any, text: str) -> tuple[Any, Any]:
    if isinstance(value, datetime):
        return value, instant(text)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value, number(text)
    return (value, text) if isinstance(value, str) else (None, None)


def instant(text: str) -> datetime | None:
    """A date, date-time or date-time with an offset; None for anything else."""
    try:
        found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def day_filter(filters: Iterable[Filter], at: datetime) -> bool:
    """Filters on a day: a bare date as equality means all of that day."""
    for one in filters:
        if one.operator == "eq" and len(one.text) == 10 and _is_day(one.text):
            if f"{at:%Y-%m-%d}" != one.text:
                return False
        elif not one.holds(at):
            return False
    return True


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
