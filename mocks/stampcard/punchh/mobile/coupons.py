"""Unlock codes in the app."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import campaigns, coupons, params
from stampcard.punchh.errors import MOBILE, NEWER_MOBILE
from stampcard.punchh.mobile.users import owner
from stampcard.punchh.state import Business

INVALID = "Invalid Code"
EXPIRED = "Coupon/Promo code is not active"
"""Both are published for baskets; that they are said here too is assumed."""

DONE = "Coupon applied successfully."
"""Not published (assumed)."""


async def apply(call: Call[Business]) -> Reply:
    """Give what the code's campaign gives, once."""
    business, (guest, _) = call.state, owner(call)
    code = params.required(params.given(call), "code", NEWER_MOBILE)
    found = coupons.usable(business, guest, code, "unlock")
    if found is None:
        known = business.coupons.get(code)
        mine = known is not None and known.user_id in (None, guest.id) and known.type == "unlock"
        raise MOBILE.invalid("base", EXPIRED if mine else INVALID)
    campaign = business.campaigns[found.campaign_id]
    entry = coupons.honour(business, guest, found, {"channel": "mobile"}, 0.0, cause=call.id)
    campaigns.give(business, campaign, guest, campaign.points, cause=entry or call.id)
    call.summary = f"guest {guest.id} applies code {code} of {campaign.name}"
    return Reply(200, {"code": [DONE]})
