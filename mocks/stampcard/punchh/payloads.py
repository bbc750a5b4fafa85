"""What Punchh's events say: one builder per published payload."""

from __future__ import annotations

from typing import Any

from stampcard.punchh import accounts
from stampcard.punchh.records import Checkin, Guest, Redemption, Reward
from stampcard.punchh.state import Business, Location, Redeemable
from stampcard.punchh.times import local, utc, utc_or_none, zone_of

PASS_HOST = "https://sandbox.punchh.com"
PLACE_TEXTS = """address city country external_store_id latitude longitude phone_number post_code state store_tags
    time_zone loc_email ncr_store_id status""".split()


def pass_url(guest: Guest, kind: str) -> str:
    """Where the wallet pass of a guest is fetched (the form of the address is assumed)."""
    return f"{PASS_HOST}/passes/{kind}/{guest.user_code}"


def account_balance(business: Business, guest: Guest) -> dict[str, Any]:
    """Shape event_account_balance."""
    found, level = accounts.balance(business, guest), accounts.level(business, guest)
    visits = [checkin.created_at for checkin in guest.purchases]
    return {
        "banked_currency": found.banked_currency,
        "current_membership_level_name": level.name if level else None,
        "last_visit": utc_or_none(visits[-1] if visits else None),
        "loyalty_points": found.lifetime,
        "net_balance": found.net,
        "net_debits": found.debits,
        "pending_points": found.pending,
        "total_credits": found.credits,
        "total_debits": f"{found.debits:.1f}",
        "total_lifetime_points": found.lifetime,
        "total_point_credits": found.credits,
        "total_redeemable_visits": found.visits,
        "total_visits": found.checkins,
        "unbanked_points": found.net,
        "unredeemed_cards": found.cards,
        "user_id": guest.id,
    }


def user(business: Business, guest: Guest) -> dict[str, Any]:
    """Shape event_user: the guest as every other event carries it."""
    profile = guest.profile
    return {
        "account_balance": account_balance(business, guest),
        "anniversary": guest.anniversary,
        "avatar_remote_url": profile.get("avatar_remote_url"),
        "birthday": guest.birthday,
        "email": guest.email,
        "external_source": guest.external_source,
        "external_source_id": guest.external_source_id,
        "first_name": guest.first_name,
        "gender": profile.get("gender"),
        "guest_type": guest.guest_type,
        "last_activity_at": utc(guest.last_activity_at),
        "last_name": guest.last_name,
        "marketing_email_subscription": profile.get("marketing_email_subscription", True),
        "marketing_pn_subscription": profile.get("marketing_pn_subscription", True),
        "phone": guest.phone,
        "preferred_locale": profile.get("preferred_locale"),
        "secondary_email": profile.get("secondary_email"),
        "signup_channel": guest.signup_channel,
        "sms_subscription": profile.get("sms_subscription", False),
        "unsubscribe_reason": profile.get("unsubscribe_reason"),
        "unsubscribed": profile.get("unsubscribed", False),
        "user_id": guest.id,
        "user_status": guest.gone or guest.status,
    }


def guest(business: Business, guest: Guest, changed: tuple[str, ...] = ()) -> dict[str, Any]:
    """The payload of the guest event."""
    profile = guest.profile
    common = user(business, guest)
    common.pop("avatar_remote_url")
    return {
        "business_id": business.id,
        "business_uuid": business.uuid,
        **common,
        "fb_uid": profile.get("fb_uid"),
        "address_line1": profile.get("address_line1") or profile.get("address"),
        "city": profile.get("city"),
        "state": profile.get("state"),
        "zip_code": profile.get("zip_code"),
        "title": profile.get("title"),
        "referral_code": guest.referral_code,
        "favourite_store_numbers": favourite_stores(business, guest),
        "sign_in_count": guest.sign_in_count,
        "joined_at": utc(guest.created_at),
        "updated_at": utc(guest.updated_at),
        "created_at": utc(guest.created_at),
        "previous_changes": list(changed),
        "user_relations": [
            {"user_relation_id": row["id"], **{name: row.get(name) for name in ("relation", "name", "birthday")}}
            for row in guest.relations
        ],
        "fav_locations": [
            {"user_id": guest.id, "location_id": number, "business_id": business.id}
            for number in favourite_locations(guest)
        ],
    }


