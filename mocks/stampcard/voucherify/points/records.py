"""Records of balances' changes, of points that expire or wait, and of loyalty tiers. Days are `YYYY-MM-DD`, in the
project's zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from stampcard.voucherify.settings import Json

if TYPE_CHECKING:
    from stampcard.voucherify.campaigns.records import Campaign, Voucher
    from stampcard.voucherify.customers.records import Customer
    from stampcard.voucherify.orders.records import Order


class Transaction(msgspec.Struct):
    """A change of a card's balance; `details` as the vendor prints it."""

    id: str
    voucher: Voucher
    type: str
    details: Json
    created_at: str
    source: str | None = None
    source_id: str | None = None
    reason: str | None = None
    related: str | None = None


class Bucket(msgspec.Struct):
    """Points of a card that expire at the end of one day; `points` are those that are left."""

    id: str
    voucher: Voucher
    points: int
    expires_at: str
    created_at: str
    updated_at: str | None = None


class Pending(msgspec.Struct):
    """Earned points that wait; `status` is PENDING, ACTIVATED or CANCELED, `rules` say when they expire once active."""

    id: str
    voucher: Voucher
    customer: Customer
    order: Order
    points: int
    activates_at: str
    details: Json
    created_at: str
    rules: Json | None = None
    updated_at: str | None = None
    status: str = "PENDING"


class PendingChange(msgspec.Struct, frozen=True):
    """Pending points came, changed or went: by how many, what waits on the card in all, and the entry as it was."""

    voucher: Voucher
    order: Order
    points: int
    total: int
    operation: str
    entry: Json


class LoyaltyTier(msgspec.Struct):
    """A level of a loyalty campaign; `earning_rules` and `rewards` map ids to what they bring or cost here."""

    id: str
    name: str
    campaign: Campaign
    points: Json
    created_at: str
    earning_rules: Json = {}
    rewards: Json = {}
    metadata: Json = {}
    updated_at: str | None = None


class Hold(msgspec.Struct):
    """A card's place in a tier; the last day it holds, where there is one."""

    tier: LoyaltyTier
    start_date: str
    expiration_date: str | None
    created_at: str
    updated_at: str | None = None


class TierChange(msgspec.Struct, frozen=True):
    """A card came to a tier, left one, or stayed longer."""

    voucher: Voucher
    before: LoyaltyTier | None
    after: LoyaltyTier | None
    created_at: str


class Expired(msgspec.Struct, frozen=True):
    """Points that were not spent in time."""

    voucher: Voucher
    points: int
    buckets: list[Json]
    transaction: Json


class Ledger(msgspec.Struct):
    """What a project knows of points beyond balances. Keys are voucher ids, but for `pending`, `tiers` and `taken`.

    `taken` says, by redemption, which buckets its points came from; `days` are those whose midnight is planned.
    """

    buckets: dict[str, list[Bucket]] = {}
    pending: dict[str, Pending] = {}
    tiers: dict[str, LoyaltyTier] = {}
    holds: dict[str, Hold] = {}
    upcoming: dict[str, Hold] = {}
    taken: dict[str, list[tuple[Bucket, int]]] = {}
    days: set[str] = set()

    def tiers_of(self, campaign: Campaign | None) -> list[LoyaltyTier]:
        return [tier for tier in self.tiers.values() if tier.campaign is campaign]

    def tier_of(self, voucher: Voucher) -> LoyaltyTier | None:
        """The tier a card is in now."""
        hold = self.holds.get(voucher.id)
        return hold.tier if hold is not None else None
