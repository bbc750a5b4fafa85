"""POST /canvas/trigger/send and the schedules of Canvases.

Source: Braze docs, "Send Canvases via API-triggered delivery" and "Schedule API-triggered Canvases"
(braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from stampcard.braze import errors
from stampcard.braze.campaigns.records import API_TRIGGERED
from stampcard.braze.canvas import journeys
from stampcard.braze.canvas.records import Canvas
from stampcard.braze.messaging import schedules
from stampcard.braze.messaging.messages import accepted
from stampcard.braze.messaging.targets import bad, check_recipients, filtered, recipients
from stampcard.braze.sending import launching
from stampcard.braze.state import User, Workspace
from stampcard.core.endpoint import Call, Reply

UNKNOWN = "canvas_id must be a string of the Canvas api identifier"
NOTICES = {
    "Archived": "The Canvas is archived. Unarchive the Canvas to ensure trigger requests will take effect.",
    "Stopped": "The Canvas is paused. Resume the Canvas to ensure trigger requests will take effect.",
}
CONTEXT = ("context", "canvas_entry_properties")
"""The entry context, and its former name."""

Chosen = list[tuple[User, dict[str, Any]]]


def _context(row: Any) -> dict[str, Any]:
    return {**(row.get("canvas_entry_properties") or {}), **(row.get("context") or {})}


class ApiEntry(msgspec.Struct):
    """A request that was found good; `explicit` when it lists recipients."""

    call: Call[Workspace]
    canvas: Canvas
    dispatch_id: str
    explicit: bool

    def chosen(self) -> Chosen:
        """Users with their context: a recipient's own values win over those of the request."""
        shared = _context(self.call.body)
        if not self.explicit:
            return [(user, shared) for user in list(self.call.state)]
        return [(user, {**shared, **_context(row)}) for user, row in recipients(self.call)]

    def enter(self, chosen: Chosen) -> None:
        """Let those enter who may."""
        workspace, own = self.call.state, {user.braze_id: context for user, context in chosen}
        for user in filtered(workspace, self.call.body, [user for user, _ in chosen]):
            context = own[user.braze_id]
            journeys.enter(workspace, self.canvas, user, context, self.call.operation.path, self.call.id)


def checked(call: Call[Workspace]) -> ApiEntry:
    """Everything about a request that triggers or schedules a Canvas. Raises ApiError."""
    canvas: Canvas | None = call.state.canvases.get(call.body["canvas_id"])
    if canvas is None or canvas.delivery != API_TRIGGERED:
        raise errors.refused(UNKNOWN)
    explicit = check_recipients(call, CONTEXT)
    for index, row in enumerate(call.body.get("recipients") or ()):
        if "subscription_groups" in (row.get("attributes") or {}):
            row["attributes"] = {key: value for key, value in row["attributes"].items() if key != "subscription_groups"}
            message = "not applied on this endpoint unless Braze switched it on for the account"
            call.diagnose("ignored-subscription-groups", message, f"/recipients/{index}/attributes")
    return ApiEntry(call, canvas, call.world.chance.hex(32), explicit)


async def trigger(call: Call[Workspace]) -> Reply:
    """POST /canvas/trigger/send: listed recipients, or the whole audience, enter a Canvas."""
    asked = checked(call)
    chosen = asked.chosen() if asked.explicit else None

    async def run() -> None:
        asked.enter(chosen if chosen is not None else asked.chosen())

    name = asked.canvas.name
    call.world.clock.after(launching.NOW, run, name=f"Canvas {name}", vendor="braze", cause=call.id)
    whom = f"{len(chosen)} recipients" if chosen is not None else "its audience"
    call.summary = f"trigger Canvas {name!r} for {whom}"
    notice = NOTICES.get(asked.canvas.status)
    return Reply(201, accepted(asked.dispatch_id) | ({"notice": notice} if notice else {}))


async def create_schedule(call: Call[Workspace]) -> Reply:
    """POST /canvas/trigger/schedule/create."""
    schedules.read_schedule(call)
    asked = checked(call)

    async def send(test: Callable[[User], bool]) -> None:
        asked.enter([pair for pair in asked.chosen() if test(pair[0])])

    return schedules.add(call, asked.canvas.id, send, asked)


async def update_schedule(call: Call[Workspace]) -> Reply:
    """POST /canvas/trigger/schedule/update."""
    if "schedule_id" not in call.body:
        call.body["schedule_id"] = _only_schedule(call)
    schedules.move(call, schedules.find(call, call.body["canvas_id"]))
    call.summary = "schedule updated"
    return Reply(201, {"message": "success"})


def _only_schedule(call: Call[Workspace]) -> str:
    """The Canvas's one schedule, where schedule_id is optional. Raises ApiError."""
    own: list[str] = [row.id for row in call.state.engine.schedules.values() if row.owner == call.body["canvas_id"]]
    if call.state.switches.canvas_schedule_id == "required":
        raise bad(call, "schedule_id is required", "/schedule_id")
    if len(own) != 1:
        raise bad(call, f"without schedule_id the Canvas has one schedule, not {len(own)}", "/schedule_id")
    return own[0]


async def delete_schedule(call: Call[Workspace]) -> Reply:
    """POST /canvas/trigger/schedule/delete."""
    return schedules.drop(call, call.body["canvas_id"])
