"""What happened to customers, and what custom events may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from stampcard.voucherify.settings import Json

if TYPE_CHECKING:
    from stampcard.voucherify.campaigns.records import Voucher


class Activity(msgspec.Struct, frozen=True):
    """Something that happened to a customer; `subject` is the record it happened with, rendered when read.

    `number` makes its id; numbers grow.
    """

    number: int
    type: str
    created_at: str
    group_id: str
    subject: Any = None


class CustomEvent(msgspec.Struct, frozen=True):
    """What a customer did; the referral code or loyalty card it was told with."""

    name: str
    metadata: Json
    referral: Voucher | None = None
    loyalty: Voucher | None = None


class EventSchema(msgspec.Struct):
    """What custom events of one name may hold."""

    id: str
    name: str
    properties: dict[str, Json]
    created_at: str
    updated_at: str | None = None
