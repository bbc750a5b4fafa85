"""Codes given to customers, and what is sent to Braze."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from stampcard.voucherify.settings import Json

if TYPE_CHECKING:
    from stampcard.voucherify.campaigns.records import Campaign, Voucher
    from stampcard.voucherify.customers.records import Customer


class Publication(msgspec.Struct):
    """Codes given to a customer; `failure` is the error object's key and message when it failed."""

    id: str
    created_at: str
    customer: Customer
    vouchers: tuple[Voucher, ...]
    campaign: Campaign | None
    channel: str
    source_id: str | None
    metadata: Json
    failure: tuple[str, str] | None = None


class BrazeConnection(msgspec.Struct):
    """The Braze integration: where its REST API is, and the key."""

    endpoint: str
    api_key: str


class Send(msgspec.Struct):
    """What a distribution owes one customer; `state` is waiting, sent or failed with its `error`."""

    customer_id: str
    source_id: str | None
    attributes: Json
    state: str = "waiting"
    error: str = ""
    was_failed: bool = False


class Distribution(msgspec.Struct):
    """A distribution of the dashboard. `trigger` is `manual` or what sets an automatic one off.

    `fields` maps what Voucherify knows (code, value ...) to Braze attributes; `campaign_id` is where codes come from;
    `consent` the consent a customer must have given.
    """

    id: str
    name: str
    trigger: str
    fields: dict[str, str]
    campaign_id: str | None = None
    segment_id: str | None = None
    customer: str | None = None
    event: str | None = None
    consent: str | None = None
    active: bool = True
    sends: list[Send] = []
