"""Giving points, money or a reward to another guest. What is refused is a bare array of one text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import errors, ledger, params, redemptions, rewards
from stampcard.punchh.mobile.users import owner
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business, Transfer
from stampcard.punchh.times import zone_of

WRONG = "Something went wrong with the transfer. Please check your input and try again."
CLOSED = "This service is currently unavailable for your account. Please contact support."
TOO_MUCH = "Your transfer cannot be completed because it exceeds the maximum transfer limit set for your account."
FULL = "This transfer cannot be completed because the receiving member has reached the daily receiving limit."
DONE = "Transfer completed successfully."
"""Not published (assumed)."""


def refuse(text: str) -> ApiError:
    return ApiError(422, [text])


def _parties(call: Call[Business], name: str) -> tuple[Guest, Guest, Any]:
    """Giver, receiver and what is to be given. Raises ApiError."""
    business, (giver, _), values = call.state, owner(call), params.given(call)
    if not business.program.transfers:
        raise refuse(CLOSED)
    if not params.text(values.get(name)):
        raise errors.one(400, errors.missing_text(name))
    email, code = params.text(values.get("recipient_email")), params.text(values.get("recipient_identifier"))
    if not email and not code:
        text = "Required parameter missing or the value is empty"
        told = {"recipient_email": f"{text}.", "recipient_email_or_recipient_identifier": text}
        raise ApiError(400, {"errors": told})
    if not params.text(values.get("password")):
        raise refuse("Password is required for peer-to-peer transfer.")
    if str(values["password"]) != giver.password:
        raise refuse("Invalid password. Please try again.")
    receiver = business.by_email.get(email.lower()) if email else business.by_code.get(code)
    if receiver is None or not receiver.is_member:
        raise refuse("Recipient not found")
    if receiver is giver:
        raise refuse(WRONG)
    return giver, receiver, values[name]


def _check_limits(business: Business, receiver: Guest, kind: str, amount: float) -> None:
    """The program's limits, in the published words. Raises ApiError."""
    program, now = business.program, business.now
    since = now - timedelta(hours=program.transfer_receiver_hours)
    got = [one for one in business.transfers if one.receiver_id == receiver.id and one.kind == kind]
    recent = sum(1 for one in got if one.at > since)
    zone = zone_of(business)
    today = sum(one.amount for one in got if one.at.astimezone(zone).date() == now.astimezone(zone).date())
    limit, hours = program.transfer_receiver_limit, program.transfer_receiver_hours
    if program.transfer_maximum is not None and amount > program.transfer_maximum:
        raise refuse(TOO_MUCH)
    if limit is not None and recent >= limit:
        raise refuse(f"Receiver limit exceeded for {kind} (max {limit} in {hours}h)")
    if program.transfer_daily_receiving is not None and today + amount > program.transfer_daily_receiving:
        raise refuse(FULL)


def _note(business: Business, receiver: Guest, kind: str, amount: float) -> None:
    business.transfers.append(Transfer(business.now, receiver.id, kind, amount))


def _origin(giver: Guest) -> dict[str, Any]:
    return {"gift_reason": f"Transfer from {giver.first_name}", "gifted_by_type": "User", "gifted_by_id": giver.id}


async def points(call: Call[Business]) -> Reply:
    giver, receiver, wanted = _parties(call, "points_to_transfer")
    business, count = call.state, params.integer(wanted)
    have = redemptions.available(business, giver)
    if count is None or count < 1:
        raise refuse(WRONG)
    if count > have:
        text = f"Current Balance of {have} is less than {count} requested"
        raise refuse(f"Not enough reward balance available to redeem. {text}")
    _check_limits(business, receiver, "points", count)
    ledger.spend(giver, count)
    _note(business, receiver, "points", count)
    ledger.give_points(business, receiver, count, _origin(giver), cause=call.id)
    call.summary = f"guest {giver.id} gives {count} points to guest {receiver.id}"
    return Reply(200, [DONE])


async def currency(call: Call[Business]) -> Reply:
    giver, receiver, wanted = _parties(call, "amount_to_transfer")
    money = params.number(wanted)
    have = redemptions.spare_money(call.state, giver)
    if money is None or round(money, 2) <= 0:
        raise refuse(WRONG)
    if round(money, 2) > have:
        text = f"Current Balance of ${have:.2f} is less than ${money:.2f} requested"
        raise refuse(f"Not enough reward balance available to redeem. {text}")
    _check_limits(call.state, receiver, "currency", money)
    ledger.unbank(giver, round(money, 2))
    _note(call.state, receiver, "currency", money)
    ledger.bank(call.state, receiver, round(money, 2))
    call.summary = f"guest {giver.id} gives {money:.2f} to guest {receiver.id}"
    return Reply(200, [DONE])


async def reward(call: Call[Business]) -> Reply:
    giver, receiver, wanted = _parties(call, "reward_to_transfer")
    business = call.state
    found = giver.rewards.get(params.integer(wanted) or 0)
    if found is None or found not in rewards.usable(business, giver) or found.redemption_id is not None:
        raise refuse("Reward doesn't exist or has already been redeemed.")
    _check_limits(business, receiver, "rewards", 1)
    found.status = "transferred"
    _note(business, receiver, "rewards", 1)
    redeemable = business.redeemables[found.redeemable_id]
    rewards.give(business, receiver, redeemable, _origin(giver), end=found.expires_at, cause=call.id)
    call.summary = f"guest {giver.id} gives {redeemable.name} to guest {receiver.id}"
    return Reply(200, [DONE])
