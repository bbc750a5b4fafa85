"""When a voucher or promotion may be used: validity_timeframe, validity_day_of_week, validity_hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from stampcard.voucherify import dates
from stampcard.voucherify.state import Project


def is_open(project: Project, window: Mapping[str, Any] | None, start: str | None) -> bool:
    """Days and hours are the project's own; a timeframe repeats from the start date."""
    if not window:
        return True
    now = project.world.clock.now
    local = now.astimezone(ZoneInfo(project.settings.timezone))
    weekday = local.isoweekday() % 7
    days = window.get("validity_day_of_week")
    if days and weekday not in days:
        return False
    hours = (window.get("validity_hours") or {}).get("daily")
    if hours and not any(_in_hours(part, weekday, f"{local:%H:%M}") for part in hours):
        return False
    frame = window.get("validity_timeframe")
    return not frame or _in_frame(now, frame, dates.read_instant(start))


def _in_hours(part: Mapping[str, Any], weekday: int, time: str) -> bool:
    days = part.get("days_of_week")
    begin, end = part.get("start_time") or "00:00", part.get("expiration_time") or "24:00"
    return (not days or weekday in days) and begin <= time < end


def _in_frame(now: datetime, frame: Mapping[str, Any], start: datetime | None) -> bool:
    """Open for `duration` at the beginning of every `interval`; always open without a start date (assumed)."""
    interval, duration = frame.get("interval"), frame.get("duration")
    if start is None or not interval or not duration or now < start:
        return True
    length = dates.plus(start, interval) - start
    if not length:
        return True
    begin = start + (now - start) // length * length
    return now < dates.plus(begin.astimezone(UTC), duration)
