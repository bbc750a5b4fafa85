"""Records as the mobile family shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from stampcard.punchh import accounts, blocks, payloads
from stampcard.punchh.records import Guest, Redemption, Reward, Subscription
from stampcard.punchh.state import Business
from stampcard.punchh.times import local, zone_of


def access_token(token: str) -> dict[str, Any]:
    """A token that does not expire."""
    return {"token": token, "seconds_to_expire": None, "revoked_at": None, "refresh_token": "", "scopes": []}


def session(business: Business, guest: Guest, token: str, zone: ZoneInfo) -> dict[str, Any]:
    """The envelope of sign-up, login and profile."""
    return {"access_token": access_token(token), "user": user(business, guest, zone)}


SAME = frozenset(
    """avatar_remote_url city fb_uid gender preferred_locale secondary_email state title verification_mode
    zip_code apple_uid""".split()
)
FLAGS = frozenset(
    """age_verified_status email_verified migrate_status privacy_policy sms_subscription
    terms_and_conditions""".split()
)
NOTHING: dict[str, Any] = {**dict.fromkeys(sorted(SAME)), **dict.fromkeys(sorted(FLAGS), False)}
"""What a profile without them says."""


def user(business: Business, guest: Guest, zone: ZoneInfo) -> dict[str, Any]:
    """Shape mobile_user; the external id pair is never echoed."""
    profile = guest.profile
    joined = local(guest.created_at, zone)
    channel = guest.signup_channel
    return {
        **NOTHING,
        **(_kept(profile) if profile else {}),
        **blocks.codes(guest),
        "apple_signup": channel.endswith("Apple"),
        "facebook_signup": channel.endswith("Facebook"),
        "communicable_email": guest.email,
        "marketing_email_subscription": profile.get("marketing_email_subscription", True),
        "marketing_pn_subscription": profile.get("marketing_pn_subscription", True),
        "address": profile.get("address") or profile.get("address_line1"),
        "anniversary": guest.anniversary,
        "birthday": guest.birthday,
        "created_at": joined,
        "account_created_at": joined,
        "user_joined_at": joined,
        "updated_at": joined if guest.updated_at == guest.created_at else local(guest.updated_at, zone),
        "email": guest.email,
        "favourite_location_ids": profile.get("favourite_location_ids") or "",
        "favourite_locations": profile.get("favourite_location_ids") or "",
        "favourite_store_numbers": payloads.favourite_stores(business, guest),
        "first_name": guest.first_name,
        "last_name": guest.last_name,
        "has_generated_fb_email": False,
        "passcode_configured_for_giftcards": False,
        "phone": guest.phone,
        "profile_field_answers": profile.get("profile_field_answers", {}),
        "superuser": False,
        "user_id": guest.id,
        "user_relations": [relation(row, zone) for row in guest.relations],
        "apple_pass_url": payloads.pass_url(guest, "apple"),
        "google_pass_url": payloads.pass_url(guest, "android"),
    }


def _kept(profile: dict[str, Any]) -> dict[str, Any]:
    """The members of a profile that are shown as they are."""
    found = {name: profile[name] for name in profile.keys() & SAME}
    return found | {name: bool(profile[name]) for name in profile.keys() & FLAGS}


def relation(row: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    times = {name: local(row[name], zone) for name in ("created_at", "updated_at")}
    return {**{name: row.get(name) for name in ("id", "relation", "name", "birthday")}, **times}


def account_balance(business: Business, guest: Guest) -> dict[str, Any]:
    """Shape account_balance."""
    found, level = accounts.balance(business, guest), accounts.level(business, guest)
    ends = guest.account.level_expires_at
    visits = found.visits % business.program.visits_per_card
    return {
        "banked_currency": found.banked_currency,
        "banked_currency_expiring_on": None,
        "checkins_on_current_card": visits,
        "current_membership_level_id": level.id if level else None,
        "current_membership_level_name": level.name if level else None,
        "current_membership_level_expiring_on": ends.astimezone(zone_of(business)).date().isoformat() if ends else None,
        "expiring_banked_currency": None,
        "pending_points": found.pending,
        "redeemed_cards": guest.account.redeemed_cards,
        "total_loyalty_visits": found.checkins,
        "unbanked_points": found.net if business.program.type == "points" else 0,
        "unredeemed_cards": found.cards,
        "lifetime_points": found.lifetime,
        "redeemable_points": found.net,
        "membership_qualification_points": accounts.qualification(business, guest),
    }


def reward(business: Business, guest: Guest, found: Reward, zone: ZoneInfo) -> dict[str, Any]:
    """Shape mobile_reward."""
    redeemable = business.redeemables[found.redeemable_id]
    code = guest.redemptions.get(found.redemption_id or 0)
    return {
        "reward_id": found.id,
        "name": redeemable.name,
        "description": redeemable.description,
        "discount_amount": accounts.money(redeemable.discount_amount)
        if redeemable.discount_amount is not None
        else None,
        "discount_channel": redeemable.discount_channel,
        "campaign_type": found.origin.get("campaign_type"),
        "becomes_available_at": local(found.available_at, zone),
        "created_at": local(found.created_at, zone),
        "expiring_at": _at(found.expires_at, zone),
        "expiring_at_tz": _at(found.expires_at, zone),
        "read_at": _at(found.read_at, zone),
        "reward_image_url": redeemable.image_url,
        "reward_properties": "",
        "store_numbers": [],
        "franchisee_id": None,
        "meta_data": redeemable.meta_data,
        "redeemable_created_at": local(redeemable.created_at, zone),
        "redemption_details": redemption(business, code, zone) if code else None,
        "auto_select": False,
    }


def redemption(business: Business, found: Redemption, zone: ZoneInfo) -> dict[str, Any]:
    """Shape mobile_redemption."""
    redeemable = business.redeemables.get(found.redeemable_id or 0)
    plan = business.subscriptions.get(found.subscription_id or 0)
    return {
        **(_plan(plan) if plan else {}),
        "redemption_id": found.id,
        "redemption_status": found.status,
        "redemption_type": found.type,
        "redemption_tracking_code": found.code,
        "redemption_message": "",
        "redemption_image_url": "",
        "redeemable_id": found.redeemable_id,
        "redeemable_name": redeemable.name if redeemable else None,
        "redeemable_description": redeemable.description if redeemable else None,
        "redeemable_image_url": redeemable.image_url if redeemable else "",
        "redeemed_value": found.amount or found.points or None,
        "created_at": local(found.created_at, zone),
        "updated_at": local(found.updated_at, zone),
        "expiring_at": local(found.expires_at, zone),
    }


def notes(guest: Guest, zone: ZoneInfo) -> list[dict[str, Any]]:
    """What a guest was sent, as offers and balances list it."""
    return [
        {
            "id": row["id"],
            "kind": "message",
            "message": row["message"],
            "read_at": _at(row["read_at"], zone),
            "created_at": local(row["sent_at"], zone),
        }
        for row in guest.messages
    ]


def _plan(found: Subscription) -> dict[str, Any]:
    return {
        "subscription_id": str(found.id),
        "subscription_plan_id": found.plan_id,
        "subscription_plan_name": found.plan_name,
        "subscription_plan_description": found.plan_description,
        "subscription_plan_image_url": found.plan_image_url,
    }


def _at(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return local(instant, zone) if instant is not None else None
