"""Test of one Canvas step, as its "Preview and test" tab makes it: outside any journey, and nobody moves on.

Source: Braze docs, "Sending test messages" and "User Update" (braze-inc/braze-docs); a User Update really changes the
user. The other steps have no test.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from stampcard.braze.canvas import steps
from stampcard.braze.canvas.records import Canvas, Journey, Path, Step
from stampcard.braze.sending import sending
from stampcard.braze.sending.orders import TEST
from stampcard.braze.state import User, Workspace
from stampcard.braze.variables import Dotted
from stampcard.core.outbox import Message

TESTED = ("message", "user_update")


def find_canvas(workspace: Workspace, name_or_id: str) -> Canvas | None:
    """By API identifier or by name."""
    rows: list[Canvas] = list(workspace.canvases.values())
    return next((row for row in rows if name_or_id in (row.id, row.name)), None)


def find_step(canvas: Canvas, name: str) -> tuple[Path, Step] | None:
    """A step and its variant; the first one when several variants have a step of this name."""
    return next(((path, path.steps[name]) for path in canvas.variants if name in path.steps), None)


async def send_test(
    canvas: Canvas, place: tuple[Path, Step], journey_of: tuple[Workspace, User, int], names: Mapping[str, Any]
) -> list[Message]:
    """Test a step that is one of TESTED for a user; `names` holds `context` and `event_properties` as made up for it.

    Nothing is asked of a message but its channel, and it counts for nothing.
    """
    (workspace, user, cause), (path, step) = journey_of, place
    now = workspace.world.clock.now
    journey = Journey("test", workspace, canvas, path, user, dict(names.get("context", {})), cause, now)
    journey.event = Dotted(names["event_properties"]) if "event_properties" in names else None
    if step.message is None:
        await steps.user_update(journey, step, _stay)
        return []
    stand_in = replace(step.message, delivery=TEST, quiet_hours=None, capped=False, speed_limit=None)
    order = replace(steps.order_of(journey, step, cause), campaign=stand_in, send_to="all", why="test send")
    return [await sending.send(replace(order, content=content)) for content in step.message.contents]


def _stay(step: str | None, wait: timedelta = timedelta()) -> None:
    """Nobody goes on from a test."""
