"""Guests as an admin handles them: look-up, changes, ban, deactivation, deletion, history."""

from __future__ import annotations

import re
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import blocks, coupons, errors, giftcards, guests, lifecycle, params, payloads, redemptions
from stampcard.punchh.errors import DASHBOARD
from stampcard.punchh.mobile import views
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business
from stampcard.punchh.times import GREENWICH, utc

ADMIN_EMAIL = "admin@example.com"
MODES = {
    "delete_general": "delete",
    "delete_test_data": "delete",
    "anonymize_forget_me": "anonymise",
    "anonymize_inactivity": "anonymise",
}
PHONE_OFF = "Phone number uniqueness is disabled, you can\u2019t search using the phone"


def unknown_id(value: Any) -> ApiError:
    return errors.by_name(404, "user_not_found", f"Cannot find corresponding user with ID: {params.text(value)}")


def by_id(call: Call[Business]) -> Guest:
    """The guest whom `user_id` names, number or text. Raises ApiError."""
    value = params.required(params.given(call), "user_id", DASHBOARD)
    guest = call.state.guests.get(params.integer(value) or 0)
    if guest is None or guest.gone:
        raise unknown_id(value)
    return guest


def by_any(call: Call[Business]) -> Guest:
    """The guest whom `user_id`, else `email`, else `phone` names. Raises ApiError."""
    business, values = call.state, params.given(call)
    user_id, email, phone = (params.text(values.get(name)) for name in ("user_id", "email", "phone"))
    if not (user_id or email or phone):
        raise DASHBOARD.missing("user_id")
    if user_id:
        guest = business.guests.get(params.integer(user_id) or 0)
    elif email:
        guest = business.by_email.get(email.lower())
    elif not business.switches.phone_unique:
        raise errors.by_name(422, "phone_uniqueness_disabled", PHONE_OFF)
    else:
        guest = business.by_phone.get(re.sub(r"[^\d+]", "", phone))
    if guest is None or guest.gone:
        raise DASHBOARD.user_not_found()
    return guest


WRONG = "Incorrect information submitted"


async def info(call: Call[Business]) -> Reply:
    """Profile, balance and rewards in one."""
    business, guest = call.state, by_any(call)
    user = blocks.user(business, guest)
    for name in ("mindbody_client_id", "preferred_menu_items", "wants_menu_notifications", "apple_signup", "apple_uid"):
        user.pop(name)
    body = {
        **user,
        "balance": blocks.balance(business, guest),
        "rewards": blocks.pos_rewards(business, guest),
        "selected_card_number": None,
        "selected_reward_id": None,
        "selected_discount_amount": None,
        "discount_type": None,
        "apple_pass_url": payloads.pass_url(guest, "apple"),
        "google_pass_url": payloads.pass_url(guest, "android"),
        "subscriptions": [
            {"plan_name": one.plan_name, "pos_meta": "", "subscription_id": one.id}
            for one in redemptions.subscriptions(business, guest)
        ],
    }
    call.summary = f"guest {guest.id} has {body['balance']['net_balance']} points"
    return Reply(200, body)


async def update(call: Call[Business]) -> Reply:
    """`id` and the stored `email` select the guest; the new values are in `user`. One text for all that is wrong."""
    business, values = call.state, params.given(call)
    for name in ("id", "email"):
        params.required(values, name, DASHBOARD)
    user = values.get("user")
    if not isinstance(user, dict) or not user:
        raise DASHBOARD.missing("user")
    guest = business.guests.get(params.integer(values["id"]) or 0)
    if guest is None or guest.gone or guest.email != params.text(values["email"]).lower():
        raise ApiError(422, {"errors": WRONG})
    wanted = {**user}
    if isinstance(user.get("preferred_location_ids"), list):
        wanted["favourite_location_ids"] = ",".join(map(params.text, user["preferred_location_ids"]))
    try:
        made = guests.draft(business, wanted, errors.MOBILE, guest)
    except ApiError as error:
        call.diagnose("what-is-wrong", f"Punchh does not say what: {_texts(error)}", "/user")
        raise ApiError(422, {"errors": WRONG}) from error
    for code, text, name in made.notes:
        call.diagnose(code, text, f"/user/{name}")
    if "test_user" in user:
        made.changes["test_user"] = params.truth(user["test_user"])
    changed = guests.change(business, guest, made, cause=call.id)
    call.summary = f"an admin changes {', '.join(changed) or 'nothing'} of guest {guest.id}"
    return Reply(200, views.user(business, guest, GREENWICH))


