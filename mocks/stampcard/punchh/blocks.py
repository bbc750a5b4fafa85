"""Parts of answers that the SSO, POS and dashboard families share."""

from __future__ import annotations

from typing import Any

from stampcard.punchh import accounts, challenges, conversions, guests, payloads, rewards
from stampcard.punchh.records import Guest, Reward
from stampcard.punchh.state import Business, Campaign, Redeemable
from stampcard.punchh.times import local, utc, utc_or_none, zone_of


def balance(business: Business, guest: Guest) -> dict[str, Any]:
    """Shape balance_block: net_balance = total_credits - total_debits; debits and banked rewards are text."""
    found, level = accounts.balance(business, guest), accounts.level(business, guest)
    return {
        "banked_rewards": f"{found.banked_currency:.2f}",
        "banked_currency": found.banked_currency,
        "membership_level": level.name if level else None,
        "membership_level_id": level.id if level else None,
        "net_balance": found.net,
        "net_debits": found.debits,
        "pending_points": found.pending,
        "points_balance": found.net,
        "signup_anniversary_day": guest.created_at.astimezone(zone_of(business)).strftime("%m/%d"),
        "total_credits": found.credits,
        "total_debits": f"{found.debits:.1f}",
        "total_point_credits": found.credits,
        "total_redeemable_visits": found.visits,
        "expired_membership_level": guest.account.expired_level,
        "total_visits": found.checkins,
        "initial_visits": 0,
        "unredeemed_cards": found.cards,
        "membership_qualification_points": accounts.qualification(business, guest),
        "membership_program_id": None,
        "balance": found.net,
    }


def extras(business: Business, guest: Guest) -> dict[str, Any]:
    """What the balances of app and ordering site say besides points: badges, charities, what points have become."""
    return {
        "challenge_badges": challenges.badges(business, guest),
        "preferred_charities": [
            _charity(campaign, guest.causes[campaign.id])
            for campaign in business.campaigns.values()
            if campaign.id in guest.causes
        ],
        "converted_category_balances": conversions.balances(business, guest),
    }


def _charity(campaign: Campaign, given: float) -> dict[str, Any]:
    return {
        "social_cause_id": campaign.id,
        "name": campaign.name,
        "description": campaign.settings.get("description", ""),
        "image_url": campaign.settings.get("image_url", ""),
        "miscellaneous": campaign.settings.get("miscellaneous", ""),
        "user_donations": {"currency": {"user_donations": accounts.money(given)}},
    }


SAME = """avatar_remote_url city fb_uid gender preferred_locale secondary_email state title verification_mode
    work_zip_code zip_code apple_uid""".split()
FLAGS = """age_verified age_verified_status allow_multiple allow_push_notifications email_verified migrate_status
    privacy_policy sms_subscription terms_and_conditions""".split()


def user(business: Business, guest: Guest) -> dict[str, Any]:
    """Shape sso_user: flat, `id` and `user_id` alike, UTC; the external id pair is never echoed."""
    profile = guest.profile
    return {
        **{name: profile.get(name) for name in SAME},
        **{name: bool(profile.get(name)) for name in FLAGS},
        **codes(guest),
        **subscriptions(guest),
        "id": guest.id,
        "user_id": guest.id,
        "email": guest.email,
        "first_name": guest.first_name,
        "last_name": guest.last_name,
        "phone": guest.phone,
        "birthday": guest.birthday,
        "anniversary": guest.anniversary,
        "address_line1": profile.get("address_line1") or profile.get("address"),
        "created_at": utc(guest.created_at),
        "updated_at": utc(guest.updated_at),
        "user_joined_at": utc(guest.created_at),
        "authentication_token": guests.sso_token(business, guest),
        "access_token": None,
        "expiration_date": None,
        "favourite_locations": profile.get("favourite_location_ids") or "",
        "favourite_store_numbers": payloads.favourite_stores(business, guest),
        "force_password_reset": False,
        "mindbody_client_id": None,
        "passcode_configured": False,
        "preferred_menu_items": [],
        "profile_field_answers": profile.get("profile_field_answers", {}),
        "test_user": guest.test_user,
        "user_relations": [relation(row) for row in guest.relations],
    }


