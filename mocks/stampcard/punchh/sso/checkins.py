"""Earning on the ordering site: orders, their correction and their end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import ledger, params, receipts
from stampcard.punchh.errors import SSO
from stampcard.punchh.records import Checkin, Guest
from stampcard.punchh.sso.users import owner
from stampcard.punchh.state import Business
from stampcard.punchh.times import utc

REQUIRED = (
    """store_number receipt_amount subtotal_amount receipt_datetime transaction_no external_uid payable""".split()
)


async def online_order(call: Call[Business]) -> Reply:
    """Earn. The same `external_uid` of the same guest brings the same check-in again."""
    business, guest, values = call.state, owner(call), params.given(call)
    for name in REQUIRED:
        params.required(values, name, SSO)
    location = receipts.location_of(business, values, SSO)
    facts = receipts.facts_of(business, values, SSO)
    facts |= {"location_id": location.id, "channel": params.text(values.get("channel")) or "online_order"}
    before = receipts.known(business, facts)
    if before is not None and before[0] is guest:
        call.diagnose("same-receipt", "this external_uid earned before; nothing changes")
        return Reply(200, receipts.answer(business, guest, before[1]))
    checkin = receipts.earn(business, guest, facts, SSO, state=receipts.state_of(business, values), cause=call.id)
    call.summary = f"guest {guest.id} orders for {facts['receipt_amount']}: {checkin.points} points {checkin.state}"
    return Reply(200, receipts.answer(business, guest, checkin))


def _find(call: Call[Business]) -> tuple[Guest, Checkin]:
    """The guest's own check-in of `external_uid`. Raises ApiError."""
    guest = owner(call)
    uid = params.required(params.given(call), "external_uid", SSO)
    found = call.state.uids.get(f"external_uid:{uid}")
    if found is None or found[0] is not guest:
        raise receipts.not_found(uid)
    return found


async def update(call: Call[Business]) -> Reply:
    """Correct the receipt; a pending check-in is committed by it, another only while its receipt may still change."""
    business, values = call.state, params.given(call)
    guest, checkin = _find(call)
    facts = receipts.facts_of(business, values, SSO)
    facts.pop("external_uid", None)
    window = timedelta(minutes=business.program.receipt_update_minutes)
    if checkin.state == "voided" or (checkin.state == "approved" and business.now > checkin.created_at + window):
        raise SSO.invalid("base", receipts.USED)
    ledger.amend(business, guest, checkin, facts, cause=call.id)
    if checkin.state == "pending" and params.text(values.get("state")) != "pending":
        ledger.approve(business, guest, checkin, cause=call.id)
    call.summary = f"check-in {checkin.id} of guest {guest.id} is {checkin.state} with {checkin.points} points"
    return Reply(200, receipts.answer(business, guest, checkin))


async def void(call: Call[Business]) -> Reply:
    """Only a pending one; any other is not found (assumed)."""
    guest, checkin = _find(call)
    if checkin.state != "pending":
        raise receipts.not_found(params.text(params.given(call)["external_uid"]))
    ledger.void(call.state, guest, checkin, cause=call.id)
    call.summary = f"check-in {checkin.id} of guest {guest.id} is voided"
    return Reply(202)


async def show(call: Call[Business]) -> Reply:
    guest, checkin = _find(call)
    call.summary = f"check-in {checkin.id} of guest {guest.id}"
    return Reply(200, receipts.view(checkin))


async def visit(call: Call[Business]) -> Reply:
    """The old check-in: a visit without a receipt, which earns no points (assumed)."""
    business, guest, values = call.state, owner(call), params.given(call)
    params.required(values, "store_number", SSO)
    location = receipts.location_of(business, values, SSO)
    facts: dict[str, Any] = {"location_id": location.id, "channel": "web", "receipt_amount": 0.0}
    checkin = ledger.earn(business, guest, facts, cause=call.id)
    call.summary = f"guest {guest.id} visits {location.name}"
    unknown = """share_message verifications_count for_referring_full_name first_checkin_message
        current_membership_level scheduled_expiry_on receipt_checkin_message fan_page_id survey_url"""
    return Reply(
        201,
        {
            **dict.fromkeys(unknown.split()),
            "id": checkin.id,
            "business_id": business.id,
            "card_id": "",
            "location_id": location.id,
            "location_name": location.name,
            "created_at": utc(checkin.created_at),
            "status": checkin.kind,
            "points_earned": checkin.points,
            "points_spent": checkin.spent,
            "points_available": checkin.left,
            "first_punchh_at_business": checkin.first,
            "receipt_picture_url": "",
            "pending_refresh": False,
            "allows_rating": False,
        },
    )
