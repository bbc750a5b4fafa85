"""Redemptions on the ordering site (Redemptions 1.0)."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import params, receipts, redemptions
from stampcard.punchh.errors import SSO
from stampcard.punchh.mobile.redemptions import offers_for
from stampcard.punchh.redemptions import TEXTS_V1
from stampcard.punchh.sso.users import owner
from stampcard.punchh.state import Business

COMPANIONS = {
    "reward": "reward_id",
    "redeemable": "redeemable_id",
    "discount_amount": "redeemed_points",
    "redemption_code": "redemption_code",
    "subscription": "subscription_id",
}
REQUIRED = ("store_number", "receipt_amount", "subtotal_amount", "receipt_datetime", "transaction_no", "discount_type")


def refuse(text: str) -> ApiError:
    """A bare array of one text."""
    return ApiError(422, [text])


async def create(call: Call[Business]) -> Reply:
    """A code for use at a register: for a reward, or for points or money."""
    business, guest, values = call.state, owner(call), params.given(call)
    if params.text(values.get("reward_id")):
        wanted = {"discount_type": "reward", "reward_id": values["reward_id"]}
    elif params.text(values.get("redeemed_points")):
        wanted = {"discount_type": "discount_amount", "redeemed_points": values["redeemed_points"]}
    else:
        raise SSO.missing("reward_id")
    plan = redemptions.plan(business, guest, wanted, refuse, TEXTS_V1)
    made = redemptions.issue(business, guest, plan, {"channel": "web"}, cause=call.id)
    hours = (made.expires_at - made.created_at).total_seconds() / 3600
    call.summary = f"guest {guest.id} gets code {made.code}"
    return Reply(200, {"internal_tracking_code": made.code, "expiry_hours": f"{hours:g}"})


def order_facts(call: Call[Business], location_id: int) -> dict[str, Any]:
    """What the order says, for a redemption."""
    values = params.given(call)
    facts = receipts.facts_of(call.state, values, SSO)
    facts |= {"location_id": location_id, "channel": params.text(values.get("channel")) or "online_order"}
    return {**facts, "receipt_datetime": facts.pop("receipt_date", None)}


async def online_order(call: Call[Business]) -> Reply:
    """Redeem against an order; with `query` it only says whether it is possible."""
    business, guest, values = call.state, owner(call), params.given(call)
    for name in REQUIRED:
        params.required(values, name, SSO)
    companion = COMPANIONS.get(params.text(values["discount_type"]))
    if companion is not None:
        params.required(values, companion, SSO)
    location = receipts.location_of(business, values, SSO)
    facts = order_facts(call, location.id)
    plan = redemptions.plan(business, guest, values, refuse, TEXTS_V1)
    if params.truth(values.get("query")):
        call.summary = f"guest {guest.id} asks what a {plan.discount_type} would take off"
        return Reply(200, redemptions.outcome(plan, None, facts))
    made = redemptions.use(business, guest, plan, facts, cause=call.id)
    call.summary = f"guest {guest.id} redeems: {made.discount:g} off"
    return Reply(200, redemptions.outcome(plan, made, facts))


async def void(call: Call[Business]) -> Reply:
    """What was used returns; a code that was not used is cancelled (assumed)."""
    business, guest, values = call.state, owner(call), params.given(call)
    if not params.text(values.get("redemption_id")) and not params.text(values.get("redemption_code")):
        raise SSO.missing("redemption_id")
    found = redemptions.find(business, values)
    if found is None or found[0] is not guest or not redemptions.can_void(business, found[1]):
        raise refuse("This Redemption is an invalid redemption or It is not for this guest")
    made = found[1]
    undo = redemptions.void if made.status == "processed" else redemptions.cancel
    undo(business, guest, made, cause=call.id)
    call.summary = f"redemption {made.id} of guest {guest.id} is {made.status}"
    return Reply(202)


async def applicable_offers(call: Call[Business]) -> Reply:
    """Rewards that take something off this order."""
    guest, values = owner(call), params.given(call)
    for name in ("receipt_amount", "subtotal_amount", "receipt_datetime", "channel"):
        params.required(values, name, SSO)
    rows = offers_for(call.state, guest, values, SSO)
    call.summary = f"{len(rows)} offers fit the order of guest {guest.id}"
    return Reply(200, rows)
