"""Days in a project's time zone: when points and tiers begin and end.

https://docs.voucherify.io/build/loyalty-points (expiration rules), https://docs.voucherify.io/build/loyalty-tiers
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from stampcard.voucherify import dates
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

LENGTHS = {"MONTH": 1, "QUARTER": 3, "HALF_YEAR": 6, "YEAR": 12}
"""Months in a calendar period."""
LAST = date(9998, 12, 31)


def current(project: Project) -> date:
    return project.world.clock.now.astimezone(ZoneInfo(project.settings.timezone)).date()


def midnight(project: Project, day: date) -> datetime:
    """When a day begins."""
    return datetime.combine(day, time(), ZoneInfo(project.settings.timezone)).astimezone(UTC)


def clamped(year: int, month: int, day: int) -> date:
    """The day of a month, or the month's last."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def plus_months(day: date, months: int) -> date:
    month = day.month - 1 + months
    year = day.year + month // 12
    return clamped(year, month % 12 + 1, day.day) if year < 9998 else LAST


def plus(day: date, duration: str) -> date:
    """A day and an ISO 8601 duration later."""
    found = dates.plus(datetime.combine(day, time(), UTC), duration).date()
    return min(found, LAST)


def period_start(day: date, period: str) -> date:
    length = LENGTHS[period]
    return date(day.year, (day.month - 1) // length * length + 1, 1)


def next_period(day: date, period: str) -> date:
    return plus_months(period_start(day, period), LENGTHS[period])


def period_end(day: date, period: str) -> date:
    """The last day of the calendar month, quarter, half-year or year."""
    return next_period(day, period) - timedelta(days=1)


def month_end(day: date, month: int) -> date:
    """The end of the next month of that number, counted from 1, which may be the day's own."""
    year = day.year + (month < day.month)
    return clamped(year, month, 31)


def expiry(rules: Json | None, day: date) -> str | None:
    """The last day of points earned on a day; None when they do not expire.

    That PARTICULAR_MONTH counts January as 1, as `fixed_month` does, is assumed.
    """
    if not rules:
        return None
    if rules["period_type"] == "FIXED_DAY_OF_YEAR":
        end = clamped(day.year, rules["fixed_month"], rules["fixed_day"])
        return (end if end >= day else clamped(day.year + 1, rules["fixed_month"], rules["fixed_day"])).isoformat()
    end = plus_months(day, rules["period_value"])
    rounding = rules.get("rounding_type")
    if rounding == "PARTICULAR_MONTH":
        end = month_end(end, rules["rounding_value"])
    elif rounding is not None:
        end = period_end(end, rounding.removeprefix("END_OF_"))
    return end.isoformat()
