"""Customers: found by id or source_id, created or updated by the same call.

https://docs.voucherify.io/api-reference/customers
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import dates, errors, happenings, lists, metadata, values, views
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.state import Json, Project

PROFILE = ("name", "description", "email", "phone", "birthday", "birthdate", "address")
DAYS = ("birthday", "birthdate")


def find(call: Call[Project], reference: str) -> Customer:
    """By id or source_id. Raises 404."""
    found = call.state.find_customer(reference)
    if found is None:
        raise errors.not_found(call, "customer", reference)
    return found


def read_profile(call: Call[Project], given: Mapping[str, Any], place: str) -> Json:
    """The profile fields of a request; an address keeps the keys given, null ones too. Raises invalid_payload."""
    found = {name: given[name] for name in PROFILE if given.get(name) is not None}
    for name in DAYS:
        if name in found:
            day = dates.read_instant(found[name])
            if day is None:
                raise errors.not_a_date(call, f"{place}.{name}")
            found[name] = day.date().isoformat()
    return found


class Reference:
    """A customer a request names, read and checked but not yet changed: known, or to be created."""

    __slots__ = ("known", "metadata", "profile", "source_id")

    def __init__(self, known: Customer | None, source_id: str | None, profile: Json, metadata: Json | None) -> None:
        self.known = known
        self.source_id = source_id
        self.profile = profile
        self.metadata = metadata


def read_reference(call: Call[Project], given: str | Mapping[str, Any], place: str = ".customer") -> Reference:
    """An id, a source_id, or an object with either and profile fields. Raises 404 for an id that nobody has."""
    project = call.state
    if isinstance(given, str):
        found = project.find_customer(given)
        if found is None and is_id(given):
            raise errors.not_found(call, "customer", given)
        return Reference(found, given, {}, None)
    wanted, source_id = given.get("id"), given.get("source_id")
    known = project.customers.get(wanted) if wanted is not None else None
    if known is None and source_id is not None:
        known = project.source_ids.get(source_id)
    if known is None and wanted is not None and source_id is None:
        raise errors.not_found(call, "customer", wanted)
    if given.get("metadata") is not None:
        metadata.check(call, "customer", given["metadata"], known.metadata if known is not None else None)
    return Reference(known, source_id, read_profile(call, given, place), given.get("metadata"))


def is_id(text: str) -> bool:
    return text.startswith("cust_") and len(text) == 29


def settle(project: Project, reference: Reference, group: str) -> Customer:
    """The customer, created or updated as the request said."""
    customer = reference.known
    if customer is None:
        customer = project.add_customer(reference.source_id, reference.profile, reference.metadata)
        happenings.tell(project, group, "customer.created", customer, now=customer.created_at)
    elif reference.profile or reference.metadata is not None:
        change(project, customer, reference.profile, reference.metadata)
        happenings.tell(project, group, "customer.updated", customer)
    return customer


def change(project: Project, customer: Customer, profile: Json, metadata: Json | None) -> None:
    if "address" in profile:
        profile = {**profile, "address": {**(customer.profile.get("address") or {}), **profile["address"]}}
    customer.profile = {**customer.profile, **profile}
    customer.metadata = values.merged_metadata(customer.metadata, metadata)
    customer.updated_at = project.now


async def create(call: Call[Project]) -> Reply:
    """Known id or source_id: an update. Else a new customer."""
    project, body = call.state, call.body
    known = project.customers.get(body["id"]) if body.get("id") else None
    if known is None and body.get("source_id"):
        known = project.source_ids.get(body["source_id"])
    if known is None and body.get("id"):
        call.diagnose("unknown-id", "no customer has this id; a new one is created with an id of its own", "/id")
    profile = read_profile(call, body, "")
    metadata.check(call, "customer", body.get("metadata"), known.metadata if known is not None else None)
    reference = Reference(known, body.get("source_id"), profile, body.get("metadata"))

    customer = settle(project, reference, errors.request_id(call))
    call.summary = f"customer {customer.source_id or customer.id} {'updated' if known else 'created'}"
    return Reply(200, views.customer(customer))


async def read(call: Call[Project]) -> Reply:
    customer = find(call, call.path["customerId"])
    call.summary = f"customer {customer.source_id or customer.id}"
    return Reply(200, views.customer(customer))


async def update(call: Call[Project]) -> Reply:
    """Partial; metadata merges; the source_id cannot change."""
    project = call.state
    customer = find(call, call.path["customerId"])
    profile = read_profile(call, call.body, "")
    metadata.check(call, "customer", call.body.get("metadata"), customer.metadata)
    if call.body.get("source_id") not in (None, customer.source_id):
        call.diagnose("ignored-field", "a customer's source_id cannot change", "/source_id")

    change(project, customer, profile, call.body.get("metadata"))
    happenings.tell(project, errors.request_id(call), "customer.updated", customer)
    call.summary = f"customer {customer.source_id or customer.id} updated"
    return Reply(200, views.customer(customer))


async def delete(call: Call[Project]) -> Reply:
    """The profile goes; what was published to it and redeemed by it stays."""
    customer = find(call, call.path["customerId"])
    remove(call.state, customer)
    happenings.tell(call.state, errors.request_id(call), "customer.deleted", customer)
    call.summary = f"customer {customer.source_id or customer.id} deleted"
    return Reply(204)


def remove(project: Project, customer: Customer) -> None:
    del project.customers[customer.id]
    if customer.source_id is not None:
        del project.source_ids[customer.source_id]
    for segment in project.segments.values():
        segment.members.discard(customer.id)


async def erase(call: Call[Project]) -> Reply:
    """Permanent deletion, as privacy law asks; counts what went."""
    project = call.state
    customer = find(call, call.path["customerId"])
    happened = len(customer.activity)
    counts = {"events": happened, "customer_events": happened, "daily_events": 0, "segments": 0}
    counts |= {"orders": 0, "order_events": 0, "customer": 1}
    remove(project, customer)
    customer.profile, customer.metadata = {}, None
    customer.activity.clear()
    call.summary = f"customer {customer.source_id or customer.id} deleted permanently"
    body = {
        "id": project.random_id("del_"),
        "created_at": project.now,
        "related_object_id": customer.id,
        "related_object": "customer",
        "status": "DONE",
        "data_json": counts,
        "object": "pernament_deletion",
    }
    return Reply(200, body)


async def browse(call: Call[Project]) -> Reply:
    """Newest first; filters by e-mail, city, name and time."""
    query = call.query
    ranges = lists.nested_query(call) if "[" in call.request.raw_query or "%5B" in call.request.raw_query else {}
    segment = call.state.segments.get(query.get("segment_id", ""))
    if "segment_id" in query and segment is None:
        raise errors.not_found(call, "segment", query["segment_id"])
    found = [
        item
        for item in reversed(call.state.customers.values())
        if all(item.profile.get(name) == query[name] for name in ("name", "email") if name in query)
        and (segment is None or item.id in segment.members)
        and ("city" not in query or (item.profile.get("address") or {}).get("city") == query["city"])
        and lists.in_range(call, "created_at", item.created_at, ranges)
        and lists.in_range(call, "updated_at", item.updated_at, ranges)
    ]
    found = lists.ordered(call, found, sort_key, "-created_at")
    start = query.get("starting_after")
    if start is not None:
        return after(call, found, start)
    return lists.page(call, "customers", found, views.customer)


def sort_key(customer: Customer, name: str) -> Any:
    if name in ("created_at", "updated_at", "source_id"):
        return getattr(customer, name)
    return customer.profile.get(name)


def after(call: Call[Project], found: list[Customer], start: str) -> Reply:
    """The cursor variant: customers beyond an instant, in the order asked for."""
    limit = dates.normal(start)
    if limit is None:
        details = "Property .starting_after cannot be recognized as a ISO-8601 compliant date"
        raise errors.refusal(call, 400, "invalid_query_params", "Invalid query params", details)
    order = call.query.get("order", "-created_at")
    name = "updated_at" if order.endswith("updated_at") else "created_at"
    later = [
        item
        for item in found
        if (at := getattr(item, name)) is not None and (at < limit if order.startswith("-") else at > limit)
    ]
    shown = later[: call.query.get("limit", lists.DEFAULT_LIMIT)]
    body = views.listing("customers", [views.customer(item) for item in shown], len(found))
    call.summary = f"{len(shown)} of {len(found)} customers"
    return Reply(200, {**body, "has_more": len(later) > len(shown)})
