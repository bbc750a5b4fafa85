"""Measuring segments: how many users are in one at the end of each day."""

from __future__ import annotations

from datetime import timedelta

from stampcard.braze.audience import segments
from stampcard.braze.audience.segments import Segment
from stampcard.braze.state import Workspace

SIZE = "segment_size"


def size(workspace: Workspace, segment: Segment) -> int:
    """How many users are in a segment now."""
    return sum(1 for _ in segments.members(workspace, segment.rule))


def track(workspace: Workspace, segment_id: str) -> None:
    """Measure a segment at the end of every day from now on."""
    clock = workspace.world.clock
    midnight = clock.now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)

    async def measure() -> None:
        segment: Segment | None = workspace.segments.get(segment_id)
        if segment is None or not segment.analytics:
            return
        day = int(midnight.timestamp()) // 3600 - 24
        workspace.hourly[SIZE, segment_id][day] = size(workspace, segment)
        track(workspace, segment_id)

    clock.at(midnight, measure, name="measure segment", vendor="braze")
