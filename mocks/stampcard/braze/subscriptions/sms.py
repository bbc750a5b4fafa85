"""Phone numbers that providers found invalid."""

from __future__ import annotations

from stampcard.braze.state import Workspace
from stampcard.braze.subscriptions.emails import PAGE, days_asked_for
from stampcard.core.clock import iso
from stampcard.core.endpoint import Call, Reply


async def invalid_numbers(call: Call[Workspace]) -> Reply:
    """The numbers asked for, or those found invalid in the days asked for, oldest first."""
    asked_for = [*call.query.get("phone_numbers", ()), *call.query.get("phone_numbers[]", ())]
    first_last = None if asked_for else days_asked_for(call)
    reason = call.query.get("reason")
    rows = [
        (contact.invalid_at, phone, contact.invalid_reason)
        for phone, contact in call.state.numbers.items()
        if contact.invalid_at is not None
        and (phone in asked_for if first_last is None else first_last[0] <= contact.invalid_at.date() <= first_last[1])
        and reason in (None, contact.invalid_reason)
    ]
    start, limit = call.query.get("offset", 0), call.query.get("limit", PAGE)
    page = [
        {"phone": phone, "invalid_detected_at": iso(at), "reason": why}
        for at, phone, why in sorted(rows)[start : start + limit]
    ]
    call.summary = f"{len(page)} of {len(rows)} numbers"
    return Reply(200, {"sms": page, "message": "success"})


async def remove_invalid(call: Call[Workspace]) -> Reply:
    """Take numbers off the list."""
    for phone in call.body["phone_numbers"]:
        if phone in call.state.numbers:
            call.state.numbers[phone].invalid_at = None
        else:
            call.diagnose("unknown-number", "the number is not on the list", "/phone_numbers")
    return Reply(201, {"message": "success"})
