"""Loyalty campaigns and their cards, as paths name them."""

from __future__ import annotations

from stampcard.core.endpoint import Call
from stampcard.voucherify import errors
from stampcard.voucherify.campaigns import campaigns, vouchers
from stampcard.voucherify.campaigns.records import Campaign, Voucher
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.state import Project


def find(call: Call[Project], reference: str) -> Campaign:
    """A loyalty campaign by id or name. Raises 404."""
    campaign = campaigns.find(call, reference)
    if campaign.campaign_type != "LOYALTY_PROGRAM":
        raise errors.not_found(call, "campaign", reference)
    return campaign


def find_card(call: Call[Project]) -> Voucher:
    """The card a path names, of the campaign it names. Raises 404."""
    voucher = vouchers.find(call, call.path["memberId"])
    campaign = find(call, call.path["campaignId"]) if "campaignId" in call.path else voucher.campaign
    if voucher.type != "LOYALTY_CARD" or voucher.campaign is not campaign:
        raise errors.not_found(call, "voucher", call.path["memberId"])
    return voucher


def card_of(campaign: Campaign, customer: Customer) -> Voucher | None:
    return next((item for item in customer.vouchers if item.campaign is campaign and not item.deleted), None)
