"""Earning on behalf of a guest."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import params, receipts
from stampcard.punchh.dashboard.users import by_any
from stampcard.punchh.errors import DASHBOARD
from stampcard.punchh.state import Business

REQUIRED = (
    """transaction_no store_number subtotal_amount receipt_amount payable external_uid receipt_datetime""".split()
)


async def check_in(call: Call[Business]) -> Reply:
    """The guest by `user_id`, else `email`, else `phone`; the same `external_uid` brings the same check-in again.

    Who is banned or deactivated earns nothing and is not found here (assumed, as at the register).
    """
    business, values = call.state, params.given(call)
    guest = by_any(call)
    if not guest.is_open:
        raise DASHBOARD.user_not_found()
    for name in REQUIRED:
        params.required(values, name, DASHBOARD)
    location = receipts.location_of(business, values, DASHBOARD)
    facts = receipts.facts_of(business, values, DASHBOARD)
    facts |= {"location_id": location.id, "channel": params.text(values.get("channel")) or "dashboard"}
    before = receipts.known(business, facts)
    if before is not None and before[0] is guest:
        call.diagnose("same-receipt", "this external_uid earned before; nothing changes")
        return Reply(200, receipts.answer(business, guest, before[1]))
    checkin = receipts.earn(business, guest, facts, DASHBOARD, state=receipts.state_of(business, values), cause=call.id)
    call.summary = f"guest {guest.id} is given a check-in of {facts['receipt_amount']}: {checkin.points} points"
    return Reply(200, receipts.answer(business, guest, checkin))
