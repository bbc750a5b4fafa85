"""Segments of customers: a fixed list, or a filter that is looked at whenever something happens to a customer.

https://docs.voucherify.io/api-reference/segments
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import conditions, days, errors, happenings, lists, values, views
from stampcard.voucherify.conditions import listed
from stampcard.voucherify.customers import customers, date_filters
from stampcard.voucherify.customers.records import Customer, Segment
from stampcard.voucherify.events.records import Activity
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

FIELDS = frozenset(
    "id source_id name description email phone birthday birthdate created_at updated_at city state country postal_code"
    " line_1 line_2".split()
)
"""Fields a filter may look at, beside metadata.*, address.*, summary.*, loyalty.* and referrals.*."""
SIZES = frozenset({"$count", "$count_more", "$count_less"})
"""Operators that count the elements of a list of metadata."""
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
    add(call.state, record, call.id)
    call.summary = f"segment {record.name} created with {len(record.members)} customers"
    return Reply(200, view(record))


def add(project: Project, record: Segment, cause: int | None) -> None:
    """A segment as it was read; where dates matter it is looked at again whenever a day begins (assumed)."""
    project.segments[record.id] = record
    if any(date_filters.is_dated(*test) for test in tests_of(record)):
        plan(project, record, cause)


def plan(project: Project, record: Segment, cause: int | None) -> None:
    """Look at everyone when the next day begins, and every day after it while there is the segment."""

    async def run() -> None:
        if project.segments.get(record.id) is record:
            group = happenings.group_of(project, cause)
            for customer in list(project.customers.values()):
                look_again(project, customer, group)
            plan(project, record, cause)

    due = days.midnight(project, days.current(project) + timedelta(days=1))
    project.world.clock.at(due, run, name=f"segment {record.name} by date", vendor="voucherify", cause=cause)


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
    record.members = {item.id for item in project.customers.values() if belongs(project, item, record)}
    return record


def check_filter(call: Call[Project], given: Json) -> None:
    """Raises for a field or operator that is unknown, or that we cannot look at (501).

    Of orders and events the summary can be looked at; no other field of theirs is published.
    """
    for name, definition in given.items():
        if name == "junction":
            continue
        if name not in FIELDS and not name.startswith(BLOCKS):
            raise errors.not_yet(call, f"segments by {name}")
        tests = definition.get("conditions") if isinstance(definition, dict) else None
        if not isinstance(tests, dict):
            raise errors.invalid_payload(call, f"Property .filter.{name} should have required property 'conditions'")
        for operator, wanted in tests.items():
            check_condition(call, name, operator, wanted)


def check_condition(call: Call[Project], name: str, operator: str, wanted: Any) -> None:
    """Raises for an operator we cannot look at (501), and for a number that is none."""
    if operator in date_filters.FLAGS and any(str(item).lower() == "false" for item in listed(wanted)):
        raise errors.not_yet(call, f"segments by operator {operator} of false")
    if operator in date_filters.NUMBERS and not all(date_filters.is_number(item) for item in listed(wanted)):
        raise errors.invalid_payload(call, f"Property .filter.{name}.conditions.{operator} should be number")
    if operator not in lists.OPERATORS.keys() | date_filters.OPERATORS | SIZES:
        raise errors.not_yet(call, f"segments by operator {operator}")


Test = tuple[str, str, Any]
"""Field, operator, what it wants."""


def tests_of(segment: Segment) -> Iterator[Test]:
    for name, definition in (segment.filter or {}).items():
        if name != "junction":
            for operator, wanted in definition["conditions"].items():
                yield name, operator, wanted


def belongs(project: Project, customer: Customer, segment: Segment) -> bool:
    body = views.customer(customer)
    body |= {name: value for name, value in (body["address"] or {}).items() if name not in body}
    now = project.world.clock.now.astimezone(ZoneInfo(project.settings.timezone))
    held = {name: True for name in segment.filter or {} if name != "junction"}
    for name, operator, wanted in tests_of(segment):
        held[name] = held[name] and holds(body, name, operator, wanted, now)
    joined = any if str((segment.filter or {}).get("junction", "and")).lower() == "or" else all
    return joined(held.values())


def holds(body: Json, name: str, operator: str, wanted: Any, now: datetime) -> bool:
    if date_filters.is_dated(name, operator, wanted):
        return date_filters.matches(name, lists.value_of(body, name), operator, wanted, now)
    if operator in SIZES:
        return conditions.check(lists.value_of(body, name), {operator: wanted})
    return lists.matches(body, name, {operator: wanted})


def follow(project: Project, activity: Activity, customer: Customer | None) -> None:
    """Something happened: the customer may have entered or left segments."""
    if customer is not None and not activity.type.startswith("customer.segment."):
        look_again(project, customer, activity.group_id)


def look_again(project: Project, customer: Customer, group: str) -> None:
    """Which segments the customer has entered or left since they were looked at last."""
    for segment in list(project.segments.values()):
        if segment.filter is None:
            continue
        inside = customer.id in project.customers and belongs(project, customer, segment)
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
