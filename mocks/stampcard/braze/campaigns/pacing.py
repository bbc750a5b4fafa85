"""When a message may go out: variants and control groups, Quiet Hours, frequency caps.

Source: Braze docs, "Variant distribution", "Quiet Hours", "Rate limiting and frequency capping" and "Global Control
Group" (braze-inc/braze-docs).
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo

import msgspec

from stampcard.braze import zones
from stampcard.braze.campaigns.records import Campaign, Variant
from stampcard.braze.state import User, Workspace

CONTROL = None
"""What a user of a control group gets instead of a variant."""
UNCAPPED = frozenset({"content_card", "in_app_message"})
"""Channels that neither count nor are capped."""
PUSH = frozenset({"apple_push", "android_push", "kindle_push", "web_push"})
KEPT = timedelta(days=31)


def draw(workspace: Workspace, purpose: str, user: User) -> int:
    """A number from 0 to 99 that is a user's for good: the same seed gives the same."""
    text = f"{workspace.world.seed}:{purpose}:{user.braze_id}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % 100


def pick_variant(workspace: Workspace, campaign: Campaign, user: User) -> Variant | None:
    """A user's variant, the same each time while the percentages stay; None for the control group."""
    if len(campaign.variants) == 1 and campaign.variants[0].percentage == 100:
        return campaign.variants[0]
    shares = ",".join(str(variant.percentage) for variant in campaign.variants)
    left = draw(workspace, f"{campaign.id}:{shares}", user)
    for variant in campaign.variants:
        if left < variant.percentage:
            return variant
        left -= variant.percentage
    return CONTROL


# Quiet Hours


class QuietHours(msgspec.Struct, frozen=True):
    """From `start` to `end` of the user's local time nothing is sent: dropped, or sent when they end (`wait`)."""

    start: time
    end: time
    wait: bool


def zone_of(workspace: Workspace, user: User) -> tzinfo:
    """The user's time zone, else the company's."""
    name = user.profile.get("time_zone") or workspace.engine.time_zone
    return zones.find_zone(str(name)) or UTC


def quiet_until(workspace: Workspace, user: User, quiet: QuietHours) -> datetime | None:
    """When the Quiet Hours end that a user is in just now, or None outside them."""
    local = workspace.world.clock.now.astimezone(zone_of(workspace, user))
    clock = local.time().replace(tzinfo=None)
    over_midnight = quiet.start > quiet.end
    inside = (clock >= quiet.start or clock < quiet.end) if over_midnight else quiet.start <= clock < quiet.end
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if over_midnight and clock >= quiet.start else 0)
    return datetime.combine(day, quiet.end, local.tzinfo).astimezone(UTC)


# Frequency caps


class Cap(msgspec.Struct, frozen=True):
    """No more than `limit` messages on a channel (None: any), with a tag (None: all), per so many units."""

    limit: int
    channel: str | None
    per: int
    unit: str
    tag: str | None = None

    def words(self) -> str:
        what = f"{self.channel or 'any'} message{'' if self.limit == 1 else 's'}"
        return f"no more than {self.limit} {what} per {self.per} {self.unit}"


class Counted(msgspec.Struct, frozen=True):
    """A message that counts for the caps."""

    at: datetime
    channel: str
    tags: tuple[str, ...]


def count(workspace: Workspace, user: User, channel: str, tags: Iterable[str]) -> None:
    """Remember a message that was sent, as long as there are caps to count it for."""
    if not workspace.engine.caps or channel in UNCAPPED:
        return
    now = workspace.world.clock.now
    sent = workspace.engine.counted.setdefault(user.braze_id, deque())
    sent.append(Counted(now, _capped_as(channel), tuple(tags)))
    while sent[0].at < now - KEPT:
        sent.popleft()


def _capped_as(channel: str) -> str:
    return "push" if channel in PUSH else "whatsapp" if channel == "whats_app" else channel


def cap_reached(workspace: Workspace, user: User, channel: str, tags: Iterable[str]) -> Cap | None:
    """The first cap that a further message would break, or None."""
    if channel in UNCAPPED:
        return None
    own, kind = set(tags), _capped_as(channel)
    sent = workspace.engine.counted.get(user.braze_id, ())
    caps: tuple[Cap, ...] = workspace.engine.caps
    for cap in caps:
        if cap.channel not in (None, kind) or (cap.tag is not None and cap.tag not in own):
            continue
        since = _window_start(workspace, user, cap)
        counted = sum(
            row.at >= since and cap.channel in (None, row.channel) and (cap.tag is None or cap.tag in row.tags)
            for row in sent
        )
        if counted >= cap.limit:
            return cap
    return None


def _window_start(workspace: Workspace, user: User, cap: Cap) -> datetime:
    """Days and weeks are calendar days in the user's time zone, today included."""
    now = workspace.world.clock.now
    if cap.unit == "minutes":
        return now - timedelta(minutes=cap.per)
    days = cap.per * (7 if cap.unit == "weeks" else 1)
    local = now.astimezone(zone_of(workspace, user))
    first = local.date() - timedelta(days=days - 1)
    return datetime.combine(first, time(), local.tzinfo).astimezone(UTC)
