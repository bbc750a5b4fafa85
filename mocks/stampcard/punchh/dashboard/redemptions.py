"""Redemption codes as an admin handles them."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import errors, params, receipts, redemptions
from stampcard.punchh.dashboard import users
from stampcard.punchh.errors import DASHBOARD
from stampcard.punchh.mobile import views
from stampcard.punchh.records import Guest, Redemption
from stampcard.punchh.redemptions import TEXTS_V1
from stampcard.punchh.state import Business
from stampcard.punchh.times import GREENWICH


def refuse(text: str) -> ApiError:
    """The envelope of rules that are not published (assumed)."""
    return errors.by_name(422, "base", [text])


def _find(call: Call[Business]) -> tuple[Guest, Redemption]:
    """Raises ApiError; the text for an unknown code is assumed."""
    code = params.required(params.given(call), "redemption_code", DASHBOARD)
    found = redemptions.find(call.state, {"redemption_code": code})
    if found is None:
        raise errors.by_name(404, "not_found", "Redemption code not found.")
    return found


def view(business: Business, guest: Guest, one: Redemption) -> dict[str, Any]:
    """A code with its owner."""
    whole = views.redemption(business, one, GREENWICH)
    left_out = ("redemption_type", "redeemable_description", "redeemable_image_url")
    person: dict[str, Any] = {"first_name": guest.first_name, "last_name": guest.last_name, "email": guest.email}
    person["avatar_remote_url"] = guest.profile.get("avatar_remote_url")
    value = one.discount or one.amount or float(one.points)
    body = {name: item for name, item in whole.items() if name not in left_out}
    return {**body, "redeemed_value": value, "user": person}


async def show(call: Call[Business]) -> Reply:
    guest, found = _find(call)
    call.summary = f"code {found.code} of guest {guest.id} is {found.status}"
    return Reply(200, view(call.state, guest, found))


async def process(call: Call[Business]) -> Reply:
    """Mark a code as used; a code that is no longer good is refused (the texts are assumed)."""
    business = call.state
    guest, found = _find(call)
    if found.status != "redeemable":
        raise refuse(f"Redemption code has already been {found.status}")
    values = params.given(call)
    named = params.text(values.get("location_id")) or params.text(values.get("store_number"))
    location = receipts.location_of(business, values, DASHBOARD) if named else None
    facts = {"channel": "dashboard", "location_id": location.id if location else None}
    plan = redemptions.plan_of(business, guest, found, refuse, TEXTS_V1)
    redemptions.use(business, guest, plan, facts, cause=call.id)
    call.summary = f"code {found.code} of guest {guest.id} is processed"
    return Reply(200, view(business, guest, found))


async def force_redeem(call: Call[Business]) -> Reply:
    """Points (`requested_punches`) or a reward, at once."""
    business, guest = call.state, users.by_id(call)
    wanted = params.given(call).get("redemption")
    wanted = wanted if isinstance(wanted, dict) else {}
    if params.text(wanted.get("reward_id")):
        values = {"discount_type": "reward", "reward_id": wanted["reward_id"]}
    elif params.text(wanted.get("requested_punches")):
        values = {"discount_type": "discount_amount", "redeemed_points": wanted["requested_punches"]}
    else:
        raise DASHBOARD.missing("redemption")
    plan = redemptions.plan(business, guest, values, refuse, TEXTS_V1)
    facts = {"channel": "dashboard", "force_message": params.text(wanted.get("force_message"))}
    made = redemptions.use(business, guest, plan, facts, cause=call.id)
    call.summary = f"an admin redeems for guest {guest.id}"
    return Reply(201, views.redemption(business, made, GREENWICH))
