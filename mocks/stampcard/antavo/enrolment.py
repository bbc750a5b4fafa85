"""Events about the member: opt_in, opt_out, profile, suspend, unsuspend."""

from __future__ import annotations

from typing import Any

from stampcard.antavo.errors import refused
from stampcard.antavo.fields import READ_ONLY, find_field, read
from stampcard.antavo.work import Work

_NOT_FIELDS = frozenset({"effective_timestamp", "reason", "api_key"})


def opt_in(work: Work) -> None:
    """Create the member, active, with the fields given. `work.customer` is not yet among the members."""
    brand, customer = work.brand, work.customer
    known = brand.customers.get(customer.id)
    if known is not None and not (known.status == "opted_out" and brand.settings.customers.reoptin):
        raise refused(brand.settings, 112101)
    customer.fields = {name: value for name, value in changes(work).items() if value is not None}
    customer.optin_at = work.at
    brand.customers[customer.id] = customer
    work.register()


def opt_out(work: Work) -> None:
    """The member is no longer found by any identifier."""
    work.customer.status = "opted_out"
    work.customer.optout_at = work.at
    work.register()


def profile(work: Work) -> None:
    """Write fields; null clears one."""
    for name, value in changes(work).items():
        if value is None:
            work.customer.fields.pop(name, None)
        else:
            work.customer.fields[name] = value
    work.customer.updated_at = work.now
    work.register()


def suspend(work: Work) -> None:
    if work.customer.status != "active":
        raise refused(work.brand.settings, 114400)
    work.customer.status = "suspended"
    work.register()


def unsuspend(work: Work) -> None:
    if work.customer.status != "suspended":
        raise refused(work.brand.settings, 114600)
    work.customer.status = "active"
    work.register()


def changes(work: Work) -> dict[str, Any]:
    """The writable fields of the event's data in their types. Raises ApiError for a value of the wrong type."""
    found: dict[str, Any] = {}
    for name, value in work.data.items():
        field = find_field(work.brand, name)
        if field is not None:
            found[name] = read(field, value)
        elif name in READ_ONLY:
            work.diagnose("read-only-field", "an event cannot change this field", f"/data/{name}")
        elif name not in _NOT_FIELDS:
            work.diagnose("unknown-field", "no customer field of this name is set up", f"/data/{name}")
    return found
