"""Subscriptions in the app: a code that uses one. Buying one is not emulated; the setup gives guests theirs."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import params, redemptions
from stampcard.punchh.errors import NEWER_MOBILE
from stampcard.punchh.mobile import views
from stampcard.punchh.mobile.users import owner
from stampcard.punchh.state import Business
from stampcard.punchh.times import caller_zone

TEXTS = {**redemptions.TEXTS, "subscription": "Invalid User Subscription"}


def refuse(text: str) -> ApiError:
    """Published for this operation."""
    return ApiError(422, {"error": text})


async def redeem(call: Call[Business]) -> Reply:
    """A code for the guest's own subscription."""
    business, (guest, _) = call.state, owner(call)
    number = params.required(params.given(call), "subscription_id", NEWER_MOBILE)
    wanted = {"discount_type": "subscription", "subscription_id": number}
    plan = redemptions.plan(business, guest, wanted, refuse, TEXTS)
    made = redemptions.issue(business, guest, plan, {"channel": "mobile"}, cause=call.id)
    call.summary = f"guest {guest.id} gets code {made.code} for a subscription"
    return Reply(200, views.redemption(business, made, caller_zone(call)))
