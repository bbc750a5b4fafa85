"""Operations of this room: customers, their consents and redeemables, segments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.voucherify.customers import consents, customers, redeemables, segments

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "list-customers": customers.browse,
    "create-customer": customers.create,
    "get-customer": customers.read,
    "update-customer": customers.update,
    "delete-customer": customers.delete,
    "customer-permanently-deletion": customers.erase,
    "list-segment": segments.browse,
    "create-segment": segments.create,
    "get-segment": segments.read,
    "delete-segment": segments.delete,
    "list-customer-segments": segments.of_customer,
    "update-customer-consents": consents.update,
    "list-consents": consents.browse,
    "list-customer-redeemables": redeemables.browse,
}
