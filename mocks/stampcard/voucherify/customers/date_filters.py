"""Filters that look at dates as the days pass: `$next_month`, `$is_days_ago`, `$today_md` and their like.

The operators are listed in the vendor's documents (400 of create-product-collection, the example of create-segment);
what they mean follows from their names: days, weeks that begin on Monday, months and years of the calendar, in the
project's time zone; `_md` leaves the year out (assumed). A birthday is looked at without its year, as the vendor's
example "customers with birthday next month" does. Nobody published what `$is_day`, `$is_years_ago` and the `_md`
operators with `more` and `less` mean: they are refused.
https://docs.voucherify.io/api-reference/segments/create-segment
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from stampcard.voucherify import conditions, dates

Unit = Callable[[date, int], tuple[date, date]]
"""The first and the last day of the period of a day, so many periods later."""


def _day(today: date, shift: int) -> tuple[date, date]:
    found = today + timedelta(days=shift)
    return found, found


def _week(today: date, shift: int) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
    return monday, monday + timedelta(days=6)


def _month(today: date, shift: int) -> tuple[date, date]:
    count = today.year * 12 + today.month - 1 + shift
    first, after = (date(item // 12, item % 12 + 1, 1) for item in (count, count + 1))
    return first, after - timedelta(days=1)


def _year(today: date, shift: int) -> tuple[date, date]:
    return date(today.year + shift, 1, 1), date(today.year + shift, 12, 31)


PERIODS: dict[str, tuple[Unit, int]] = {
    "$today": (_day, 0),
    "$tomorrow": (_day, 1),
    "$yesterday": (_day, -1),
    "$this_week": (_week, 0),
    "$last_week": (_week, -1),
    "$next_week": (_week, 1),
    "$this_month": (_month, 0),
    "$last_month": (_month, -1),
    "$next_month": (_month, 1),
    "$this_year": (_year, 0),
    "$last_year": (_year, -1),
    "$next_year": (_year, 1),
}
YEARLY = {f"{name}_md": period for name, period in PERIODS.items() if not name.endswith("year")}
"""Periods whatever the year."""
PARTS: dict[str, Callable[[date], int]] = {
    "$is_day_of_month": lambda day: day.day,
    "$is_month": lambda day: day.month,
    "$is_year": lambda day: day.year,
}
ANNIVERSARIES = {"$is_days_ago_md": -1, "$is_days_in_future_md": 1}
COUNTED = (
    "$is_days_ago",
    "$more_than_ago",
    "$less_than_ago",
    "$is_days_in_future",
    "$more_than_future",
    "$less_than_future",
)
"""Operators that validation rules have as well."""
FLAGS = PERIODS.keys() | YEARLY.keys()
"""Operators whose value is true."""
NUMBERS = PARTS.keys() | ANNIVERSARIES.keys() | set(COUNTED)
OPERATORS = FLAGS | NUMBERS
AGO = {"$more_than": "$more_than_ago", "$less_than": "$less_than_ago"}


def is_number(value: Any) -> bool:
    return not isinstance(value, bool) and str(value).lstrip("-").isdecimal() and len(str(value)) < 6


def is_dated(name: str, operator: str, wanted: Any) -> bool:
    """Whether a condition has to be judged here: its answer changes as the days pass.

    For fields that hold dates `$more_than` and `$less_than` of a number count days ago (documented).
    """
    if operator in AGO and name in dates.STAMPS:
        return all(is_number(item) for item in conditions.listed(wanted))
    return operator in OPERATORS


def matches(name: str, value: Any, operator: str, wanted: Any, now: datetime) -> bool:
    """Whether a field's date is what a condition wants; what is no date never is. `now` in the project's time zone."""
    instant = dates.read_instant(value)
    if instant is None:
        return False
    # A date alone is that day everywhere.
    day = instant.date() if len(str(value)) <= 10 else instant.astimezone(now.tzinfo).date()
    today, numbers = now.date(), conditions.listed(wanted)
    if operator in FLAGS:
        unit, shift = (PERIODS | YEARLY)[operator]
        first, last = unit(today, shift)
        if operator in YEARLY or (name in dates.BIRTHDAYS and f"{operator}_md" in YEARLY):
            return any((day.month, day.day) == (one.month, one.day) for one in _days(first, last))
        return first <= day <= last
    if operator in PARTS:
        return PARTS[operator](day) in [int(item) for item in numbers]
    if operator in ANNIVERSARIES:
        sign = ANNIVERSARIES[operator]
        found = [today + timedelta(days=sign * int(item)) for item in numbers]
        return any((day.month, day.day) == (one.month, one.day) for one in found)
    return conditions.OPERATORS[AGO.get(operator, operator)](str(day), [int(item) for item in numbers], _midnight(now))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


def _midnight(now: datetime) -> datetime:
    """Days are compared with days: the calendar day of now, without its time zone."""
    return now.replace(tzinfo=UTC)