def _texts(error: ApiError) -> str:
    """What the rules of a profile refused, in words."""
    return "; ".join(text for texts in error.body["errors"].values() for text in texts)


# Status

UNSUBSCRIBED = ("unsubscribed", "unsubscribe_reason")
"""What a ban writes into a profile besides."""


async def ban(call: Call[Business]) -> Reply:
    guest, values = by_id(call), params.given(call)
    params.required(values, "reason", DASHBOARD)
    if params.truth(values.get("ban_all_associated_devices")):
        call.state.banned_devices.update(guest.devices)
    guest.profile |= {"unsubscribed": True, "unsubscribe_reason": f"Banned by Admin ({ADMIN_EMAIL})"}
    lifecycle.set_status(call.state, guest, "banned", *UNSUBSCRIBED, cause=call.id)
    call.summary = f"guest {guest.id} is banned"
    return Reply(202)


async def lift_ban(call: Call[Business]) -> Reply:
    guest = by_id(call)
    guest.profile.pop("banned", None)
    if guest.status == "banned":
        guest.profile |= {"unsubscribed": False, "unsubscribe_reason": None}
        call.state.banned_devices.difference_update(guest.devices)
        lifecycle.set_status(call.state, guest, "active", *UNSUBSCRIBED, cause=call.id)
    call.summary = f"guest {guest.id} is {guest.status}"
    return Reply(200)


async def deactivate(call: Call[Business]) -> Reply:
    """A ban outlives it (assumed)."""
    guest = by_id(call)
    if guest.status == "banned":
        guest.profile["banned"] = True
    lifecycle.set_status(call.state, guest, "deactivated", cause=call.id)
    call.summary = f"guest {guest.id} is deactivated"
    return Reply(200)


async def reactivate(call: Call[Business]) -> Reply:
    """Also calls off a deletion that is still to come."""
    guest = by_id(call)
    guest.deletion_at = None
    guest.profile.pop("reactivation_asked", None)
    if guest.status == "deactivated":
        back = "banned" if guest.profile.pop("banned", False) else "active"
        lifecycle.set_status(call.state, guest, back, cause=call.id)
    call.summary = f"guest {guest.id} is {guest.status}"
    return Reply(200)


async def delete(call: Call[Business]) -> Reply:
    """Only a deactivated guest, some days later; the refusal speaks of gift cards whatever the reason."""
    guest, business = by_id(call), call.state
    reason = params.text(params.given(call).get("reason"))
    if reason and reason not in MODES:
        raise DASHBOARD.invalid("reason", "is not included in the list")
    if guest.status != "deactivated" or giftcards.owned(business, guest):
        raise errors.one(422, "Gift card(s) found! Please cashout/remove from account before deletion.")
    days = business.switches.deletion_days or 0
    lifecycle.delete_later(business, guest, days, mode=MODES.get(reason, "archive"), cause=call.id)
    call.summary = f"guest {guest.id} will be gone in {days} days"
    return Reply(200, {"message": f"User will be deleted after {days} days."})


# History


SAME = "title city state zip_code gender secondary_email fb_uid preferred_locale unsubscribe_reason".split()
FLAGS = "sms_subscription age_verified terms_and_conditions unsubscribed privacy_policy".split()
UNKNOWN = """confirmation_sent_at confirmed_at current_sign_in_at current_sign_in_ip last_sign_in_at last_user_agent
    old_membership_no""".split()


