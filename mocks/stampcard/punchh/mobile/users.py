"""The guest's own profile in the app: sign-up, changes, deletion, balances."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import blocks, coupons, errors, giftcards, guests, lifecycle, params, rewards
from stampcard.punchh.access import Access
from stampcard.punchh.errors import MOBILE
from stampcard.punchh.guests import Draft
from stampcard.punchh.mobile import history, views
from stampcard.punchh.mobile.sessions import check_device
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business
from stampcard.punchh.times import caller_zone

CHANNEL = "MobileEmail"
MOBILE_AGENT = re.compile("iOS|iPhone|Android")


def owner(call: Call[Business]) -> tuple[Guest, str]:
    """Whose token the call carries, and the token."""
    key: Access = call.key
    assert key.guest is not None, f"{call.operation.id} is not declared to need a guest's token"
    return key.guest, key.token


def user_of(call: Call[Business]) -> dict[str, Any]:
    """The `user` member. Raises ApiError when it is absent or empty."""
    user = params.given(call).get("user")
    if not isinstance(user, dict) or not user:
        raise MOBILE.missing("user")
    return user


def tell(call: Call[Business], made: Draft) -> None:
    """Tell on the second channel what the vendor ignores."""
    for code, text, name in made.notes:
        call.diagnose(code, text, f"/user/{name}")


async def sign_up(call: Call[Business]) -> Reply:
    """A new guest, with an access token; success is 200."""
    business, user = call.state, user_of(call)
    for name in ("email", "password", "first_name", "last_name"):
        params.required(user, name, MOBILE)
    check_device(call)
    device = call.request.headers.get("punchh-app-device-id")
    limit = business.switches.max_guests_per_device
    if limit is not None and device and sum(device in guest.devices for guest in business) >= limit:
        text = "Device already shared with maximum number of guests allowed."
        raise errors.by_name(422, "device_already_shared", [text])
    made = guests.draft(business, user, MOBILE)
    referrer = guests.referrer(business, user, MOBILE)
    tell(call, made)

    if device:
        made.changes["devices"] = (device,)
    made.changes["referred_by"] = referrer.id if referrer else None
    made.changes["sign_in_count"] = 1
    channel = params.text(user.get("signup_channel")) or CHANNEL
    guest = guests.sign_up(business, made, channel=channel, app=True, cause=call.id)
    token = guests.mobile_token(business, guest)
    call.summary = f"guest {guest.id} signs up as {guest.email}"
    return Reply(200, views.session(business, guest, token, caller_zone(call)))


async def update(call: Call[Business]) -> Reply:
    """Only members that are present change."""
    business, (guest, token) = call.state, owner(call)
    user = params.given(call).get("user")
    made = guests.draft(business, user if isinstance(user, dict) else {}, MOBILE, guest)
    tell(call, made)
    changed = guests.change(business, guest, made, cause=call.id)
    call.summary = f"guest {guest.id} changes {', '.join(changed) or 'nothing'}"
    return Reply(200, views.session(business, guest, token, caller_zone(call)))


async def update_later(call: Call[Business]) -> Reply:
    """The same as `update`, applied in the background; what does not fit is refused at once (assumed)."""
    business, (guest, _) = call.state, owner(call)
    user = dict(user_of(call))
    user.setdefault("favourite_location_ids", user.pop("favorite_location_ids", None))
    wanted = {name: value for name, value in user.items() if value is not None}
    made = guests.draft(business, wanted, MOBILE, guest)
    tell(call, made)

    async def run() -> None:
        try:
            again = guests.draft(business, wanted, MOBILE, guest)  # another may have come first
        except ApiError as error:
            text = f"nothing of guest {guest.id} changes: {error.body}"
            call.world.record("punchh", "background update", text, cause=call.id)
            return
        if not guest.gone:
            guests.change(business, guest, again, cause=call.id)

    call.world.clock.after(timedelta(), run, name=f"update guest {guest.id}", vendor="punchh", cause=call.id)
    call.summary = f"guest {guest.id} will change {', '.join(made.changes) or 'nothing'}"
    return Reply(202)


async def profile(call: Call[Business]) -> Reply:
    guest, token = owner(call)
    call.summary = f"profile of guest {guest.id}"
    return Reply(200, views.session(call.state, guest, token, caller_zone(call)))


async def balance(call: Call[Business]) -> Reply:
    """Gifted rewards not yet used, running codes, and the account in numbers."""
    business, (guest, _), zone = call.state, owner(call), caller_zone(call)
    active = [found for found in guest.redemptions.values() if found.status == "redeemable"]
    account = views.account_balance(business, guest)
    call.summary = f"guest {guest.id} has {account['redeemable_points']} points"
    return Reply(
        200,
        {
            "account_balance": account,
            "rewards": [views.reward(business, guest, found, zone) for found in rewards.usable(business, guest)],
            "active_redemptions": [views.redemption(business, found, zone) for found in active],
            "coupons": [coupons.view(business, found) for found in coupons.of_guest(business, guest)],
            "messages": [],
            "notifications": views.notes(guest, zone),
            "punch_cards": [],
            **blocks.extras(business, guest),
        },
    )


async def account_history(call: Call[Business]) -> Reply:
    """What entered and left the account, newest first."""
    guest, _ = owner(call)
    wanted = params.text(params.given(call).get("event_filter"))
    rows = history.rows(call.state, guest, caller_zone(call), wanted)
    call.summary = f"{len(rows)} lines of guest {guest.id}"
    return Reply(200, rows)


async def delete(call: Call[Business]) -> Reply:
    """Ask for deletion; it happens after the configured days. Only a phone may (the refusal is assumed)."""
    business, (guest, _) = call.state, owner(call)
    if business.switches.transport_require_user_agent and not MOBILE_AGENT.search(
        call.request.headers.get("user-agent")
    ):
        raise errors.by_name(400, "missing_header", ["User-Agent"])
    days = business.switches.deletion_days
    if days is None:
        raise errors.by_name(422, "guest_deletion", ["Guest deletion is not configured"])
    if giftcards.owned(business, guest):
        raise errors.by_name(422, "gift_cards", ["Gift card(s) found!. Please cashout/remove before deletion"])
    lifecycle.delete_later(business, guest, days, cause=call.id)
    call.summary = f"guest {guest.id} asks to be deleted in {days} days"
    return Reply(200, {"message": f"Your account will be deleted in {days} days."})
