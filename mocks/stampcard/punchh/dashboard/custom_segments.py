"""Custom lists: segments that hold what was put in."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import errors, params, segments
from stampcard.punchh.errors import DASHBOARD
from stampcard.punchh.state import Business, Segment
from stampcard.punchh.times import utc


def view(segment: Segment) -> dict[str, Any]:
    """Shape custom_segment."""
    return {
        "custom_segment_id": segment.id,
        "name": segment.name,
        "description": segment.description,
        "created_at": utc(segment.created_at),
        "updated_at": utc(segment.updated_at),
    }


def not_found() -> ApiError:
    return errors.by_name(404, "not_found", "Custom Segment not found.")


def find(business: Business, value: Any) -> Segment:
    """The custom list with the id `value`, a number or text. Raises ApiError."""
    segment = business.segments.get(params.integer(value) or 0)
    if segment is None or segment.type != segments.CUSTOM_LIST:
        raise not_found()
    return segment


def _check_name(business: Business, name: str, segment: Segment | None = None) -> None:
    if not name:
        raise DASHBOARD.invalid("name", "can't be blank")
    if len(name) > 255:
        raise DASHBOARD.invalid("name", "is too long (maximum is 255 characters)")
    if any(other.name == name and other is not segment for other in business.segments.values()):
        raise DASHBOARD.invalid("name", "has already been taken")


async def create(call: Call[Business]) -> Reply:
    """An empty list; its id is the last part of its dashboard address."""
    business, values = call.state, params.given(call)
    name = params.text(values.get("name"))
    _check_name(business, name)
    segment = Segment(
        id=business.next_id("segments"),
        name=name,
        created_at=business.now,
        updated_at=business.now,
        description=params.text(values.get("description")),
    )
    business.segments[segment.id] = segment
    call.summary = f"custom segment {segment.id} {name!r} is created"
    return Reply(201, view(segment))


async def listing(call: Call[Business]) -> Reply:
    found = [view(one) for one in call.state.segments.values() if one.type == segments.CUSTOM_LIST]
    call.summary = f"{len(found)} custom segments"
    return Reply(200, found)


async def update(call: Call[Business]) -> Reply:
    """Name and description, when given."""
    business, values = call.state, params.given(call)
    segment = find(business, values.get("custom_segment_id"))
    if "name" in values:
        name = params.text(values["name"])
        _check_name(business, name, segment)
        segment.name = name
    if "description" in values:
        segment.description = params.text(values["description"])
    segment.updated_at = business.now
    call.summary = f"custom segment {segment.id} is now {segment.name!r}"
    return Reply(200, view(segment))


async def delete(call: Call[Business]) -> Reply:
    """Marked for deletion, says the vendor; for later calls it is gone at once (assumed)."""
    segment = find(call.state, params.given(call).get("custom_segment_id"))
    del call.state.segments[segment.id]
    call.summary = f"custom segment {segment.id} {segment.name!r} is deleted"
    return Reply(202, {"accepted": f"Custom Segment {segment.name} has been marked for deletion"})
