"""Custom events of customers.

https://docs.voucherify.io/api-reference/events/track-custom-event
"""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, happenings, metadata, values, views
from stampcard.voucherify.campaigns import vouchers
from stampcard.voucherify.campaigns.records import Voucher
from stampcard.voucherify.customers import customers
from stampcard.voucherify.events.records import CustomEvent
from stampcard.voucherify.state import Project


def find_code(call: Call[Project], given: Any, kind: str) -> Voucher | None:
    """The referral code or loyalty card an event is told with. Raises 404."""
    code = values.given(given).get("code")
    if code is None:
        return None
    found = vouchers.find(call, code)
    fits = found.is_referral_code if kind == "referral" else found.type == "LOYALTY_CARD"
    if not fits:
        raise errors.not_found(call, "voucher", code)
    return found


async def track(call: Call[Project]) -> Reply:
    """An unknown customer is created; an unknown event is recorded, as its definition lives in the dashboard."""
    body = call.body
    referral = find_code(call, body.get("referral"), "referral")
    loyalty = find_code(call, body.get("loyalty"), "loyalty")
    metadata.check_event(call, body["event"], body.get("metadata"))
    reference = customers.read_reference(call, body["customer"])
    group = errors.request_id(call)
    customer = customers.settle(call.state, reference, group)
    event = CustomEvent(body["event"], body.get("metadata") or {}, referral, loyalty)
    happenings.tell(call.state, group, "customer.custom_event", customer, event)
    call.summary = f"event {event.name} of {customer.source_id or customer.id}"
    answer = {
        "object": "event",
        "type": event.name,
        "customer": views.short_customer(customer),
        "referral": body.get("referral"),
        "loyalty": body.get("loyalty"),
        "metadata": event.metadata,
    }
    return Reply(200, answer)
