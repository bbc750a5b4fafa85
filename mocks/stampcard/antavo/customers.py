"""GET /customers/{id} and the search for customers."""

from __future__ import annotations

from stampcard.antavo import views
from stampcard.antavo.state import Brand
from stampcard.antavo.work import find_customer
from stampcard.core.endpoint import Call, Reply


async def get(call: Call[Brand]) -> Reply:
    """The full profile; opted-out customers are not found."""
    customer = find_customer(call.state, call.path["customer_id"])
    call.summary = f"profile of {customer.id}"
    return Reply(200, views.profile(call.state, customer))
