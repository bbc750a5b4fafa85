"""The rest of a guest's own account in the app: passwords, sessions, statistics, expiry, reactivation."""

from __future__ import annotations

import re
from datetime import timedelta

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import accounts, errors, expiry, guests, params, receipts
from stampcard.punchh.access import unauthorized
from stampcard.punchh.errors import MOBILE, NEWER_MOBILE
from stampcard.punchh.mobile import views
from stampcard.punchh.mobile.users import owner
from stampcard.punchh.state import Business
from stampcard.punchh.times import caller_zone, utc

SESSION_MINUTES = 10


async def forgot_password(call: Call[Business]) -> Reply:
    """Answered alike whether there is such a guest or not (assumed); the mail is an entry of the journal."""
    business = call.state
    user = params.given(call).get("user")
    email = params.required(user if isinstance(user, dict) else {}, "email", NEWER_MOBILE)
    guest = business.by_email.get(email.lower())
    if guest is None:
        call.diagnose("no-such-guest", "nobody has this address; no mail is sent", "/user/email")
        return Reply(200)
    token = guests.new_reset_token(business, guest)
    text = f"guest {guest.id} is mailed a reset link ({token[:4]}...)"
    call.world.record("punchh", "password mail", text, cause=call.id)
    call.summary = f"guest {guest.id} forgot the password"
    return Reply(200)


async def send_verification_email(call: Call[Business]) -> Reply:
    guest, _ = owner(call)
    call.world.record("punchh", "verification mail", f"guest {guest.id} is mailed a verification link", cause=call.id)
    call.summary = f"guest {guest.id} asks for a verification mail"
    return Reply(200)


async def show(call: Call[Business]) -> Reply:
    """By id, with the own token: only oneself is found (assumed)."""
    guest, _ = owner(call)
    if params.integer(call.path["user_id"]) != guest.id:
        raise ApiError(404, {"errors": {"user_not_found": "User Not Found"}})
    call.summary = f"profile of guest {guest.id}"
    return Reply(200, views.user(call.state, guest, caller_zone(call)))


async def session_token(call: Call[Business]) -> Reply:
    """A short-lived token that signs the guest in on the ordering site (its life of ten minutes is assumed)."""
    business, (guest, _) = call.state, owner(call)
    token = business.world.chance.alnum(32)
    ends = business.now + timedelta(minutes=SESSION_MINUTES)
    business.session_tokens[token] = (guest, ends)
    call.summary = f"a session token for guest {guest.id}"
    return Reply(200, {"token": token, "expiring_at": utc(ends)})


async def lifetime_stats(call: Call[Business]) -> Reply:
    guest, _ = owner(call)
    found = accounts.balance(call.state, guest)
    used = sum(1 for one in guest.redemptions.values() if one.status == "processed")
    call.summary = f"statistics of guest {guest.id}"
    return Reply(
        200,
        {
            "points_earned": found.lifetime,
            "cards_earned": found.cards + guest.account.redeemed_cards,
            "cards_redeemed": guest.account.redeemed_cards,
            "offers_redeemed": used,
        },
    )


async def points_expiry_timeline(call: Call[Business]) -> Reply:
    """What lapses when; only with a Rolling Expiry Schedule."""
    business, (guest, _) = call.state, owner(call)
    days = business.program.rolling_expiry_days
    if days is None:
        raise errors.disabled_feature()
    wanted = params.text(params.given(call).get("status"))
    rows: dict[str, dict[str, int]] = {}
    for one in guest.checkins:
        day = expiry.lapse_day(business, one, days).isoformat()
        row = rows.setdefault(day, {"expiring_points": 0, "expired_points": 0})
        row["expiring_points"] += one.left
        row["expired_points"] += one.expired
    told = []
    for day, row in sorted(rows.items()):
        if row["expiring_points"] and wanted in ("", "expiring"):
            told.append({"expiring_points": row["expiring_points"], "expiring_at": day})
        if row["expired_points"] and wanted == "expired":
            told.append({"expired_points": row["expired_points"], "expired_at": day})
    call.summary = f"{len(told)} days on which points of guest {guest.id} lapse"
    return Reply(200, {"points_expiry": told})


async def estimate_points(call: Call[Business]) -> Reply:
    """What an order would earn; nothing changes."""
    owner(call)
    values = params.given(call)
    params.required(values, "receipt_amount", MOBILE)
    money = receipts.amount(values, "receipt_amount", MOBILE) or 0.0
    points = accounts.points_for(call.state, money)
    call.summary = f"an order of {money} would earn {points} points"
    return Reply(200, {"estimated_points": points})


async def request_reactivation(call: Call[Business]) -> Reply:
    """A deactivated guest asks to come back; support decides, which happens on the dashboard."""
    business, values = call.state, params.given(call)
    email = params.required(values, "email", MOBILE)
    guest = business.by_email.get(email.lower())
    if guest is None:
        guest = business.by_phone.get(re.sub(r"[^\d+]", "", params.text(values.get("phone"))))
    if guest is None or guest.gone:
        raise unauthorized(business)
    if guest.profile.get("reactivation_asked"):
        raise errors.one(422, "There is already an ongoing request")
    guest.profile["reactivation_asked"] = True
    text = f"guest {guest.id} asks to be reactivated"
    call.world.record("punchh", "reactivation request", text, cause=call.id)
    call.summary = text
    return Reply(200)


# One-time passwords


async def send_code(call: Call[Business]) -> Reply:
    """A six-digit code by mail; here it is in the journal."""
    guest, _ = owner(call)
    guest.profile["otp"] = call.world.chance.digits(6)
    text = f"guest {guest.id} is sent the code {guest.profile['otp']}"
    call.world.record("punchh", "verification code", text, cause=call.id)
    call.summary = f"guest {guest.id} asks for a verification code"
    return Reply(200)


async def check_code(call: Call[Business]) -> Reply:
    """The code that was sent, once; the text of the refusal is assumed."""
    (guest, _), values = owner(call), params.given(call)
    token, mode = (params.required(values, name, MOBILE) for name in ("token", "verification_mode"))
    if guest.profile.get("otp") != token:
        raise MOBILE.invalid("token", "is invalid")
    del guest.profile["otp"]
    guest.profile |= {"verification_mode": mode, "email_verified": True}
    call.summary = f"guest {guest.id} is verified by {mode}"
    return Reply(200)


# Money


async def balance_timelines(call: Call[Business]) -> Reply:
    guest, _ = owner(call)
    call.summary = f"money of guest {guest.id}"
    return Reply(200, accounts.money_rows(guest))
