"""Who refers whom, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from stampcard.voucherify.settings import Json

if TYPE_CHECKING:
    from stampcard.voucherify.campaigns.records import Voucher
    from stampcard.voucherify.customers.records import Customer
    from stampcard.voucherify.events.records import CustomEvent
    from stampcard.voucherify.points.records import Transaction
    from stampcard.voucherify.redemptions.records import Redemption


class Holder(msgspec.Struct):
    """A customer's part in a referral code; `role` is REFERRER or REFEREE."""

    id: str
    voucher: Voucher
    customer: Customer
    role: str
    created_at: str
    metadata: Json


class Rewarded(msgspec.Struct, frozen=True):
    """A card grew because somebody was referred: by what, and by which tier of the program's, if it was one."""

    voucher: Voucher
    code: Voucher
    transaction: Transaction
    redemption: Redemption | None
    event: CustomEvent | None
    tier: Json | None