def _person(business: Business, guest: Guest) -> dict[str, Any]:
    """The members of the timeline that are about the guest itself."""
    profile, user = guest.profile, payloads.user(business, guest)
    referrer = business.guests.get(guest.referred_by or 0)
    return {
        **{name: profile.get(name) for name in SAME},
        **{name: bool(profile.get(name)) for name in FLAGS},
        **dict.fromkeys(UNKNOWN),
        "first_name": guest.first_name,
        "last_name": guest.last_name,
        "email": guest.email,
        "phone": guest.phone,
        "address": profile.get("address") or profile.get("address_line1"),
        "birthday": guest.birthday,
        "anniversary": guest.anniversary,
        "time_zone": business.time_zone,
        "signup_channel": guest.signup_channel,
        "referral_code": guest.referral_code,
        "invite_code": referrer.referral_code if referrer else None,
        "created_at": utc(guest.created_at),
        "updated_at": utc(guest.updated_at),
        "joined_at": utc(guest.created_at),
        "last_activity_at": utc(guest.last_activity_at),
        "sign_in_count": guest.sign_in_count,
        "marketing_email_subscription": user["marketing_email_subscription"],
        "marketing_pn_subscription": user["marketing_pn_subscription"],
        "banned": guest.status == "banned" or "banned" in guest.profile,
    }


async def extensive_timeline(call: Call[Business]) -> Reply:
    """Everything about a guest, with check-ins and redemptions."""
    business, guest = call.state, by_id(call)
    used = [one for one in guest.redemptions.values() if one.type != redemptions.COUPON]
    codes = [one for one in business.coupons.values() if one.user_id == guest.id and one.status == "honored"]
    joined = utc(guest.created_at)
    call.summary = f"history of guest {guest.id}"
    body = {
        **_person(business, guest),
        "favorite_locations": [_favourite(business, number) for number in payloads.favourite_locations(guest)],
        "checkins": [_checkin(payloads.checkin(business, guest, one)) for one in guest.checkins],
        "redemptions": [_redemption(payloads.redemption(business, guest, one)) for one in used],
        "user_coupon_redemptions": [_coupon(business, coupons.payload(business, guest, one)) for one in codes],
        "user_devices": [
            {"app_device_id": device, "gift_reason": None, "created_at": joined} for device in guest.devices
        ],
    }
    return Reply(200, body)


def _favourite(business: Business, number: int) -> dict[str, Any]:
    """The members are assumed; no example has a favourite."""
    found = business.locations.get(number)
    return {"location_id": number, "location_name": found.name if found else None}


def _coupon(business: Business, payload: dict[str, Any]) -> dict[str, Any]:
    """A code at its use."""
    same = "email status bar_code discount redeemed_menu_items transaction_no receipt_datetime receipt_amount".split()
    place = business.locations.get(payload["location_id"] or 0)
    return {
        **{name: payload[name] for name in same},
        "subtotal_amount": payload["receipt_subtotal_amount"],
        "created_at": payload["processed_at"],
        "location_name": place.name if place else None,
    }


def _checkin(payload: dict[str, Any]) -> dict[str, Any]:
    names = "checkin_type channel receipt_amount receipt_number receipt_date bar_code created_at location_name".split()
    return {**{name: payload[name] for name in names}, "ip_address": None}


def _redemption(payload: dict[str, Any]) -> dict[str, Any]:
    names = "internal_tracking_code channel created_at location_name redeemable_name".split()
    unknown = dict.fromkeys(("latitude", "longitude", "web", "ip_address", "user_agent"))
    status = {"type": payload["redemption_type"], "status": payload["redemption_status"]}
    return {**{name: payload[name] for name in names}, **unknown, **status}