def codes(guest: Guest) -> dict[str, Any]:
    """What a guest shows or passes on."""
    return {
        "referral_code": guest.referral_code,
        "referral_path": f"{payloads.PASS_HOST}/signup?invite_code={guest.referral_code}",
        "user_as_barcode": guest.barcode,
        "user_as_qrcode": guest.user_code,
        "user_code": guest.user_code,
    }


def subscriptions(guest: Guest) -> dict[str, Any]:
    """Where a guest came from, and what it wants to be told."""
    profile = guest.profile
    return {
        "apple_signup": guest.signup_channel.endswith("Apple"),
        "facebook_signup": guest.signup_channel.endswith("Facebook"),
        "communicable_email": guest.email,
        "email_unsubscribe": bool(profile.get("unsubscribed")),
        "marketing_email_subscription": profile.get("marketing_email_subscription", True),
        "marketing_pn_subscription": profile.get("marketing_pn_subscription", True),
        "wants_menu_notifications": False,
    }


def relation(row: dict[str, Any]) -> dict[str, Any]:
    times = {name: utc(row[name]) for name in ("created_at", "updated_at")}
    return {**{name: row.get(name) for name in ("id", "relation", "name", "birthday")}, **times}


def reward_row(business: Business, found: Reward) -> dict[str, Any]:
    """A reward as `/api/auth` lists it."""
    zone = zone_of(business)
    return {
        "id": found.id,
        "business_id": business.id,
        "redeemable_id": found.redeemable_id,
        "start_date": found.available_at.astimezone(zone).date().isoformat(),
        "start_date_tz": local(found.available_at, zone),
        "end_date": found.expires_at.astimezone(zone).date().isoformat() if found.expires_at else None,
        "end_date_tz": local(found.expires_at, zone) if found.expires_at else None,
        "gaming_level_id": None,
        "gifted_for_type": found.origin.get("gifted_for_type"),
        "gift_reason": found.origin.get("gift_reason"),
        "location_ids": [],
        "external_store_numbers": [],
        "read_at": utc_or_none(found.read_at),
        "reward_properties": None,
        "type": "reward",
    }


def pos_reward(business: Business, found: Reward) -> dict[str, Any]:
    """A reward as registers and the dashboard list it."""
    redeemable = business.redeemables[found.redeemable_id]
    row = reward_row(business, found)
    return {
        "id": found.id,
        "name": redeemable.name,
        "description": redeemable.description,
        "discount_amount": accounts.money(redeemable.discount_amount or 0),
        "points": redeemable.points or 0,
        "image": redeemable.image_url,
        "status": "unredeemed" if found.status == "reserved" else found.status,
        "redeemable_properties": "",
        "meta_data": redeemable.meta_data,
        "type": "reward",
        "start_date_tz": row["start_date_tz"],
        "end_date_tz": row["end_date_tz"],
        "created_at": utc(found.created_at),
        "updated_at": utc(found.updated_at),
    }


def pos_rewards(business: Business, guest: Guest) -> list[dict[str, Any]]:
    return [pos_reward(business, found) for found in rewards.usable(business, guest)]


def redeemable_card(found: Redeemable) -> dict[str, Any]:
    """Shape redeemable_card: a redeemable that points unlock."""
    return {
        "id": found.id,
        "redeemable_id": found.id,
        "redeemable_uuid": found.uuid,
        "name": found.name,
        "description": found.description,
        "points": found.points or 0,
        "discount_amount": accounts.money(found.discount_amount or 0),
        "discount_channel": found.discount_channel,
        "image": found.image_url,
        "thumb_image": found.image_url,
        "meta_data": found.meta_data,
        "redeemable_properties": None,
        "redemption_expiry": found.redemption_expiry or 0,
        "applicable_as_loyalty_redemption": True,
        "expire_redemption_code_with_reward_end_date": False,
        "auto_select": False,
        "start_time": utc(found.start_time or found.created_at),
    }


def unlocked(business: Business, guest: Guest) -> list[Redeemable]:
    """Redeemables the guest's points can buy."""
    points = accounts.balance(business, guest).net
    now = business.now
    return [one for one in business.redeemables.values() if one.points and one.points <= points and one.is_open(now)]
