"""Campaigns, their codes and promotion tiers.

Blocks that many vouchers share (`value`, `metadata`, `window`) are never changed in place, only replaced.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import msgspec

from stampcard.voucherify.campaigns.codes import CodeConfig
from stampcard.voucherify.settings import Json

if TYPE_CHECKING:
    from stampcard.voucherify.customers.records import Customer
    from stampcard.voucherify.distributions.records import Publication
    from stampcard.voucherify.rules.records import Assignment


class Category(msgspec.Struct):
    id: str
    name: str
    hierarchy: int
    created_at: str
    updated_at: str | None = None


class Campaign(msgspec.Struct):
    """A campaign and its codes. `free` holds codes that may be published next; `vouchers` all, deleted ones too.

    `definition` is what each new code copies: type, discount/gift/loyalty_card, redemption, is_referral_code.
    `dates` holds start_date, expiration_date and validity_* where set; `fresh` and `window` are the value block and
    the validity_* members that all new codes share.
    """

    id: str
    name: str
    campaign_type: str
    type: str
    definition: Json
    config: CodeConfig
    created_at: str
    dates: Json
    fresh: Json
    window: Json | None = None
    description: str | None = None
    updated_at: str | None = None
    auto_join: bool = False
    join_once: bool = False
    use_voucher_metadata_schema: bool = True
    active: bool = True
    activity_duration: str | None = None
    metadata: Json | None = None
    category: Category | None = None
    category_name: str | None = None
    status: str = "DONE"
    protected: bool = False
    referral_program: Json | None = None
    tiers_expiration: Json | None = None
    referral_tiers: list[Json] = []
    deleted: bool = False
    assignments: list[Assignment] | None = None
    count: int = 0
    vouchers: list[Voucher] = []
    free: deque[Voucher] = msgspec.field(default_factory=deque)
    first: dict[str, Publication] = {}


class Voucher(msgspec.Struct):
    """One code. `value` is the discount, gift or loyalty card block, by `type`; `window` the validity_* members."""

    id: str
    code: str
    type: str
    value: Json
    campaign: Campaign | None
    created_at: str
    updated_at: str | None = None
    start_date: str | None = None
    expiration_date: str | None = None
    window: Json | None = None
    category: Category | None = None
    category_name: str | None = None
    active: bool = True
    additional_info: str | None = None
    metadata: Json | None = None
    is_referral_code: bool = False
    quantity: int | None = None
    redeemed_quantity: int = 0
    redeemed_amount: int = 0
    publish_count: int = 0
    holder: Customer | None = None
    referrer: Customer | None = None
    queued: bool = False
    deleted: bool = False
    assignments: list[Assignment] | None = None


class Tier(msgspec.Struct):
    """A promotion tier; `dates` holds start_date, expiration_date and validity_* where set."""

    id: str
    name: str
    campaign: Campaign
    discount: Json
    created_at: str
    banner: str | None = None
    hierarchy: int = 1
    active: bool = True
    metadata: Json = {}
    dates: Json = {}
    category: Category | None = None
    updated_at: str | None = None
    redeemed: int = 0
    orders_amount: int = 0
    discounts_amount: int = 0


class Stack(msgspec.Struct):
    """Promotion tiers that are redeemed together."""

    id: str
    name: str
    campaign: Campaign
    tier_ids: list[str]
    created_at: str
    hierarchy_mode: str = "MANUAL"
    category: Category | None = None
    updated_at: str | None = None
