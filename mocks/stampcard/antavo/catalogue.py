"""What a workspace offers its members: tiers, challenges, rewards, coupons, offers; and batches of work on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from stampcard.antavo.amounts import Number


class Claims(msgspec.Struct):
    """A member's claims of one reward; `events` maps the claim event to its price, revoked ones to None."""

    first: datetime
    last: datetime
    count: int = 0
    spent: Number = 0
    events: dict[str, Number | None] = {}


class Tier(msgspec.Struct, frozen=True):
    id: str
    name: str
    threshold: Number = 0


class TierExpiration(msgspec.Struct, frozen=True):
    """`type` is none, rolling (`days`), calendar (`date`, MM-DD) or anniversary (of the opt-in).

    `downgrade` is recalculate, one_level (at most) or none.
    """

    type: str = "none"
    days: int = 365
    date: str = "01-01"
    grace_days: int = 0
    downgrade: str = "recalculate"


class Structure(msgspec.Struct, frozen=True):
    """A tier structure; `type` is points (of `actions`, if any), spend or invitation. Tiers by rising threshold."""

    id: str
    name: str
    type: str
    tiers: tuple[Tier, ...]
    actions: tuple[str, ...] = ()
    expiration: TierExpiration = TierExpiration()


class Standing(msgspec.Struct):
    """The tier a member has in a structure, since when, by which event, and the earlier ones.

    `base` is what had been counted when the period began that counts now, `until` its end, if tiers expire.
    """

    tier: str
    since: datetime
    event: str | None = None
    manual: bool = False
    history: list[dict[str, str]] = []
    base: Number = 0
    until: datetime | None = None


class Coupon(msgspec.Struct):
    """One code. `status` is unassigned, claimed, redeemed, partially_redeemed, expired or invalid."""

    code: str
    pool: str
    created_at: datetime
    value: Number
    balance: Number
    status: str = "unassigned"
    customer: str | None = None
    claimed_at: datetime | None = None
    redeemed_at: datetime | None = None
    expires_at: datetime | None = None
    claim: str | None = None


class Pool(msgspec.Struct):
    """A coupon pool; `data` holds the attributes it was given, `free` the codes nobody has, in the order they came."""

    id: str
    name: str
    type: str
    created_at: datetime
    source: str = "uploaded"
    external_id: str | None = None
    value: Number = 0
    data: dict[str, Any] = {}
    codes: list[str] = []
    free: dict[str, None] = {}


class Entity(msgspec.Struct):
    """A record of the Entities API; `status` is draft, inactive, active or archived."""

    id: str
    status: str
    created_at: datetime
    data: dict[str, Any]


class Criterion(msgspec.Struct, frozen=True):
    """How often an action has to happen."""

    action: str
    threshold: int = 1
    message: str = ""


class Challenge(msgspec.Struct, frozen=True):
    """A challenge: all criteria met is one completion, worth `points`; `max_completions` None is no limit."""

    id: str
    title: str
    criteria: tuple[Criterion, ...]
    description: str = ""
    points: int = 0
    max_completions: int | None = 1
    starts_at: str = ""
    ends_at: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""
    resettable: bool = False
    segments: tuple[str, ...] = ()


class Progress(msgspec.Struct):
    """A member's way through a challenge: how often each criterion's action happened since the last completion."""

    current: list[int]
    completions: int = 0
    first: datetime | None = None
    last: datetime | None = None


class Offer(msgspec.Struct, frozen=True):
    """An offer; `required_items` are products a cart must hold, `coupon_pool` what a claim takes a code from."""

    id: str
    name: str
    type: str = "discount"
    description: str = ""
    card_title: str = ""
    card_description: str = ""
    weight: float = 0
    min_total: float | None = None
    max_total: float | None = None
    required_match: str = "all"
    required_items: tuple[dict[str, Any], ...] = ()
    discount: dict[str, Any] = {}
    is_exclusive: bool = False
    starts_at: str = ""
    ends_at: str = ""
    stores: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    coupon_pool: str = ""


class ResetToken(msgspec.Struct):
    """Lets a member do one thing once: `purpose` is password (set a new one) or verification (of a registration).

    `state` is open, used or deactivated.
    """

    token: str
    customer: str
    expires_at: datetime
    state: str = "open"
    purpose: str = "password"


class Batch(msgspec.Struct):
    """A bulk operation; `status` is queued, processing or done. `errors` maps a row to its message and code."""

    id: str
    kind: str
    target: str
    rows: list[str]
    created_at: datetime
    status: str = "queued"
    errors: dict[str, dict[str, Any]] = {}
    results: dict[str, dict[str, Any]] = {}
