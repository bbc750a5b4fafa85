"""Guests at the register: sign-up, look-up, balance."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import baskets, blocks, errors, guests, params, redemptions
from stampcard.punchh.errors import POS
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business

IDENTIFIERS = ("email", "phone", "card_number", "user_as_qrcode", "single_scan_code", "redemption_code")
CHANNEL = "POS"


def find_guest(business: Business, values: Mapping[str, Any]) -> Guest:
    """The guest whom one of the identifiers names. Raises ApiError: none is given, or nobody has it."""
    given = [(name, params.text(values.get(name))) for name in IDENTIFIERS if params.text(values.get(name))]
    if not given:
        raise POS.missing("email")
    for name, value in given:
        guest = lookup(business, name, value)
        if guest is not None and not guest.gone:
            return guest
    if given[0][0] == "redemption_code":
        raise errors.one(404, "CODE_NOT_FOUND")
    raise POS.user_not_found()


def find_member(business: Business, values: Mapping[str, Any]) -> Guest:
    """The same, for what only a member may do. Raises ApiError; that others are not found is assumed."""
    guest = find_guest(business, values)
    if not guest.is_member:
        raise POS.user_not_found()
    return guest


def lookup(business: Business, name: str, value: str) -> Guest | None:
    """The guest with this e-mail, phone or code, if there is one."""
    if name == "email":
        return business.by_email.get(value.lower())
    if name == "phone":
        return business.by_phone.get(re.sub(r"[^\d+]", "", value))
    if name == "redemption_code":
        found = business.codes.get(value)
        if found is not None and found.status == "expired":
            raise errors.one(404, "CODE_EXPIRED")
        return business.guests.get(found.user_id) if found else None
    return business.by_code.get(value)


def view(business: Business, guest: Guest) -> dict[str, Any]:
    """A guest with balance and rewards, as registers see it; the phone is a number here."""
    user = blocks.user(business, guest)
    same = """address_line1 age_verified age_verified_status anniversary avatar_remote_url birthday city created_at
        email email_verified fb_uid first_name gender id last_name phone privacy_policy state updated_at zip_code"""
    nothing = ("discount_type", "selected_reward_id", "selected_discount_amount")
    return {
        **{name: user[name] for name in same.split()},
        **dict.fromkeys(nothing),
        "phone": params.integer((guest.phone or "").lstrip("+")),
        "selected_card_number": guest.profile.get("card_number"),
        "balance": blocks.balance(business, guest),
        "rewards": blocks.pos_rewards(business, guest),
        "user_digest": hashlib.sha1(f"{business.uuid}:{guest.id}".encode()).hexdigest(),
    }


async def sign_up(call: Call[Business]) -> Reply:
    """At least one of phone, e-mail and card number; success is 200."""
    business, values = call.state, params.given(call)
    wanted = {**values, "favourite_location_ids": values.get("favourite_locations")}
    if not any(params.text(values.get(name)) for name in ("phone", "email", "card_number")):
        raise POS.missing("phone")
    card, phone = params.text(values.get("card_number")), re.sub(r"[^\d+]", "", params.text(values.get("phone")))
    owner = business.by_code.get(card)
    if card and owner is not None and not owner.gone:
        raise POS.invalid("card_number", "has already been taken")
    if phone and not params.text(values.get("email")) and phone in business.by_phone:
        raise POS.invalid("phone", "has already been taken")
    made = guests.draft(business, wanted, POS)
    for code, text, name in made.notes:
        call.diagnose(code, text, f"/{name}")
    channel = params.text(values.get("signup_channel")) or CHANNEL
    if card:
        made.changes["card_number"] = card
    guest = guests.sign_up(business, made, channel=channel, cause=call.id)
    if card:
        business.by_code[card] = guest
    call.summary = f"guest {guest.id} signs up at the register"
    return Reply(200, {**view(business, guest), "phone": guest.phone, "selected_redeemable_id": None})


async def search(call: Call[Business]) -> Reply:
    """By exactly one identifier."""
    business, values = call.state, params.given(call)
    if "drive_thru_code" in values:
        raise errors.one(400, _drive_thru(params.text(values["drive_thru_code"])))
    guest = find_guest(business, values)
    call.summary = f"the register finds guest {guest.id}"
    return Reply(200, view(business, guest))


def _drive_thru(code: str) -> str:
    """Nobody has such a code here: drive-through codes are not emulated."""
    wrong = code and len(code) != 4
    return "Invalid drive_thru_code length" if wrong else "drive_thru_code required or Invalid code"


async def find(call: Call[Business]) -> Reply:
    """By a named field; who is banned or deactivated is refused."""
    business, values = call.state, params.given(call)
    field, value = (params.required(values, name, POS) for name in ("lookup_field", "lookup_value"))
    if field == "user_id":
        guest = business.guests.get(params.integer(value) or 0)
    else:
        guest = lookup(business, field, value)
    if guest is None or guest.gone:
        unknown = "Invalid or Expired Single Scan Code" if field == "single_scan_code" else "User not found"
        raise errors.one(404, unknown)
    if guest.status != "active":
        raise errors.one(422, baskets.CLOSED)
    call.summary = f"the register finds guest {guest.id}"
    return Reply(
        200,
        {
            "user_id": guest.id,
            "business_id": business.id,
            "phone": guest.phone,
            "email": guest.email,
            "first_name": guest.first_name,
            "last_name": guest.last_name,
            "payment_mode": "",
            "selected_card_number": guest.profile.get("card_number"),
            "loyalty_cards": [],
            "selected_tip_amount": None,
            "external_uid": guest.basket.external_uid if guest.basket else "",
            "locked": guest.basket is not None and guest.basket.locked,
        },
    )


async def balance(call: Call[Business]) -> Reply:
    """By user id; the refusal is a bare array here."""
    business = call.state
    number = params.required(params.given(call), "user_id", POS)
    guest = business.guests.get(params.integer(number) or 0)
    if guest is None or guest.gone:
        raise ApiError(404, ["User not found"])
    block = blocks.balance(business, guest)
    call.summary = f"guest {guest.id} has {block['net_balance']} points"
    plans = [{"subscription_id": one.id, "benefits": []} for one in redemptions.subscriptions(business, guest)]
    return Reply(200, {"account_balance": block, "subscriptions": plans})
