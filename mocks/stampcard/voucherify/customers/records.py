"""Customers, what they can consent to, and the segments they fall into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from stampcard.voucherify.settings import Json

if TYPE_CHECKING:
    from stampcard.voucherify.campaigns.records import Voucher
    from stampcard.voucherify.events.records import Activity


class Customer(msgspec.Struct):
    """A customer; `profile` holds the fields that were ever given (name, email, address ...)."""

    id: str
    source_id: str | None
    created_at: str
    profile: Json
    metadata: Json | None = None
    updated_at: str | None = None
    summary: Json | None = None
    loyalty: Json | None = None
    referrals: Json | None = None
    vouchers: list[Voucher] = []
    activity: list[Activity] = []
    consents: dict[str, bool] = {}


class Consent(msgspec.Struct):
    """Something customers can consent to; `category` is the dashboard's word for what it is about."""

    id: str
    name: str
    created_at: str
    description: str = ""
    category: str = ""
    updated_at: str | None = None


class Segment(msgspec.Struct):
    """A group of customers: a fixed list, or a filter. `members` are customer ids."""

    id: str
    name: str
    type: str
    created_at: str
    filter: Json | None = None
    members: set[str] = set()
