"""What a register does with a purchase: check-ins, receipts to be claimed later, settings."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import params, receipts
from stampcard.punchh.access import Access
from stampcard.punchh.errors import POS
from stampcard.punchh.pos import users
from stampcard.punchh.state import Business, Location, Receipt

REQUIRED = ("transaction_no", "receipt_datetime", "receipt_amount", "subtotal_amount", "punchh_key")


def here(call: Call[Business]) -> Location:
    """The location whose key the register signed in with."""
    key: Access = call.key
    assert key.location is not None, "a register signs in with a location's key"
    return key.location


async def check_in(call: Call[Business]) -> Reply:
    """Earn; the answer is the guest with balance, rewards and what was earned."""
    business, values = call.state, params.given(call)
    for name in REQUIRED:
        params.required(values, name, POS)
    guest = users.find_member(business, values)
    facts = receipts.facts_of(business, values, POS)
    channel = params.text(values.get("channel")) or "pos"
    facts |= {"location_id": here(call).id, "channel": channel, "checkin_type": "PosCheckin"}
    checkin = receipts.earn(business, guest, facts, POS, state=receipts.state_of(business, values), cause=call.id)
    earned = checkin.points if checkin.state == "approved" else 0
    call.summary = f"guest {guest.id} pays {facts['receipt_amount']} at {here(call).name}: {earned} points"
    return Reply(200, {**users.view(business, guest), "points_earned": earned})


async def transaction(call: Call[Business]) -> Reply:
    """A purchase of a known guest; it earns like a check-in (assumed)."""
    business, values = call.state, params.given(call)
    for name in REQUIRED:
        params.required(values, name, POS)
    guest = users.find_member(business, values)
    facts = receipts.facts_of(business, values, POS)
    facts |= {"location_id": here(call).id, "channel": params.text(values.get("channel")) or "pos"}
    checkin = receipts.earn(business, guest, facts, POS, state=receipts.state_of(business, values), cause=call.id)
    call.summary = f"transaction of guest {guest.id} at {here(call).name}: {checkin.points} points"
    view = {**users.view(business, guest), "phone": guest.phone}
    left_out = "age_verified age_verified_status city email_verified privacy_policy state user_digest".split()
    return Reply(200, {name: value for name, value in view.items() if name not in left_out})


async def receipt_details(call: Call[Business]) -> Reply:
    """Keep a receipt that a guest may claim by its bar code: the punchh_key and a check digit."""
    business, values = call.state, params.given(call)
    for name in REQUIRED:
        params.required(values, name, POS)
    facts = receipts.facts_of(business, values, POS)
    key = facts["punchh_key"]
    known = business.receipts.get(key)
    if known is not None and known.claimed_by is not None:
        call.diagnose("claimed", "this receipt was claimed before; nothing changes", "/punchh_key")
        return Reply(200)
    business.receipts[key] = Receipt(key, business.now, {**facts, "location_id": here(call).id})
    call.summary = f"receipt {key} of {facts['receipt_amount']} waits to be claimed"
    return Reply(200)


# Settings


async def meta(call: Call[Business]) -> Reply:
    """The program as registers need it."""
    business = call.state
    program = business.program
    call.summary = "the program's settings"
    return Reply(
        200,
        {
            "minimum_payable_price": None,
            "maximum_discountable_quantity": None,
            "program_type": program.type,
            "points_conversion_type": program.points_conversion_type,
            "visits_per_card": program.visits_per_card,
            "card_redemption_value": 0,
            "minimum_visit_amount": receipts.MINIMUM,
            "minimum_visit_hours": 0,
            "minimum_age_to_signup": 0,
            "earning_unit": "visits" if program.type == "visits" else "points",
            "currency_earned": program.conversion_value,
            "points_conversion_threshold": program.conversion_threshold,
            "redemption_expiry_minutes": int(program.redemption_code_minutes),
            "pending_points": program.pending,
            "pending_points_duration": int(program.pending_minutes),
            "configurable_default_time_eod": "00:00",
            "autocreate_user_phone": False,
            "coupon_prefix": "",
            "redeemables": [_redeemable(one) for one in business.redeemables.values() if one.active],
            "multiple_redemptions": _multiple(),
            "multiple_redemptions_enabled": True,
        },
    )


def _redeemable(one: Any) -> dict[str, Any]:
    return {
        "redeemable_id": str(one.id),
        "name": one.name,
        "description": one.description,
        "redeemable_image_url": one.image_url,
        "redeemable_properties": None,
        "meta_data": one.meta_data,
        "points_required_to_redeem": one.points or 0,
    }


def _multiple() -> dict[str, Any]:
    """How baskets are processed here."""
    kinds = ["reward", "redeemable", "discount_amount", "card_completion", "redemption_code"]
    return {
        "exclude_interoperability_strategy_between": [],
        "auto_unlock_duration": 0,
        "discount_processing_strategy": "in_order",
        "processing_priority_by_discount_type": kinds,
        "allow_multiple_redemption_on_item": True,
        "allow_qualifying_items_reused": True,
        "auto_redemption": True,
        "auto_redemption_discounts": ["reward"],
        "enable_auto_unlock": False,
        "enable_discount_locking": True,
        "max_redemptions_in_transaction": 100,
        "processing_priority_by_acquisition_type": [],
    }


async def configuration(call: Call[Business]) -> Reply:
    """What a register reads when it starts; texts on receipts are empty unless the setup says otherwise."""
    location = here(call)
    call.summary = f"configuration of {location.name}"
    trailers = {f"trailer_{number}": "" for number in range(1, 6)}
    return Reply(
        200,
        {
            **trailers,
            "banked_rewards_mode": "false",
            "business_name": call.state.name,
            "header": "",
            "location_id": str(location.id),
            "location_name": location.name,
            "log_level": "info",
            "points_unlock_mode": "true" if call.state.program.type == "points_unlock_redeemables" else "false",
            "print_barcodes": "true",
            "send_to_datasink": "false",
            "short_key": "",
            "update_interval": "60",
            "visits_mode": "true" if call.state.program.type == "visits" else "false",
            "multiple_redemption_on_location": True,
        },
    )
