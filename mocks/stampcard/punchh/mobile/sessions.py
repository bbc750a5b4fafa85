"""Logging in and out of the app."""

from __future__ import annotations

import re

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import errors, guests, params
from stampcard.punchh.errors import MOBILE
from stampcard.punchh.mobile import views
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business
from stampcard.punchh.times import caller_zone


def bad_credentials(business: Business) -> ApiError:
    """Two texts are known; the setup chooses."""
    if business.switches.errors_login_style == "base":
        return errors.by_name(422, "base", ["Incorrect information submitted. Please retry."])
    return errors.by_name(422, "invalid_email_password", ["Sorry, Invalid Email/Password."])


def find_by_password(business: Business, email: str, password: str) -> Guest | None:
    """The guest whom e-mail (or phone, where phones are unique) and password identify."""
    guest = business.by_email.get(email.lower())
    if guest is None and business.switches.phone_unique:
        guest = business.by_phone.get(re.sub(r"[^\d+]", "", email))
    if guest is None or guest.password is None or guest.password != password:
        return None
    return guest if guest.status == "active" and not guest.gone else None


def check_device(call: Call[Business]) -> None:
    """A device that was banned with its guest is refused; Punchh lets the business word it (assumed)."""
    if call.request.headers.get("punchh-app-device-id") in call.state.banned_devices:
        raise errors.by_name(422, "base", ["This device has been banned."])


async def login(call: Call[Business]) -> Reply:
    """Each login brings a token of its own."""
    business = call.state
    user = params.given(call).get("user")
    user = user if isinstance(user, dict) else {}
    email, password = (params.required(user, name, MOBILE) for name in ("email", "password"))
    check_device(call)
    guest = find_by_password(business, email, str(user.get("password")))
    if guest is None or not password:
        raise bad_credentials(business)
    guest.sign_in_count += 1
    guest.last_activity_at = business.now
    token = guests.mobile_token(business, guest)
    call.summary = f"guest {guest.id} logs in"
    return Reply(200, views.session(business, guest, token, caller_zone(call)))


async def logout(call: Call[Business]) -> Reply:
    """Revoke a token: that of the body, else that of the header. A wrong one is a 422, not a 401."""
    business = call.state
    token = params.text(params.given(call).get("access_token")) or call.request.bearer or ""
    guest = business.mobile_tokens.pop(token, None)
    if guest is None:
        raise errors.by_name(422, "access_token", "Invalid access_token or cannot be blank")
    call.summary = f"guest {guest.id} logs out"
    return Reply(200)