def favourite_locations(guest: Guest) -> list[int]:
    """Location ids of the guest's favourites, kept as comma-separated text."""
    listed = guest.profile.get("favourite_location_ids")
    parts = listed.split(",") if listed else ()
    return [int(part) for part in map(str.strip, parts) if part.isascii() and part.isdigit() and len(part) < 19]


def favourite_stores(business: Business, guest: Guest) -> str:
    if not guest.profile.get("favourite_location_ids"):
        return ""
    known = business.locations
    return ",".join(known[number].store_number for number in favourite_locations(guest) if number in known)


def location(business: Business, one: Location) -> dict[str, Any]:
    """Shape location, a store as dashboard and app show it."""
    facts = one.facts
    return {
        **{name: facts.get(name, "") for name in PLACE_TEXTS},
        "time_zone": facts.get("time_zone") or business.time_zone,
        "status": facts.get("status") or "approved",
        "location_id": one.id,
        "name": one.name,
        "store_number": one.store_number,
        "brand": business.name,
        "franchisee_id": None,
        "location_groups": [],
        "store_times": [],
        "additional_url": [],
        "enable_weekly_redemption_report": bool(facts.get("enable_weekly_redemption_report")),
        "updated_at": utc(one.updated_at),
    }


def place(business: Business, facts: dict[str, Any]) -> dict[str, Any]:
    """The three members that name a location."""
    found = business.locations.get(facts.get("location_id") or 0)
    return {
        "location_id": found.id if found else None,
        "location_name": found.name if found else None,
        "store_number": found.store_number if found else None,
    }


UNKNOWN = """for_referring_user_id for_referring_full_name for_referring_checkin_id verified_at verifications_count
    reviewer_id qr_decoded""".split()
"""Members of every published check-in that nothing here fills: receipts are not reviewed by people."""

ORIGIN = ("campaign_id", "campaign_name", "campaign_type", "gift_reason", "gifted_for_id", "gifted_for_type")


def checkin(business: Business, guest: Guest, checkin: Checkin) -> dict[str, Any]:
    """The payload of a check-in, earned or given."""
    facts, origin = checkin.facts, checkin.origin
    receipt = ("receipt_amount", "receipt_number", "receipt_date", "bar_code", "punchh_key", "external_uid")
    return {
        "checkin_id": checkin.id,
        "user_id": guest.id,
        **dict.fromkeys(UNKNOWN),
        "business_id": business.id,
        "business_uuid": business.uuid,
        "created_at": utc(checkin.created_at),
        "updated_at": utc(checkin.updated_at),
        "checkin_type": facts.get("checkin_type"),
        "status": checkin.kind,
        "approved": checkin.state == "approved",
        "pending_refresh": checkin.state == "pending",
        "channel": facts.get("channel"),
        **place(business, facts),
        **{name: facts.get(name) for name in receipt},
        "transaction_no": facts.get("transaction_no"),
        "earnable_amount": facts.get("receipt_amount"),
        "menu_items": facts.get("menu_items") or [],
        **{name: origin.get(name) for name in (*ORIGIN, "gifted_by_id", "gifted_by_type")},
        "free_punchh_campaign_id": None,
        "redemption_id": None,
        "visits_earned": checkin.visits,
        "points_earned": checkin.points,
        "points_spent": checkin.spent,
        "first_punchh_at_business": checkin.first,
        "first_punchh_at_location": first_here(guest, checkin),
        "expired_at": None,
        "expiring_on": None,
        "unverified_receipt_amount": None,
        "manual": facts.get("manual", False),
        "user": user(business, guest),
    }


def first_here(guest: Guest, checkin: Checkin) -> bool:
    """Whether this is the guest's first purchase at its location."""
    here = checkin.facts.get("location_id")
    others = (other for other in guest.purchases if other.id < checkin.id)
    return (
        here is not None
        and checkin.kind == "loyalty"
        and all(other.facts.get("location_id") != here for other in others)
    )


