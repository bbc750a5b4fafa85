"""Campaigns as built in the dashboard: messages by channel, what sets them off, for whom, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from stampcard.braze.campaigns.recurrence import Schedule
from stampcard.braze.state import User, Workspace

if TYPE_CHECKING:
    from stampcard.braze.campaigns.timing import Delay, Hours
    from stampcard.braze.sending.conversions import Conversion

API_TRIGGERED, ACTION_BASED, SCHEDULED, API = "api_triggered", "action_based", "scheduled", "api"
TRANSACTIONAL = "transactional"


class Content(msgspec.Struct, frozen=True):
    """One message variation on one channel; `parts` are its fields as composed, Liquid and all."""

    id: str
    channel: str
    parts: Mapping[str, Any]
    variant: str = ""


class Variant(msgspec.Struct, frozen=True):
    """One variant of a campaign: a share of the audience and a message per channel."""

    id: str
    name: str
    percentage: int
    messages: tuple[Content, ...]

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(content.channel for content in self.messages)


class Campaign(msgspec.Struct):
    """One campaign. `id` is its API identifier; `audience` a filter group, None for all users.

    `re_eligibility` is the least time between two receipts, None when a user gets it once; `triggers`, `delay`,
    `starts` and `ends` (the days it runs) and `hours` (those of the day) belong to action-based delivery, `schedule`,
    `at` (when it comes next) and `intelligent_timing` (the hour for users of whom nothing is known) to scheduled
    delivery.
    `capped` says whether frequency caps apply, `exempt_from_control` whether members of the Global Control Group get
    it, `speed_limit` how many a minute, `max_users` how many users get it at all and `receivers` how many did,
    `conversions` its conversion events, `postback` where a transactional campaign's statuses go.
    """

    id: str
    name: str
    delivery: str
    variants: tuple[Variant, ...]
    created_at: datetime
    updated_at: datetime
    audience: Mapping[str, Any] | None = None
    send_to: str = "subscribed"
    re_eligibility: timedelta | None = None
    triggers: tuple[Mapping[str, Any], ...] = ()
    exceptions: tuple[Mapping[str, Any], ...] = ()
    delay: Delay | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    hours: Hours | None = None
    intelligent_timing: time | None = None
    conversions: tuple[Conversion, ...] = ()
    max_users: int | None = None
    recheck: bool = False
    at: datetime | None = None
    schedule: Schedule | None = None
    quiet_hours: Any = None
    capped: bool = True
    exempt_from_control: bool = False
    speed_limit: int | None = None
    postback: str | None = None
    enabled: bool = True
    archived: bool = False
    tags: tuple[str, ...] = ()
    description: str = ""
    first_sent: datetime | None = None
    last_sent: datetime | None = None
    sends: dict[str, int] = {}
    receivers: int = 0

    @property
    def contents(self) -> list[Content]:
        """All message variations."""
        return [content for variant in self.variants for content in variant.messages]

    @property
    def channels(self) -> list[str]:
        return list(dict.fromkeys(content.channel for content in self.contents))


def find_campaign(workspace: Workspace, name_or_id: str) -> Campaign | None:
    """By API identifier or by name."""
    found: Campaign | None = workspace.campaigns.get(name_or_id)
    if found is None:
        found = next((campaign for campaign in workspace.campaigns.values() if campaign.name == name_or_id), None)
    return found


def eligible_again(campaign: Campaign, user: User, now: datetime) -> bool:
    """Whether a user who may have received the campaign may get it now; receipt counts, not the attempt."""
    receipt = user.campaigns.get(campaign.id)
    if receipt is None:
        return True
    return campaign.re_eligibility is not None and now - receipt.last_received >= campaign.re_eligibility
