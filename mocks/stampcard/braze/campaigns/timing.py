"""When a triggered message goes out: delays, the days a campaign runs, its hours of the day, its speed limit.

Source: Braze docs, "Action-based delivery", "Time-based campaigns" and "Rate limiting and frequency capping"
(braze-inc/braze-docs).
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import msgspec

from stampcard.braze.campaigns import pacing
from stampcard.braze.campaigns.records import Campaign
from stampcard.braze.state import User, Workspace

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MAX_WAIT = timedelta(hours=72)
"""A message that the speed limit holds back for so long is not sent."""


class Delay(msgspec.Struct, frozen=True):
    """How long after its trigger a campaign goes out: after a time, or at an hour of a coming weekday or day.

    Weekday, days and hour are those of the user's time zone, else the company's (assumed: the page names no zone).
    """

    after: timedelta = timedelta()
    weekday: int | None = None
    calendar_days: int | None = None
    at: time = time()

    @property
    def waits(self) -> bool:
        return self != IMMEDIATELY


IMMEDIATELY = Delay()


def due(workspace: Workspace, user: User, delay: Delay) -> datetime:
    """When a delay that begins now ends: the same weekday is a week away, calendar days are not 24 hours each."""
    now = workspace.world.clock.now
    if delay.weekday is None and delay.calendar_days is None:
        return now + delay.after
    zone = pacing.zone_of(workspace, user)
    today = now.astimezone(zone).date()
    days = (delay.weekday - today.weekday()) % 7 or 7 if delay.weekday is not None else delay.calendar_days or 0
    return max(now, at_local(today + timedelta(days=days), delay.at, zone))


def at_local(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


class Hours(msgspec.Struct, frozen=True):
    """The hours of the user's day in which a campaign may go out; outside it is dropped, or waits when `wait`."""

    start: time
    end: time
    wait: bool


def opens_at(workspace: Workspace, user: User, hours: Hours) -> datetime | None:
    """When the hours begin again for a user who is outside of them just now; None inside."""
    zone = pacing.zone_of(workspace, user)
    local = workspace.world.clock.now.astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    if hours.start <= hours.end:
        inside = hours.start <= clock <= hours.end
    else:
        inside = clock >= hours.start or clock <= hours.end
    if inside:
        return None
    day = local.date() + timedelta(days=1 if clock > hours.start else 0)
    return at_local(day, hours.start, zone)


def best_hour(workspace: Workspace, user: User, fallback: time) -> time:
    """Intelligent Timing: the hour of the day in which the user opened an app most often, else the fallback.

    Assumed: Braze publishes that it learns from sessions and opens, not how.
    """
    zone, seen = pacing.zone_of(workspace, user), Counter[int]()
    for app_id in workspace.apps:
        instants = workspace.sessions.get((user.braze_id, app_id), ())
        seen.update(datetime.fromtimestamp(at, UTC).astimezone(zone).hour for at in instants)
    if not seen:
        return fallback
    return time(min(seen, key=lambda hour: (-seen[hour], hour)))


def slot(workspace: Workspace, campaign: Campaign | None, earliest: datetime) -> datetime:
    """The next moment at which the campaign's speed limit leaves room for a message; the room is taken."""
    if campaign is None or campaign.speed_limit is None:
        return earliest
    minute = int(earliest.timestamp()) // 60
    current, used = workspace.engine.speeds.get(campaign.id, (minute, 0))
    if minute > current:
        current, used = minute, 0
    if used >= campaign.speed_limit:
        current, used = current + 1, 0
    workspace.engine.speeds[campaign.id] = (current, used + 1)
    return max(earliest, datetime.fromtimestamp(current * 60, UTC))
