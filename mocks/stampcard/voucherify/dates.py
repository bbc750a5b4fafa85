"""Instants and durations as Voucherify writes them: ISO 8601, UTC, milliseconds, `Z`."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

from stampcard.core.clock import iso

BIRTHDAYS = frozenset({"birthday", "birthdate"})
STAMPS = frozenset({"created_at", "updated_at"}) | BIRTHDAYS
"""Fields of a record that hold dates."""

_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=.)(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?"
)


def read_instant(text: object) -> datetime | None:
    """An instant or a date alone (midnight UTC); None when the text is neither."""
    if not isinstance(text, str) or len(text) < 8:
        return None
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def normal(text: object) -> str | None:
    """The instant in the vendor's notation, or None when the text is no instant."""
    instant = read_instant(text)
    return iso(instant) if instant is not None and instant.year >= 1000 else None


def is_duration(text: object) -> bool:
    return isinstance(text, str) and _DURATION.fullmatch(text) is not None


def plus(instant: datetime, duration: str) -> datetime:
    """An instant and an ISO 8601 duration later; months keep the day where the month has it.

    The end of the calendar when it lies beyond.
    """
    found = _DURATION.fullmatch(duration)
    if found is None:
        raise ValueError(duration)
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    try:
        month = instant.month - 1 + months + 12 * years
        year, month = instant.year + month // 12, month % 12 + 1
        moved = instant.replace(year=year, month=month, day=min(instant.day, monthrange(year, month)[1]))
        return moved + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except (ValueError, OverflowError, IndexError):
        return datetime(9999, 12, 31, tzinfo=UTC)


def later(text: str, duration: str) -> str:
    """An instant in the vendor's notation, a duration later."""
    instant = read_instant(text)
    assert instant is not None
    return iso(plus(instant, duration))
