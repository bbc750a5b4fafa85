"""Redemption codes in the app (Redemptions 1.0)."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import accounts, blocks, errors, params, receipts, redemptions, rewards
from stampcard.punchh.errors import MOBILE, NEWER_MOBILE
from stampcard.punchh.mobile import views
from stampcard.punchh.mobile.users import owner
from stampcard.punchh.records import Redemption
from stampcard.punchh.redemptions import TEXTS_V1
from stampcard.punchh.state import Business
from stampcard.punchh.times import caller_zone, utc

EXPIRED = "This Redemption cannot be cancelled because the Redemption code has been expired"
CANCELLED = "Redemption cancellation failed. This redemption has already been cancelled."
HONOURED = "This Redemption cannot be cancelled because the Redemption code has been honoured / redeemed"
NOT_YOURS = "This Redemption is an invalid redemption or It is not for this guest"


def refuse(text: str) -> ApiError:
    """The envelope of rules that are not published (assumed)."""
    return errors.by_name(422, "base", [text])


def _facts(call: Call[Business]) -> dict[str, Any]:
    number = params.integer(params.given(call).get("location_id"))
    location = call.state.locations.get(number or 0)
    return {"channel": "mobile", "location_id": location.id if location else None}


def _issue(call: Call[Business], wanted: dict[str, Any]) -> Reply:
    business, (guest, _) = call.state, owner(call)
    plan = redemptions.plan(business, guest, wanted, refuse, TEXTS_V1)
    before = len(guest.redemptions)
    made = redemptions.issue(business, guest, plan, _facts(call), cause=call.id)
    if len(guest.redemptions) == before:
        call.diagnose("code-running", "this reward has a code that is still good; it is the answer (assumed)")
    call.summary = f"guest {guest.id} gets code {made.code} for {plan.redeemable.name if plan.redeemable else 'money'}"
    return Reply(200, views.redemption(business, made, caller_zone(call)))


async def reward(call: Call[Business]) -> Reply:
    """A code for a reward, which stays in the account until the code is processed."""
    number = params.required(params.given(call), "reward_id", MOBILE)
    return _issue(call, {"discount_type": "reward", "reward_id": number})


async def redeemable(call: Call[Business]) -> Reply:
    """A code for points; the published name of the parameter is misspelled, and both spellings are taken."""
    values = params.given(call)
    if params.text(values.get("reedemable_id")) and not params.text(values.get("redeemable_id")):
        values["redeemable_id"] = values["reedemable_id"]
    number = params.required(values, "redeemable_id", MOBILE)
    return _issue(call, {"discount_type": "redeemable", "redeemable_id": number})


async def banked_currency(call: Call[Business]) -> Reply:
    """A code for money from the bank."""
    if call.state.program.points_conversion_type != "currency":
        raise errors.disabled_feature()
    money = params.required(params.given(call), "banked_currency", MOBILE)
    return _issue(call, {"discount_type": "discount_amount", "redeemed_points": money})


async def visits(call: Call[Business]) -> Reply:
    """A code for a full card."""
    if call.state.program.type != "visits":
        raise errors.disabled_feature()
    return _issue(call, {"discount_type": "card_completion"})


async def cancel(call: Call[Business]) -> Reply:
    """Give up a code that was not used; `errors` is plain text here."""
    guest, _ = owner(call)
    found = guest.redemptions.get(params.integer(call.path["redemption_id"]) or 0)
    if found is None:
        raise ApiError(404, {"errors": NOT_YOURS})
    refusals = {"expired": EXPIRED, "cancelled": CANCELLED, "processed": HONOURED, "voided": HONOURED}
    if found.status in refusals:
        raise ApiError(422, {"errors": refusals[found.status]})
    redemptions.cancel(call.state, guest, found, cause=call.id)
    call.summary = f"guest {guest.id} cancels code {found.code}"
    return Reply(200)


async def applicable_offers(call: Call[Business]) -> Reply:
    """Rewards that take something off this order."""
    business, (guest, _), values = call.state, owner(call), params.given(call)
    for name in ("location_id", "channel"):
        params.required(values, name, NEWER_MOBILE)
    rows = offers_for(business, guest, values, MOBILE)
    call.summary = f"{len(rows)} offers fit the order of guest {guest.id}"
    return Reply(200, rows)


def offers_for(business: Business, guest: Any, values: dict[str, Any], words: errors.Words) -> list[dict[str, Any]]:
    """Usable rewards with the discount each would give."""
    facts = receipts.facts_of(business, values, words)
    items = facts.get("menu_items") or []
    whole = sum(row["item_amount"] for row in items if row["menu_item_type"] in ("", "M"))
    subtotal = facts.get("subtotal_amount") or receipts.amount(values, "amount", words) or whole
    rows = []
    for one in rewards.usable(business, guest):
        plan = redemptions.Plan("", "reward", reward=one, redeemable=business.redeemables[one.redeemable_id])
        discount = plan.discount(subtotal, items)
        if discount:
            row = blocks.pos_reward(business, one)
            rows.append(
                {"menu_items": plan.qualified(items), "discount_amount": accounts.money(discount), "reward": row}
            )
    return rows


def active_row(business: Business, one: Redemption) -> dict[str, Any]:
    """A running code as registers list it."""
    found = business.redeemables.get(one.redeemable_id or 0)
    redeemable = {
        "redeemable_id": str(found.id) if found else "",
        "name": found.name if found else "",
        "description": found.description if found else "",
        "redeemable_image_url": found.image_url if found else "",
        "redeemable_properties": None,
        "points_required_to_redeem": (found.points if found else None) or 0,
    }
    times = {"expiring_on": utc(one.expires_at), "type_of_redemption": one.type}
    return {"internal_tracking_code": one.code, **times, "redeemable": redeemable}
