"""The comparisons of filters, in the dashboard's words, on values of every type.

Source: Braze docs, "Filtering operators", "Custom event properties" and "Nested objects" (braze-inc/braze-docs).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from stampcard.braze.values import read_time

Holds = Callable[[Any, Any, datetime], bool]
"""Whether a present value compares so with the filter's value, now."""


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def instant(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else read_time(value)


def _listed(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, list) else (wanted,)


def _equals(value: Any, wanted: Any, now: datetime) -> bool:
    return any(same(value, item) for item in _listed(wanted))


def same(value: Any, wanted: Any) -> bool:
    """Equal and of one type: a text is never a number, a number never a boolean."""
    if is_number(value) and is_number(wanted):
        return bool(value == wanted)
    return type(value) is type(wanted) and bool(value == wanted)


def _regex(value: Any, wanted: Any, now: datetime) -> bool:
    if isinstance(value, list):
        return any(_regex(item, wanted, now) for item in value)
    return isinstance(value, str) and re.search(wanted, value, re.IGNORECASE) is not None


def _contains_any(value: Any, wanted: Any, now: datetime) -> bool:
    return isinstance(value, str) and any(isinstance(item, str) and item in value for item in _listed(wanted))


def _includes_any(value: Any, wanted: Any, now: datetime) -> bool:
    return isinstance(value, list) and any(same(held, item) for held in value for item in _listed(wanted))


def _values_contain(value: Any, wanted: Any, now: datetime) -> bool:
    return isinstance(value, list) and any(_contains_any(held, wanted, now) for held in value)


def _is_all_of(value: Any, wanted: Any, now: datetime) -> bool:
    return isinstance(value, list) and all(any(same(held, item) for held in value) for item in _listed(wanted))


def _ago(value: Any, now: datetime) -> timedelta | None:
    at = instant(value)
    return now - at if at is not None else None


def _more_ago(value: Any, wanted: Any, now: datetime) -> bool:
    ago = _ago(value, now)
    return ago is not None and ago > timedelta(days=wanted)


def _less_ago(value: Any, wanted: Any, now: datetime) -> bool:
    ago = _ago(value, now)
    return ago is not None and timedelta() <= ago < timedelta(days=wanted)


def _more_ahead(value: Any, wanted: Any, now: datetime) -> bool:
    ago = _ago(value, now)
    return ago is not None and -ago > timedelta(days=wanted)


def _less_ahead(value: Any, wanted: Any, now: datetime) -> bool:
    ago = _ago(value, now)
    return ago is not None and timedelta() <= -ago < timedelta(days=wanted)


def _before(value: Any, wanted: Any, now: datetime) -> bool:
    at, limit = instant(value), instant(wanted)
    return at is not None and limit is not None and at < limit


def _after(value: Any, wanted: Any, now: datetime) -> bool:
    at, limit = instant(value), instant(wanted)
    return at is not None and limit is not None and at > limit


POSITIVE: Mapping[str, Holds] = {
    "is true": lambda value, wanted, now: value is True,
    "is false": lambda value, wanted, now: value is False,
    "exactly": lambda value, wanted, now: is_number(value) and value == wanted,
    "more than": lambda value, wanted, now: is_number(value) and value > wanted,
    "less than": lambda value, wanted, now: is_number(value) and value < wanted,
    "equals": _equals,
    "is any of": _equals,
    "matches regex": _regex,
    "contains any of": _contains_any,
    "includes any of": _includes_any,
    "values contain any of": _values_contain,
    "is all of": _is_all_of,
    "before": _before,
    "after": _after,
    "more than days ago": _more_ago,
    "less than days ago": _less_ago,
    "in more than days": _more_ahead,
    "in less than days": _less_ahead,
}
NEGATIVE: Mapping[str, str] = {
    "does not equal": "equals",
    "is none of": "is any of",
    "does not match regex": "matches regex",
    "does not contain any of": "contains any of",
    "includes none of": "includes any of",
    "values do not contain any of": "values contain any of",
    "is not all of": "is all of",
}
"""A comparison that holds when the other one does not."""

PRESENCE = frozenset({"is blank", "is not blank", "is empty", "has a value"})
OR_NOT_SET = frozenset({"is true or not set", "is false or not set"})
WITHOUT_VALUE = PRESENCE | OR_NOT_SET | {"is true", "is false"}
NUMERIC = frozenset(
    {"exactly", "more than", "less than", "more than days ago", "less than days ago"}
    | {"in more than days", "in less than days"}
)


def fault(comparison: str, value: Any) -> str:
    """What is wrong with a filter's value, or nothing."""
    if comparison in WITHOUT_VALUE:
        return "" if value is None else f"{comparison!r} takes no value"
    if value is None:
        return f"{comparison!r} needs a value"
    if comparison in NUMERIC:
        return "" if is_number(value) and abs(value) < 1e9 * 1e9 else f"{comparison!r} takes a number"
    if comparison in ("before", "after"):
        return "" if instant(value) is not None else f"{comparison!r} takes a date or an instant"
    if comparison.endswith(("match regex", "matches regex")):
        try:
            re.compile(value)
        except (re.error, TypeError, RecursionError) as error:
            return f"not a regular expression: {error}"
    if isinstance(value, list) and len(value) > 256:
        return "up to 256 items"
    return ""


# Event properties


def matches_property(properties: Mapping[str, Any], path: str, comparison: str, wanted: Any, now: datetime) -> bool:
    """A filter on an event's property. `[]` matches when any element does; "does not equal" when none equals.

    `is blank` means absent; an empty text is not blank. A value of another type never matches.
    """
    found = values_at(properties, path)
    if comparison in ("is blank", "is not blank"):
        return bool(found) == (comparison == "is not blank")
    if comparison in NEGATIVE:
        kind = POSITIVE[NEGATIVE[comparison]]
        if comparison == "does not match regex":
            return any(isinstance(value, str) for value in found) and not any(kind(v, wanted, now) for v in found)
        return not any(kind(value, wanted, now) for value in found)
    return any(POSITIVE[comparison](value, wanted, now) for value in found)


_CHUNK = re.compile(r'"([^"]*)"|([^.\[\]"]+)|(\[\])')


def values_at(value: Any, path: str) -> list[Any]:
    """All values at a path such as `songs[].album.yearReleased`; a chunk with dots or brackets stands in quotes."""
    if isinstance(value, Mapping) and path in value:
        return [value[path]] if value[path] is not None else []
    found: list[Any] = [value]
    for match in _CHUNK.finditer(path):
        key = match[1] if match[1] is not None else match[2]
        step: list[Any] = []
        for item in found:
            if match[3]:
                step += item if isinstance(item, list) else []
            elif isinstance(item, Mapping) and item.get(key) is not None:
                step.append(item[key])
        found = step
    return found
