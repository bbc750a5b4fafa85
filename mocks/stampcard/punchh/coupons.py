"""Coupons: codes of a coupon campaign. An unlock code is applied in the app and gives what its campaign gives; a
discount code is used at a register or on an order. They have events of their own, and none of redemptions.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stampcard.punchh import events, payloads
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business, Campaign, Coupon
from stampcard.punchh.times import utc, utc_or_none, zone_of

VOID_HOURS = 24


def make(business: Business, campaign: Campaign, code: str = "", guest: Guest | None = None) -> Coupon:
    """A code of a campaign, drawn unless it is given; for one guest, or for whoever comes with it."""
    while not code or (guest is not None and code in business.coupons):
        code = business.world.chance.alnum(10).upper()
    days = campaign.settings.get("validity_days")
    made = Coupon(
        id=business.next_id("coupons"),
        code=code,
        campaign_id=campaign.id,
        type=campaign.settings.get("coupon_type", "unlock"),
        created_at=business.now,
        updated_at=business.now,
        user_id=guest.id if guest else None,
        expires_at=business.now + timedelta(days=days) if days else None,
    )
    business.coupons[code] = made
    if guest is None:
        campaign.free_codes.append(code)
    return made


def issue(business: Business, campaign: Campaign, guest: Guest, *, cause: int | None) -> Coupon:
    """Give a guest a code: one of the campaign's that nobody has, else a new one."""
    made = None
    while made is None and campaign.free_codes:
        code = business.coupons[campaign.free_codes.pop(0)]
        made = code if code.status == "issued" and code.user_id is None else None
    made = made or make(business, campaign, guest=guest)
    made.user_id = guest.id
    guest.coupons += (made.code,)
    build = lambda: payload(business, guest, made)  # noqa: E731
    events.publish(business, "coupons", "", "create", build, guest=guest, cause=cause)
    return made


def usable(business: Business, guest: Guest, code: str, kind: str) -> Coupon | None:
    """The coupon of a code, when this guest can use it now in this way."""
    found = business.coupons.get(code)
    if found is None or found.type != kind or found.status != "issued":
        return None
    if found.user_id not in (None, guest.id) or (found.expires_at is not None and found.expires_at <= business.now):
        return None
    campaign = business.campaigns.get(found.campaign_id)
    return found if campaign is not None and campaign.active else None


def of_guest(business: Business, guest: Guest) -> list[Coupon]:
    """Unlock codes a guest holds and can still use."""
    held = (usable(business, guest, code, "unlock") for code in guest.coupons)
    return [one for one in held if one is not None]


def honour(
    business: Business, guest: Guest, found: Coupon, facts: dict[str, Any], discount: float, *, cause: int | None
) -> int | None:
    """Use a coupon up."""
    found.status, found.user_id, found.updated_at = "honored", guest.id, business.now
    found.discount, found.facts = discount, {**facts, "processed_at": utc(business.now)}
    number = business.next_id("coupon_redemptions")
    build = lambda: {**payload(business, guest, found), "user_coupon_redemption_id": number}  # noqa: E731
    return events.publish(business, "user_coupon_redemptions", "", "create", build, guest=guest, cause=cause)


def take_back(business: Business, found: Coupon) -> None:
    """Undo a use: the code is as it was when it was issued."""
    found.status, found.updated_at = "issued", business.now
    found.discount, found.facts = 0.0, {}


def off(campaign: Campaign, subtotal: float) -> float:
    """What a discount code takes off."""
    settings = campaign.settings
    found = float(settings.get("flat_discount", 0.0)) + subtotal * float(settings.get("percentage_discount", 0.0)) / 100
    return round(min(found, subtotal), 2)


def view(business: Business, found: Coupon) -> dict[str, Any]:
    """A coupon in the app."""
    campaign = business.campaigns[found.campaign_id]
    redeemable = business.redeemables.get(campaign.redeemable_id or 0)
    zone = zone_of(business)
    return {
        "code": found.code,
        "name": campaign.name,
        "description": redeemable.description if redeemable else "",
        "image_url": redeemable.image_url if redeemable else "",
        "start_date": found.created_at.astimezone(zone).date().isoformat(),
        "end_date": found.expires_at.astimezone(zone).date().isoformat() if found.expires_at else None,
    }


def payload(business: Business, guest: Guest, found: Coupon) -> dict[str, Any]:
    """The payload of both coupon events."""
    campaign, facts = business.campaigns[found.campaign_id], found.facts
    receipt = "bar_code employee_id processed_at receipt_amount receipt_datetime transaction_no".split()
    return {
        **{name: facts.get(name) for name in receipt},
        "coupon_id": found.id,
        "coupon_campaign_id": campaign.id,
        "campaign_name": campaign.name,
        "coupon_type": found.type,
        "code": found.code,
        "status": found.status,
        "business_uuid": business.uuid,
        "app_device_id": guest.devices[0] if guest.devices else None,
        "applicable_flat_discount": campaign.settings.get("flat_discount"),
        "applicable_percentage_discount": campaign.settings.get("percentage_discount"),
        "discount": found.discount or None,
        "email": guest.email,
        "user_id": guest.id,
        "expiry_at": utc_or_none(found.expires_at),
        "gift_count": campaign.points or None,
        "location_id": payloads.place(business, facts)["location_id"],
        "receipt_subtotal_amount": facts.get("subtotal_amount"),
        "redeemable": {"redeemable_id": campaign.redeemable_id} if campaign.redeemable_id else None,
        "redeemed_menu_items": facts.get("menu_items") or [],
        "revenue_code": facts.get("revenue_code"),
        "revenue_id": facts.get("revenue_id"),
        "created_at": utc(found.created_at),
        "updated_at": utc(found.updated_at),
        "user": payloads.user(business, guest),
    }
