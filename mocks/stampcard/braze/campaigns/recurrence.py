"""When a scheduled campaign comes again: daily, weekly or monthly, in calendar time.

Source: Braze docs, "Time-based campaigns" (braze-inc/braze-docs): the end date is inclusive, and a month without the
day takes its last one.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from stampcard.braze import zones


class Schedule(msgspec.Struct, frozen=True):
    """`first` is the first instant; for `local` it is a wall time in every user's own zone, held as UTC.

    `every` is None for once; `until` is the last day on which it may come; `at_once` says that it was asked for as
    `now`, of which `first` is what it came to.
    """

    first: datetime
    every: str | None = None
    until: datetime | None = None
    local: bool = False
    at_once: bool = False

    def same_as(self, other: Schedule) -> bool:
        """Whether both were asked for in the same way, so that one replaces the other without launching again."""
        alike = (self.every, self.until, self.local, self.at_once)
        return alike == (other.every, other.until, other.local, other.at_once) and (
            self.at_once or self.first == other.first
        )


def following(schedule: Schedule, at: datetime, zone: str) -> datetime | None:
    """The occurrence after the one at `at`, or None; the company's zone keeps its wall time over the seasons."""
    if schedule.every is None:
        return None
    found: tzinfo = UTC if schedule.local else zones.find_zone(zone) or UTC
    wall, first = at.astimezone(found), schedule.first.astimezone(found)
    if schedule.every == "monthly":
        year, month = (wall.year + 1, 1) if wall.month == 12 else (wall.year, wall.month + 1)
        day = min(first.day, monthrange(year, month)[1])
        coming = wall.replace(year=year, month=month, day=day)
    else:
        coming = wall + timedelta(days=7 if schedule.every == "weekly" else 1)
    coming = datetime.combine(coming.date(), first.time(), found)
    if schedule.until is not None and coming.date() > schedule.until.date():
        return None
    return coming.astimezone(UTC)
