"""Conversion of points in the app."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import conversions, params
from stampcard.punchh.errors import MOBILE
from stampcard.punchh.mobile.users import owner
from stampcard.punchh.state import Business

REQUIRED = ("conversion_rule_id", "source_value", "converted_value")


async def create(call: Call[Business]) -> Reply:
    """The rule decides what the points become; a `converted_value` that differs is ignored (assumed)."""
    guest, _ = owner(call)
    values = params.given(call)
    for name in REQUIRED:
        params.required(values, name, MOBILE)
    text, made = conversions.convert(call.state, guest, values, cause=call.id)
    if params.number(values["converted_value"]) != made:
        call.diagnose("other-value", f"the rule makes it {made}; converted_value has no effect", "/converted_value")
    call.summary = f"guest {guest.id}: {text}"
    return Reply(200, [text])
