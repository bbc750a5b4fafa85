"""Redemptions at the register (Redemptions 1.0)."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import baskets, params, receipts, redemptions
from stampcard.punchh.errors import POS
from stampcard.punchh.mobile.redemptions import active_row, offers_for
from stampcard.punchh.pos import users
from stampcard.punchh.pos.registers import here
from stampcard.punchh.records import Guest
from stampcard.punchh.redemptions import TEXTS_V1, Plan
from stampcard.punchh.sso.redemptions import COMPANIONS
from stampcard.punchh.state import Business

REQUIRED = ("discount_type", "receipt_amount", "subtotal_amount", "receipt_datetime", "transaction_no")
CLOSED = "The location {} has been disabled for redemption. Please alert a staff member if you think this is an error."
UNKNOWN = "This Redemption is an invalid redemption or It is not for this guest"


def refuse(text: str) -> ApiError:
    """A bare array of one text."""
    return ApiError(422, [text])


def _wanted(call: Call[Business]) -> tuple[Guest, Plan, dict[str, Any]]:
    """Guest, plan and receipt of a call. Raises ApiError."""
    business, values = call.state, params.given(call)
    for name in REQUIRED:
        params.required(values, name, POS)
    companion = COMPANIONS.get(params.text(values["discount_type"]))
    if companion is not None:
        params.required(values, companion, POS)
    guest = users.find_guest(business, values)
    if not guest.is_member:
        raise refuse(baskets.CLOSED)
    facts = receipts.facts_of(business, values, POS)
    place = here(call)
    if place.facts.get("redemption_disabled"):
        raise ApiError(422, [CLOSED.format(place.name)])
    facts |= {"location_id": place.id, "channel": params.text(values.get("channel")) or "pos"}
    facts["receipt_datetime"] = facts.pop("receipt_date", None)
    return guest, redemptions.plan(business, guest, values, refuse, TEXTS_V1), facts


async def redeem(call: Call[Business]) -> Reply:
    """Use it now."""
    guest, plan, facts = _wanted(call)
    made = redemptions.use(call.state, guest, plan, facts, cause=call.id)
    call.summary = f"guest {guest.id} redeems at {here(call).name}: {made.discount:g} off"
    return Reply(200, redemptions.outcome(plan, made, facts))


async def possible(call: Call[Business]) -> Reply:
    """The same question, and nothing changes."""
    guest, plan, facts = _wanted(call)
    call.summary = f"the register asks what a {plan.discount_type} of guest {guest.id} would take off"
    return Reply(200, redemptions.outcome(plan, None, facts))


def _void(call: Call[Business], values: dict[str, Any]) -> None:
    found = redemptions.find(call.state, values)
    if found is None or not redemptions.can_void(call.state, found[1]):
        raise refuse(UNKNOWN)
    guest, made = found
    undo = redemptions.void if made.status == "processed" else redemptions.cancel
    undo(call.state, guest, made, cause=call.id)


async def void(call: Call[Business]) -> Reply:
    """`redemption_id` wins over `redemption_code`."""
    values = params.given(call)
    if not params.text(values.get("redemption_id")) and not params.text(values.get("redemption_code")):
        raise POS.missing("redemption_id")
    _void(call, values)
    call.summary = "a redemption is voided at the register"
    return Reply(202)


async def void_many(call: Call[Business]) -> Reply:
    """All of them or none."""
    numbers = params.given(call).get("redemption_id")
    if not isinstance(numbers, list) or not numbers:
        raise POS.missing("redemption_id")
    wanted = [{"redemption_id": number} for number in dict.fromkeys(map(params.text, numbers))]
    for values in wanted:
        found = redemptions.find(call.state, values)
        if found is None or not redemptions.can_void(call.state, found[1]):
            raise refuse(UNKNOWN)
    for values in wanted:
        _void(call, values)
    call.summary = f"{len(wanted)} redemptions are voided at the register"
    return Reply(202)


async def applicable_offers(call: Call[Business]) -> Reply:
    """Rewards that take something off this receipt."""
    business, values = call.state, params.given(call)
    for name in ("receipt_amount", "subtotal_amount", "receipt_datetime", "channel"):
        params.required(values, name, POS)
    guest = users.find_guest(business, values)
    rows = offers_for(business, guest, values, POS)
    call.summary = f"{len(rows)} offers fit the receipt of guest {guest.id}"
    return Reply(200, [{**row, "reward": {**row["reward"], "rewards": []}} for row in rows])


async def active(call: Call[Business]) -> Reply:
    """Codes that can still be used."""
    guest = users.find_guest(call.state, params.given(call))
    found = [one for one in guest.redemptions.values() if one.status == "redeemable"]
    call.summary = f"{len(found)} running codes of guest {guest.id}"
    return Reply(200, [active_row(call.state, one) for one in found])
