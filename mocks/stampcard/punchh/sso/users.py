"""Guests on the ordering site: sign-up, sign-in, profile, password."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import blocks, errors, guests, params
from stampcard.punchh.access import Access, user_token
from stampcard.punchh.errors import SIGN_IN_TEXT, SSO
from stampcard.punchh.guests import Draft
from stampcard.punchh.mobile.sessions import find_by_password
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business
from stampcard.punchh.times import utc

CHANNEL = "OnlineOrder"
RENAMED: dict[str, str] = {"favourite_locations": "favourite_location_ids", "fav_location_id": "favourite_location_ids"}


def owner(call: Call[Business]) -> Guest:
    """Whose token the call carries."""
    key: Access = call.key
    assert key.guest is not None, f"{call.operation.id} is not declared to need a guest's token"
    return key.guest


def user_of(call: Call[Business]) -> dict[str, Any]:
    """The `user` member under the names a profile has. Raises ApiError when it is absent."""
    user = params.given(call).get("user")
    if not isinstance(user, dict):
        raise SSO.missing("user")
    return {RENAMED.get(str(name), str(name)): value for name, value in user.items()}


def tell(call: Call[Business], made: Draft) -> None:
    for code, text, name in made.notes:
        call.diagnose(code, text, f"/user/{name}")


async def sign_up(call: Call[Business]) -> Reply:
    """201, where the app's sign-up answers 200."""
    business, user = call.state, user_of(call)
    for name in ("email", "password"):
        params.required(user, name, SSO)
    device, limit = params.text(user.get("app_device_id")), business.switches.max_guests_per_device
    if limit is not None and device and sum(device in guest.devices for guest in business) >= limit:
        raise errors.by_name(422, "device_already_shared", ["with maximum number of guests allowed."])
    made = guests.draft(business, user, SSO)
    referrer = guests.referrer(business, user, SSO)
    tell(call, made)

    made.changes |= {"referred_by": referrer.id if referrer else None, "devices": (device,) if device else ()}
    made.changes["sign_in_count"] = 1
    channel = params.text(user.get("signup_channel")) or CHANNEL
    guest = guests.sign_up(business, made, channel=channel, cause=call.id)
    call.summary = f"guest {guest.id} signs up as {guest.email} on the ordering site"
    return Reply(201, blocks.user(business, guest))


async def sign_in(call: Call[Business]) -> Reply:
    business, user = call.state, user_of(call)
    email, _ = (params.required(user, name, SSO) for name in ("email", "password"))
    guest = find_by_password(business, email, str(user["password"]))
    if guest is None:
        raise errors.one(401, "Incorrect information submitted. Please retry.")
    guest.sign_in_count += 1
    guest.last_activity_at = business.now
    call.summary = f"guest {guest.id} signs in on the ordering site"
    return Reply(200, blocks.user(business, guest))


async def show(call: Call[Business]) -> Reply:
    guest = owner(call)
    call.summary = f"profile of guest {guest.id}"
    return Reply(200, blocks.user(call.state, guest))


async def update(call: Call[Business]) -> Reply:
    """Only members that are present change."""
    business, guest = call.state, owner(call)
    made = guests.draft(business, user_of(call), SSO, guest)
    tell(call, made)
    changed = guests.change(business, guest, made, cause=call.id)
    call.summary = f"guest {guest.id} changes {', '.join(changed) or 'nothing'}"
    return Reply(200, blocks.user(business, guest))


# Passwords


async def change_password(call: Call[Business]) -> Reply:
    """By the guest's own token, or by a reset token."""
    business, values = call.state, params.given(call)
    reset = params.text(values.get("reset_password_token"))
    found = business.reset_tokens.get(reset)
    guest = found[0] if found is not None and found[1] > business.now else None
    if guest is None and not reset:
        token = user_token(call.request)
        guest = business.sso_tokens.get(token) or business.mobile_tokens.get(token)
    if guest is None or not guest.is_member:
        raise errors.one(401, SIGN_IN_TEXT)
    user = user_of(call)
    params.required(user, "password", SSO)
    wanted: dict[str, Any] = {name: user[name] for name in user if name.startswith("password")}
    made = guests.draft(business, wanted, SSO, guest)
    business.reset_tokens.pop(reset, None)
    guests.put(business, guest, made.changes)
    call.summary = f"guest {guest.id} has a new password"
    return Reply(200, blocks.user(business, guest))


def _by_email(call: Call[Business]) -> Guest | None:
    email = params.required(user_of(call), "email", SSO)
    return call.state.by_email.get(email.lower())


async def forgot_password(call: Call[Business]) -> Reply:
    """The mail with the link is Punchh's own; here it is an entry of the journal."""
    guest = _by_email(call)
    if guest is None:
        raise SSO.invalid("email", "not found")
    token = guests.new_reset_token(call.state, guest)
    call.world.record(
        "punchh", "password mail", f"guest {guest.id} is mailed a reset link ({token[:4]}...)", cause=call.id
    )
    call.summary = f"guest {guest.id} forgot the password"
    return Reply(200)


async def reset_password_token(call: Call[Business]) -> Reply:
    business, guest = call.state, _by_email(call)
    if guest is None:
        raise SSO.invalid("email", "not found")
    token = guests.new_reset_token(business, guest)
    call.summary = f"a password reset token for guest {guest.id}"
    return Reply(200, {"reset_password_token": token, "token_expire_at": utc(business.reset_tokens[token][1])})
