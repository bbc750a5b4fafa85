"""What was redeemed, taken back, or is held by a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from stampcard.voucherify.settings import Json

if TYPE_CHECKING:
    from stampcard.voucherify.campaigns.records import Tier, Voucher
    from stampcard.voucherify.customers.records import Customer
    from stampcard.voucherify.orders.records import Line, Order


class Redemption(msgspec.Struct):
    """A redemption or a failed one; `parent` holds stacked ones together, `order` is its order as it was then.

    `discounted` holds the lines it took something off, with how many units of each.
    """

    id: str
    date: str
    customer: Customer | None
    tracking_id: str | None
    metadata: Json | None
    channel: str
    order: Order | None = None
    order_view: Json | None = None
    voucher: Voucher | None = None
    tier: Tier | None = None
    amount: int | None = None
    parent: Redemption | None = None
    children: list[Redemption] = []
    failure: tuple[str, str] | None = None
    rolled_back: bool = False
    key: str = ""
    reward: Json | None = None
    discounted: list[tuple[Line, int]] = []


class Rollback(msgspec.Struct):
    id: str
    date: str
    redemption: Redemption
    customer: Customer | None
    tracking_id: str | None
    reason: str | None
    order_view: Json | None
    channel: str
    amount: int | None = None
    parent: Rollback | None = None


class Lock(msgspec.Struct):
    """A validation session's hold on one redeemable: one use, and credits or points of it."""

    key: str
    expires_at: float
    amount: int = 0
