"""Deals: redeemables a guest may take into the account, once each."""

from __future__ import annotations

from typing import Any

from stampcard.punchh import accounts, blocks, errors, rewards
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business, Redeemable
from stampcard.punchh.times import utc, utc_or_none


def offered(business: Business) -> list[Redeemable]:
    """Redeemables that the setup marks as deals, within their dates."""
    now = business.now
    return [one for one in business.redeemables.values() if one.facts.get("deal") and one.is_open(now)]


def find(business: Business, uuid: str) -> Redeemable:
    """Raises ApiError for what is no deal (the answer is assumed)."""
    found = next((one for one in offered(business) if one.uuid == uuid), None)
    if found is None:
        raise errors.by_name(422, "base", ["Invalid redeemable uuid"])
    return found


def save(business: Business, guest: Guest, uuid: str, *, cause: int) -> Redeemable:
    """Put a deal into the account; the second time is refused (the text is assumed)."""
    deal = find(business, uuid)
    taken = [one for one in guest.rewards.values() if one.origin.get("gifted_for_type") == "Deal"]
    if any(one.redeemable_id == deal.id for one in taken):
        raise errors.by_name(422, "base", ["Deal has already been saved"])
    origin = {"gift_reason": "Deal", "gifted_for_type": "Deal", "gifted_for_id": deal.id}
    rewards.give(business, guest, deal, origin, cause=cause)
    return deal


def card(deal: Redeemable) -> dict[str, Any]:
    return blocks.redeemable_card(deal)


def details(deal: Redeemable) -> dict[str, Any]:
    return {
        "redeemable_id": deal.id,
        "redeemable_uuid": deal.uuid,
        "name": deal.name,
        "description": deal.description,
        "redeemable_image_url": deal.image_url,
        "redeemable_properties": "",
        "points_required_to_redeem": deal.points,
        "meta_data": deal.meta_data,
        "expiry_days": deal.expiry_days,
        "expiring_at": utc_or_none(deal.end_time),
        "discount_amount": accounts.money(deal.discount_amount) if deal.discount_amount is not None else None,
        "created_at": utc(deal.created_at),
        "start_time": utc(deal.start_time or deal.created_at),
    }
