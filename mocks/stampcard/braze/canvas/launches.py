"""Scheduled entry: a Canvas lets its audience in, once or again and again, in the company's or in local time.

Source: Braze docs, "Create a Canvas" and "Time-based campaigns" (braze-inc/braze-docs).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from stampcard.braze.audience import segments
from stampcard.braze.campaigns import pacing, recurrence, stops
from stampcard.braze.canvas import journeys
from stampcard.braze.canvas.records import Canvas
from stampcard.braze.sending.audiences import AHEAD
from stampcard.braze.state import User, Workspace

YIELD_EVERY = 100
"""Entries after which other work gets its turn."""


def schedule_launch(workspace: Workspace, canvas: Canvas, at: datetime) -> None:
    """Have the Canvas let its audience in; who that is, is looked at then."""
    clock = workspace.world.clock
    local = canvas.schedule is not None and canvas.schedule.local
    due = max(clock.now, at - AHEAD if local else at)
    run = partial(_launch, workspace, canvas, at)
    clock.at(due, run, name=f"Canvas {canvas.name}", vendor="braze")


async def _launch(workspace: Workspace, canvas: Canvas, at: datetime) -> None:
    if workspace.canvases.get(canvas.id) is not canvas:
        return
    schedule = canvas.schedule
    coming = recurrence.following(schedule, at, workspace.engine.time_zone) if schedule is not None else None
    canvas.at = coming
    if coming is not None:
        schedule_launch(workspace, canvas, coming)
    entry = workspace.world.record("braze", "canvas.launch", f"Canvas {canvas.name!r} lets its audience in")
    audience = await segments.gathered(workspace, canvas.audience)
    if schedule is None or not schedule.local:
        await _let_in(workspace, canvas, audience, entry)
        return
    by_zone: dict[datetime, list[User]] = {}
    for user in audience:
        due = at.replace(tzinfo=pacing.zone_of(workspace, user)).astimezone(UTC)
        by_zone.setdefault(due, []).append(user)
    for due, users in by_zone.items():
        if due < workspace.world.clock.now:
            for user in users:
                stops.note(workspace, canvas, user, "schedule", "its local time had passed", entry)
        else:
            run = partial(_let_in, workspace, canvas, users, entry)
            workspace.world.clock.at(due, run, name=f"Canvas {canvas.name}", vendor="braze", cause=entry)


async def _let_in(workspace: Workspace, canvas: Canvas, users: Sequence[User], cause: int) -> None:
    """Let users in, up to the most entries of a run."""
    left = canvas.max_entries[0] if canvas.max_entries is not None and canvas.max_entries[1] == "run" else len(users)
    for number, user in enumerate(users, 1):
        if number % YIELD_EVERY == 0:
            await asyncio.sleep(0)
        if left <= 0:
            stops.note(workspace, canvas, user, "entry", "the most entries per run are reached", cause)
        elif journeys.enter(workspace, canvas, user, {}, "schedule", cause) is not None:
            left -= 1
