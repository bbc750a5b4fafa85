"""Consents of customers: which marketing messages they agree to."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import views
from stampcard.voucherify.customers import customers
from stampcard.voucherify.customers.records import Consent
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


async def browse(call: Call[Project]) -> Reply:
    """What customers can consent to, as the dashboard defines it; groups of them are not emulated and always none."""
    found = [view(item) for item in call.state.consents.values()]
    call.summary = f"{len(found)} consents"
    return Reply(200, {"groups": views.listing("data", [], 0), "consents": views.listing("data", found, len(found))})


def view(record: Consent) -> Json:
    return {
        "id": record.id,
        "name": record.name,
        "description": record.description,
        "category": record.category,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "object": "consent",
    }


async def update(call: Call[Project]) -> Reply:
    """Consents merge by id; what a customer never said is no."""
    customer = customers.find(call, call.path["customerId"])
    customer.consents = {**customer.consents, **call.body}
    call.summary = f"consents of {customer.source_id or customer.id}: {', '.join(call.body)}"
    return Reply(204)