def reward(business: Business, guest: Guest, reward: Reward) -> dict[str, Any]:
    """The payload of a reward."""
    redeemable = business.redeemables[reward.redeemable_id]
    ends = reward.expires_at
    return {
        "reward_id": reward.id,
        "redeemable_id": redeemable.id,
        "business_id": business.id,
        "business_uuid": business.uuid,
        "name": redeemable.name,
        "description": redeemable.description,
        "discount_amount": redeemable.discount_amount,
        "discount_channel": redeemable.discount_channel,
        "status": reward.status if reward.status != "reserved" else "unredeemed",
        **{name: reward.origin.get(name) for name in (*ORIGIN, "reward_points_redeemed")},
        "becomes_available_at": utc(reward.available_at),
        "created_at": utc(reward.created_at),
        "updated_at": utc(reward.updated_at),
        "expiring_at": utc_or_none(ends),
        "expiring_at_tz": local(ends, zone_of(business)) if ends else None,
        "franchisee_id": None,
        "meta_data": redeemable.meta_data or None,
        "read_at": utc_or_none(reward.read_at),
        "redeemable_created_at": utc(redeemable.created_at),
        "redemption_id": reward.redemption_id,
        "reward_image_url": redeemable.image_url or None,
        "reward_properties": None,
        "store_numbers": [],
        "user": user(business, guest),
    }


def redeemable(found: Redeemable) -> dict[str, Any]:
    """The payload of a change of a definition."""
    same = "name description discount_amount discount_channel expiry_days meta_data redemption_expiry".split()
    return {
        **{name: getattr(found, name) for name in same},
        "redeemable_id": found.id,
        "applicable_as_loyalty_redemption": bool(found.points),
        "expire_redemption_code_with_reward_end_date": False,
        "expiry_date": utc_or_none(found.end_time),
        "end_time": utc_or_none(found.end_time),
        "points_required_to_redeem": found.points,
        "redeemable_image_url": found.image_url or None,
        "redeemable_properties": None,
        "status": "active" if found.active else "deactivated",
        "created_at": utc(found.created_at),
        "updated_at": utc(found.updated_at),
    }


def redemption_code(business: Business, found: Redemption) -> dict[str, Any]:
    """The code inside the payload of a redemption."""
    facts = found.facts
    same = "employee_id processed_at receipt_amount receipt_datetime subtotal_amount transaction_no".split()
    return {
        **{name: facts.get(name) for name in same},
        "redemption_code_id": found.code_id,
        "business_id": business.id,
        "business_uuid": business.uuid,
        "created_at": utc(found.created_at),
        "updated_at": utc(found.updated_at),
        "discount": found.discount,
        "location_id": place(business, facts)["location_id"],
        "redeemable_id": found.redeemable_id,
        "redeemed_menu_items": facts.get("menu_items") or [],
        "status": found.status,
    }


def redemption(business: Business, guest: Guest, found: Redemption) -> dict[str, Any]:
    """The payload of a redemption with its code."""
    redeemable = business.redeemables.get(found.redeemable_id or 0)
    facts = found.facts
    return {
        **{name: facts.get(name) for name in ("bar_code", "channel", "expired_at", "force_message")},
        "additional_properties": None,
        "redemption_code_pass": None,
        "redemption_id": found.id,
        "redemption_code_id": found.code_id,
        "business_uuid": business.uuid,
        "created_at": utc(found.created_at),
        "updated_at": utc(found.updated_at),
        "expiring_on": utc(found.expires_at),
        "internal_tracking_code": found.code,
        **place(business, facts),
        "points_requested": found.points,
        "redeemed_points": found.points if found.status == "processed" else 0,
        "redeemable_id": found.redeemable_id,
        "redeemable_name": redeemable.name if redeemable else None,
        "redeemable_properties": None,
        "redemption_code": redemption_code(business, found),
        "redemption_status": found.status,
        "redemption_type": found.type,
        "reward_id": found.reward_id,
        "user": user(business, guest),
    }
