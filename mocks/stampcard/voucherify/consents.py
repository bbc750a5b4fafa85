"""Consents of customers: which marketing messages they agree to."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import customers
from stampcard.voucherify.state import Project


async def update(call: Call[Project]) -> Reply:
    """Consents merge by id; what a customer never said is no."""
    customer = customers.find(call, call.path["customerId"])
    customer.consents = {**customer.consents, **call.body}
    call.summary = f"consents of {customer.source_id or customer.id}: {', '.join(call.body)}"
    return Reply(204)
