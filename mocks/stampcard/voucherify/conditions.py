"""Conditions of validation rules: operators, each with the values it compares with.

Days, weekdays and hours are those of the project's time zone. Not emulated, as nobody documents what they mean:
$not_differ and $not_intersect. https://docs.voucherify.io/api-reference/validation-rules/validation-rule-object
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from stampcard.voucherify import dates
from stampcard.voucherify.settings import Json

Test = Callable[[Any, list[Any], datetime | None], bool]
"""Value, what the condition names, and the present instant in the project's time zone."""


def check(value: Any, conditions: Json, now: datetime | None = None) -> bool:
    return all(OPERATORS[operator](value, listed(wanted), now) for operator, wanted in conditions.items())


def listed(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, list):
        return any(_same(item, wanted) for item in value)
    one, other = _number(value), _number(wanted)
    return one == other if one is not None and other is not None else value == wanted


def _any_same(value: Any, wanted: list[Any], now: datetime | None) -> bool:
    return any(_same(value, item) for item in wanted)


def _none_same(value: Any, wanted: list[Any], now: datetime | None) -> bool:
    return not _any_same(value, wanted, now)


def _instant(value: Any) -> float | None:
    found = dates.read_instant(value)
    return found.timestamp() if found is not None else None


def _ordered(test: Callable[[float, float], bool]) -> Test:
    """Numbers, or else instants ("can be also used with datetime")."""

    def compare(value: Any, wanted: list[Any], now: datetime | None) -> bool:
        for read in (_number, _instant):
            one, others = read(value), [read(item) for item in wanted]
            if one is not None:
                return all(other is not None and test(one, other) for other in others)
        return False

    return compare


def _dated(test: Callable[[float, float], bool]) -> Test:
    def compare(value: Any, wanted: list[Any], now: datetime | None) -> bool:
        one, others = _instant(value), [_instant(item) for item in wanted]
        return one is not None and all(other is not None and test(one, other) for other in others)

    return compare


def _texts(test: Callable[[str, str], bool]) -> Test:
    return lambda value, wanted, now: isinstance(value, str) and any(test(value, str(item)) for item in wanted)


def _contains(value: Any, wanted: list[Any], now: datetime | None) -> bool:
    if isinstance(value, list):
        return any(item in value for item in wanted)
    return isinstance(value, str) and any(str(item) in value for item in wanted)


def _sized(test: Callable[[int, float], bool]) -> Test:
    """How many elements a list of metadata has."""

    def compare(value: Any, wanted: list[Any], now: datetime | None) -> bool:
        sizes = [_number(item) for item in wanted]
        return isinstance(value, list) and all(size is not None and test(len(value), size) for size in sizes)

    return compare


# Days before and after today


def _days(sign: int, test: Callable[[int, float], bool]) -> Test:
    """How many whole days a date lies behind (1) or ahead (-1) of today."""

    def compare(value: Any, wanted: list[Any], now: datetime | None) -> bool:
        found, limits = dates.read_instant(value), [_number(item) for item in wanted]
        if found is None or now is None:
            return False
        apart = sign * (now.date() - found.astimezone(now.tzinfo).date()).days
        return all(limit is not None and apart >= 0 and test(apart, limit) for limit in limits)

    return compare


# Times of a date


def _local(value: Any, now: datetime | None) -> datetime | None:
    found = dates.read_instant(value)
    return found.astimezone(now.tzinfo) if found is not None and now is not None else found


def _weekday(value: Any, wanted: list[Any], now: datetime | None) -> bool:
    """0 is Sunday."""
    found = _local(value, now)
    return found is not None and any(_same(found.isoweekday() % 7, item) for item in wanted)


def _in_hours(value: Any, wanted: list[Any], now: datetime | None) -> bool:
    """`18:00;20:01;2,3`: from, until, on which days of the week."""
    found = _local(value, now)
    if found is None:
        return False
    for item in wanted:
        begin, end, days = (*str(item).split(";"), "", "", "")[:3]
        names = [name.strip() for name in days.split(",") if name.strip()]
        if begin <= f"{found:%H:%M}" < end and (not names or str(found.isoweekday() % 7) in names):
            return True
    return False


def _between(value: Any, wanted: list[Any], now: datetime | None) -> bool:
    """`2024-11-14T16:02:00.000Z;2024-11-28T16:02:00.000Z`."""
    found = _instant(value)
    ranges = [[_instant(part) for part in str(item).split(";")] for item in wanted]
    return found is not None and any(
        len(limits) == 2 and limits[0] is not None and limits[1] is not None and limits[0] <= found <= limits[1]
        for limits in ranges
    )


def _in_frame(value: Any, wanted: list[Any], now: datetime | None) -> bool:
    """`2024-11-12T14:59:23.019Z;P1D;PT1H`: from that instant on, every interval for a duration."""
    found = dates.read_instant(value)
    return found is not None and any(_frame_holds(found, str(item).split(";")) for item in wanted)


def _frame_holds(found: datetime, parts: list[str]) -> bool:
    start = dates.read_instant(parts[0])
    if start is None or len(parts) != 3 or not all(dates.is_duration(part) for part in parts[1:]) or found < start:
        return False
    length = dates.plus(start, parts[1]) - start
    begin = start + (found - start) // length * length if length else start
    return found < dates.plus(begin, parts[2])


OPERATORS: dict[str, Test] = {
    "$is": _any_same,
    "$in": _any_same,
    "$from": _any_same,
    "$is_not": _none_same,
    "$not_in": _none_same,
    "$less_than": _ordered(lambda one, other: one < other),
    "$less_than_or_equal": _ordered(lambda one, other: one <= other),
    "$more_than": _ordered(lambda one, other: one > other),
    "$more_than_or_equal": _ordered(lambda one, other: one >= other),
    "$after": _dated(lambda one, other: one > other),
    "$before": _dated(lambda one, other: one < other),
    "$starts_with": _texts(str.startswith),
    "$ends_with": _texts(str.endswith),
    "$contains": _contains,
    "$count": _sized(lambda size, wanted: size == wanted),
    "$count_more": _sized(lambda size, wanted: size > wanted),
    "$count_less": _sized(lambda size, wanted: size < wanted),
    "$more_than_ago": _days(1, lambda days, wanted: days > wanted),
    "$less_than_ago": _days(1, lambda days, wanted: days < wanted),
    "$is_days_ago": _days(1, lambda days, wanted: days == wanted),
    "$more_than_future": _days(-1, lambda days, wanted: days > wanted),
    "$less_than_future": _days(-1, lambda days, wanted: days < wanted),
    "$is_days_in_future": _days(-1, lambda days, wanted: days == wanted),
    "$dow": _weekday,
    "$timeframe": _in_frame,
    "$timeframe_absolute": _between,
    "$timeframe_daily_hours": _in_hours,
}
