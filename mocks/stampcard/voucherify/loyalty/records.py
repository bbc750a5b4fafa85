"""What brings points in a loyalty campaign, and what points buy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from stampcard.voucherify.settings import Json

if TYPE_CHECKING:
    from stampcard.voucherify.campaigns.records import Campaign


class EarningRule(msgspec.Struct):
    """What brings points in a loyalty campaign; `loyalty` says how many, `dates` when the rule is open."""

    id: str
    campaign: Campaign
    event: str
    loyalty: Json
    created_at: str
    automation_id: str
    source: Json = {}
    validation_rule_id: str | None = None
    segment_id: str | None = None
    schema_id: str | None = None
    active: bool = True
    dates: Json = {}
    metadata: Json = {}
    updated_at: str | None = None
    pending: Json | None = None
    expiration_rules: Json | None = None
    tier_id: str | None = None


class Reward(msgspec.Struct):
    id: str
    name: str
    type: str
    parameters: Json
    created_at: str
    stock: int | None = None
    redeemed: int = 0
    attributes: Json = {}
    metadata: Json = {}
    updated_at: str | None = None


class RewardAssignment(msgspec.Struct):
    """A reward in a loyalty campaign, for a price in points; none for paying with points."""

    id: str
    reward: Reward
    campaign: Campaign
    points: int | None
    created_at: str
    updated_at: str | None = None
