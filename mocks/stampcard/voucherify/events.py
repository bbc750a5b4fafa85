"""Custom events of customers.

https://docs.voucherify.io/api-reference/events/track-custom-event
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import campaigns, customers, errors, happenings, metadata, views
from stampcard.voucherify.records import CustomEvent
from stampcard.voucherify.state import Project


async def track(call: Call[Project]) -> Reply:
    """An unknown customer is created; an unknown event is recorded, as its definition lives in the dashboard."""
    body = call.body
    for name in ("referral", "loyalty"):
        if body.get(name):
            raise campaigns.not_yet(call, f"custom events with {name}")
    metadata.check_event(call, body["event"], body.get("metadata"))
    reference = customers.read_reference(call, body["customer"])
    group = errors.request_id(call)
    customer = customers.settle(call.state, reference, group)
    event = CustomEvent(body["event"], body.get("metadata") or {})
    happenings.tell(call.state, group, "customer.custom_event", customer, event)
    call.summary = f"event {event.name} of {customer.source_id or customer.id}"
    answer = {
        "object": "event",
        "type": event.name,
        "customer": views.short_customer(customer),
        "referral": None,
        "loyalty": None,
        "metadata": event.metadata,
    }
    return Reply(200, answer)
