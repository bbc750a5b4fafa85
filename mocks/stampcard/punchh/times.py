"""How Punchh writes instants: UTC with Z, or the business's or caller's zone on the mobile family."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from stampcard.core.endpoint import Call
from stampcard.punchh import params
from stampcard.punchh.state import Business

GREENWICH = ZoneInfo("Etc/UTC")
"""The zone of all families but the mobile one; their members in `_tz` are in the business's zone."""


def utc(instant: datetime) -> str:
    """`2026-01-15T09:00:00Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_or_none(instant: datetime | None) -> str | None:
    return utc(instant) if instant is not None else None


def zone_named(name: str) -> ZoneInfo | None:
    """An IANA zone; None for a name that is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of(business: Business) -> ZoneInfo:
    return zone_named(business.time_zone) or GREENWICH


def end_of_day(value: Any, zone: ZoneInfo) -> datetime | None:
    """The last second of the day a text begins with (YYYY-MM-DD), in UTC; None for what is no date."""
    day = params.day(value)
    return datetime.combine(date.fromisoformat(day), time(23, 59, 59), zone).astimezone(UTC) if day else None


def caller_zone(call: Call[Business]) -> ZoneInfo:
    """`Accept-Timezone` when it names a zone, else the business's zone."""
    wanted = call.request.headers.get("accept-timezone")
    return (zone_named(wanted) if wanted else None) or zone_of(call.state)


def local(instant: datetime, zone: ZoneInfo) -> str:
    """`2016-05-16T08:22:25-04:00`; UTC is written Z."""
    if instant.tzinfo is not UTC or zone.key != "Etc/UTC":
        instant = instant.astimezone(zone)
    text = instant.isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
