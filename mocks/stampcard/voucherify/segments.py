"""Segments of customers: a fixed list, or a filter that is looked at whenever something happens to a customer.

https://docs.voucherify.io/api-reference/segments
"""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import campaigns, customers, errors, happenings, lists, values, views
from stampcard.voucherify.records import Json, Segment
from stampcard.voucherify.state import Activity, Customer, Project

FIELDS = frozenset(
    "id source_id name description email phone birthday birthdate created_at updated_at city state country postal_code"
    " line_1 line_2".split()
)
"""Fields a filter may look at, beside metadata.*, address.*, summary.*, loyalty.* and referrals.*."""
BLOCKS = ("metadata.", "address.", "summary.", "loyalty.", "referrals.")


def find(call: Call[Project], reference: str) -> Segment:
    found = call.state.segments.get(reference)
    if found is None:
        raise errors.not_found(call, "segment", reference)
    return found


def view(record: Segment) -> Json:
    return {
        "id": record.id,
        "name": record.name,
        "created_at": record.created_at,
        "type": record.type,
        "filter": record.filter,
        "initial_sync_status": "DONE",
        "object": "segment",
    }


async def browse(call: Call[Project]) -> Reply:
    found = [view(item) for item in reversed(call.state.segments.values())]
    call.summary = f"{len(found)} segments"
    return Reply(200, views.listing("data", found, len(found)))


async def create(call: Call[Project]) -> Reply:
    """Who is in at the start has not entered."""
    record = read_new(call)
    call.state.segments[record.id] = record
    call.summary = f"segment {record.name} created with {len(record.members)} customers"
    return Reply(200, view(record))


def read_new(call: Call[Project]) -> Segment:
    """A segment as a body describes it, with its members, not yet added. Raises ApiError."""
    project, body = call.state, values.given(call.body)
    kind = body.get("type") or ("auto-update" if "filter" in body else "static")
    record = Segment(project.random_id("seg_"), body["name"], kind, project.now)
    if kind == "static":
        record.members = {customers.find(call, reference).id for reference in body.get("customers", ())}
        return record
    if "filter" not in body:
        raise errors.invalid_payload(call, "Payload should have required property 'filter'")
    record.filter = body["filter"]
    check_filter(call, body["filter"])
    record.members = {item.id for item in project.customers.values() if belongs(item, record)}
    return record


def check_filter(call: Call[Project], given: Json) -> None:
    """Raises for a field or operator that is unknown, or that we cannot look at (501)."""
    for name, definition in given.items():
        if name == "junction":
            continue
        if name not in FIELDS and not name.startswith(BLOCKS):
            raise campaigns.not_yet(call, f"segments by {name}")
        conditions = definition.get("conditions") if isinstance(definition, dict) else None
        if not isinstance(conditions, dict):
            raise errors.invalid_payload(call, f"Property .filter.{name} should have required property 'conditions'")
        for operator in conditions:
            if operator not in lists.OPERATORS:
                raise campaigns.not_yet(call, f"segments by operator {operator}")


def belongs(customer: Customer, segment: Segment) -> bool:
    body = views.customer(customer)
    body |= {name: value for name, value in (body["address"] or {}).items() if name not in body}
    tests = [(name, test["conditions"]) for name, test in (segment.filter or {}).items() if name != "junction"]
    joined = any if str((segment.filter or {}).get("junction", "and")).lower() == "or" else all
    return joined(lists.matches(body, name, conditions) for name, conditions in tests)


def follow(project: Project, activity: Activity, customer: Customer | None) -> None:
    """Something happened: the customer may have entered or left segments."""
    if customer is not None and not activity.type.startswith("customer.segment."):
        look_again(project, customer, activity.group_id)


def look_again(project: Project, customer: Customer, group: str) -> None:
    """Which segments the customer has entered or left since they were looked at last."""
    for segment in list(project.segments.values()):
        if segment.filter is None:
            continue
        inside = customer.id in project.customers and belongs(customer, segment)
        if inside is (customer.id in segment.members):
            continue
        (segment.members.add if inside else segment.members.discard)(customer.id)
        if segment.type == "auto-update" or any(
            item.segment_id == segment.id for item in project.distributions.values()
        ):
            kind = "customer.segment.entered" if inside else "customer.segment.left"
            happenings.tell(project, group, kind, customer, segment)


async def read(call: Call[Project]) -> Reply:
    record = find(call, call.path["segmentId"])
    call.summary = f"segment {record.name}: {len(record.members)} customers"
    return Reply(200, view(record))


async def delete(call: Call[Project]) -> Reply:
    record = find(call, call.path["segmentId"])
    del call.state.segments[record.id]
    call.summary = f"segment {record.name} deleted"
    return Reply(204)


async def of_customer(call: Call[Project]) -> Reply:
    """Segments the customer is in now."""
    customer = customers.find(call, call.path["customerId"])
    mine = [item for item in call.state.segments.values() if customer.id in item.members]
    found: list[Any] = [{"id": item.id, "name": item.name, "object": "segment"} for item in mine]
    call.summary = f"{len(found)} segments"
    return Reply(200, views.listing("data", found, len(found)))
