"""Segments as exports show them: listed, in detail, and how large they were day by day."""

from __future__ import annotations

from typing import Any

from stampcard.braze import errors
from stampcard.braze.audience import segments, sizes
from stampcard.braze.audience.segments import Segment
from stampcard.braze.exports import series
from stampcard.braze.exports.campaigns import page_of
from stampcard.braze.state import Workspace
from stampcard.core.clock import iso
from stampcard.core.endpoint import Call, Reply


async def list_segments(call: Call[Workspace]) -> Reply:
    """100 on a page, oldest first unless asked otherwise."""
    found = list(call.state.segments.values())
    rows = [
        {
            "id": segment.id,
            "name": segment.name,
            "analytics_tracking_enabled": segment.analytics,
            "tags": list(segment.tags),
        }
        for segment in page_of(call, found)
    ]
    call.summary = f"{len(rows)} of {len(found)} segments"
    return Reply(200, {"segments": rows, "message": "success"})


def _find(call: Call[Workspace]) -> Segment:
    """Raises ApiError."""
    segment: Segment | None = call.state.segments.get(call.query["segment_id"])
    if segment is None:
        raise errors.refused("Bad Request")
    return segment


async def segment_details(call: Call[Workspace]) -> Reply:
    segment = _find(call)
    body: dict[str, Any] = {
        "created_at": iso(segment.created_at),
        "updated_at": iso(segment.updated_at),
        "name": segment.name,
        "description": segment.description,
        "text_description": segments.described(segment.rule),
        "tags": list(segment.tags),
        "teams": [],
    }
    return Reply(200, body | {"message": "success"})


async def segment_series(call: Call[Workspace]) -> Reply:
    """The size at the end of each day, today's as it is now; days on which nothing was measured are left out."""
    segment = _find(call)
    if not segment.analytics:
        call.diagnose("not-tracked", "analytics tracking is off for this segment, so there are no sizes", "/segment_id")
        return Reply(200, {"data": [], "message": "success"})
    measured = dict(call.state.hourly[sizes.SIZE, segment.id])
    today = int(call.world.clock.epoch) // 3600 // series.DAY * series.DAY
    measured[today] = sizes.size(call.state, segment)
    rows = [
        {"time": series.shown(hour), "size": int(measured[hour])} for hour in series.units(call) if hour in measured
    ]
    return Reply(200, {"data": rows, "message": "success"})
