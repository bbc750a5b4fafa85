"""What support looks up: a transaction's redemption, an export of what is known about a guest."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import accounts, baskets, errors, params
from stampcard.punchh.dashboard.users import ADMIN_EMAIL, by_id
from stampcard.punchh.errors import DASHBOARD
from stampcard.punchh.records import BasketItem, Redemption
from stampcard.punchh.state import Business
from stampcard.punchh.times import utc

KINDS = {"RewardRedemption": "reward", "RedeemableRedemption": "redeemable", "CouponRedemption": "redemption_code"}


async def redemption(call: Call[Business]) -> Reply:
    """The newest redemption of a transaction; an unknown one is a 404 (assumed)."""
    number = params.required(params.given(call), "transaction_no", DASHBOARD)
    used = [one for one in call.state.codes.values() if one.facts.get("transaction_no") == number]
    if not used:
        raise errors.by_name(404, "not_found", "Redemption not found.")
    call.summary = f"redemption {used[-1].id} of transaction {number}"
    return Reply(200, {"transaction_no": number, "discounts_applied": _applied(call.state, used[-1])})


def _applied(business: Business, one: Redemption) -> dict[str, Any]:
    guest = business.guests[one.user_id]
    kind = KINDS.get(one.type, "discount_amount")
    number = one.reward_id if kind == "reward" else one.redeemable_id
    item = BasketItem(one.id, kind, str(number or ""), None, one.created_at)
    details = baskets.details(business, guest, item)
    return {
        "redemption_id": str(one.id),
        "discount_type": kind,
        "discount_id": number or 0,
        "discount_value": str(accounts.money(one.discount)),
        "discount_details": {"table": {**details, "created_at": utc(one.created_at)}},
    }


async def export(call: Call[Business]) -> Reply:
    """The file goes out by mail; here the mail is an entry of the journal."""
    guest, values = by_id(call), params.given(call)
    whom = ADMIN_EMAIL if params.truth(values.get("email_admin_only")) else f"{guest.email} and {ADMIN_EMAIL}"
    text = f"what is known about guest {guest.id} is mailed to {whom}"
    call.world.record("punchh", "export mail", text, cause=call.id)
    call.summary = text
    return Reply(200)
