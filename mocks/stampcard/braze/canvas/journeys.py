"""Entering a Canvas, going from step to step, and leaving it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from stampcard.braze.audience import segments
from stampcard.braze.campaigns import pacing, stops
from stampcard.braze.campaigns.actions import VARIABLE, with_values
from stampcard.braze.canvas import in_app
from stampcard.braze.canvas.records import Canvas, Journey, Path
from stampcard.braze.canvas.steps import EXIT, RUN, WAIT
from stampcard.braze.occasions import Occasion
from stampcard.braze.sending import counting, message_events
from stampcard.braze.state import User, Workspace
from stampcard.braze.values import detect_time

NOW = timedelta()
ONE_ENTRY = timedelta(seconds=1)
"""Several triggers within this time are one entry."""

AUDIENCE, EVENT = "audience", "event"
EXIT_EVENTS = {AUDIENCE: "users.canvas.exit.MatchedAudience", EVENT: "users.canvas.exit.PerformedEvent"}
"""The first word of an exit criterion that was met -> its message event."""


def why_not_now(workspace: Workspace, canvas: Canvas, user: User) -> str:
    """Why a user does not enter just now, or nothing."""
    now, last = workspace.world.clock.now, canvas.entries.get(user.braze_id)
    if canvas.status != "Active":
        return f"the Canvas is {canvas.status.lower()}"
    if canvas.audience is not None and (why := segments.why_not(workspace, canvas.audience, user)):
        return f"not in the audience ({why})"
    if canvas.max_entries is not None and _is_full(workspace, canvas):
        return "the most entries per {1}, {0}, are reached".format(*canvas.max_entries)
    if last is None:
        return ""
    if now - last < ONE_ENTRY:
        return "entered within the last second"
    if canvas.re_entry is None or now - last < canvas.re_entry:
        return "entered already"
    return ""


def _is_full(workspace: Workspace, canvas: Canvas) -> bool:
    """Whether the entries of this hour, day or of the Canvas's life are used up; those of a run its launch counts."""
    assert canvas.max_entries is not None
    limit, per = canvas.max_entries
    hours, now = workspace.hourly[counting.ENTRIES, canvas.id], int(workspace.world.clock.epoch) // 3600
    first = {"run": now + 1, "hour": now, "day": now // 24 * 24, "lifetime": 0}[per]
    return sum(count for hour, count in hours.items() if hour >= first) >= limit


def enter(
    workspace: Workspace, canvas: Canvas, user: User, context: Mapping[str, Any], what: str, cause: int
) -> Journey | None:
    """Let a user enter if nothing speaks against it; the first step runs when the clock settles."""
    world, who = workspace.world, user.external_id or user.braze_id
    why = why_not_now(workspace, canvas, user)
    if not why and user.in_control_group and not canvas.exempt_from_control:
        why = "Global Control Group"
    if why:
        stops.note(workspace, canvas, user, "entry", why, cause)
        return None
    canvas.entries[user.braze_id] = world.clock.now
    path = pick_path(workspace, canvas, user)
    counting.canvas_entered(workspace, user, canvas.id, path)
    entered = {
        "canvas_id": canvas.id,
        "canvas_name": canvas.name,
        "canvas_variation_id": path.id if path else None,
        "canvas_variation_name": path.name if path else None,
        "in_control_group": path is None,
    }
    message_events.emit(workspace, user, "users.canvas.Entry", entered)
    if path is None:
        stops.note(workspace, canvas, user, "control", "entered in the Canvas's control group", cause)
        return None
    text = f"{who} enters {canvas.name!r}, variant {path.name!r}, by {what}"
    entry = world.record("braze", "canvas.entry", text, cause=cause)
    journey = Journey(world.chance.uuid(), workspace, canvas, path, user, dict(context), entry, world.clock.now)
    workspace.engine.journeys.setdefault(user.braze_id, []).append(journey)
    _later(journey, next(iter(path.steps)), NOW)
    return journey


def pick_path(workspace: Workspace, canvas: Canvas, user: User) -> Path | None:
    """A user's variant, drawn for good while the percentages stay; None for the control group."""
    shares = ",".join(str(path.percentage) for path in canvas.variants)
    left = pacing.draw(workspace, f"{canvas.id}:{shares}", user)
    for path in canvas.variants:
        if left < path.percentage:
            return path
        left -= path.percentage
    return None


def _later(journey: Journey, step: str | None, wait: timedelta) -> None:
    clock = journey.workspace.world.clock
    name = f"Canvas {journey.canvas.name}"
    journey.job = clock.after(wait, partial(go, journey, step), name=name, vendor="braze", cause=journey.cause)


async def go(journey: Journey, name: str | None) -> None:
    """Run steps from the one named, until one waits or the journey ends."""
    if journey not in journey.workspace.engine.journeys.get(journey.user.braze_id, ()):
        return
    name = _up_to_date(journey, name)
    if journey.canvas.status != "Active":
        journey.held = (name,)
        return
    while True:
        if journey.step is not None and (why := _exit_criterion(journey)):
            leave(journey, why)
            return
        if name is None:
            leave(journey, "end of the path")
            return
        journey.step = journey.path.steps[name]
        outcome = await RUN[journey.step.type](journey, journey.step, partial(_resume, journey))
        if outcome is WAIT:
            return
        if outcome is EXIT:
            leave(journey, f"step {name!r} lets the user go")
            return
        name = outcome if isinstance(outcome, str) else None


def _up_to_date(journey: Journey, name: str | None) -> str | None:
    """Users go on in the Canvas as it is now; one whose next step was taken out goes where that step led."""
    current: Canvas | None = journey.workspace.canvases.get(journey.canvas.id)
    if current is None or current is journey.canvas:
        return name
    path = next((path for path in current.variants if path.id == journey.path.id), None)
    old, journey.canvas = journey.path, current
    if path is None:
        return name
    journey.path = path
    while name is not None and name not in path.steps:
        name = old.steps[name].following
    return name


def release(workspace: Workspace, canvas: Canvas) -> None:
    """A stopped Canvas is active again: its users go on; messages whose time has passed meanwhile are dropped."""
    for journeys in list(workspace.engine.journeys.values()):
        for journey in journeys:
            if journey.canvas.id != canvas.id or journey.held is None:
                continue
            name, journey.held = journey.held[0], None
            name = _up_to_date(journey, name)
            while name is not None and journey.path.steps[name].type == "message":
                who = journey.user.external_id or journey.user.braze_id
                text = f"{who} in {canvas.name!r}: the time of {name!r} has passed"
                workspace.world.record("braze", "canvas.late", text, cause=journey.cause)
                name = journey.path.steps[name].following
            _later(journey, name, NOW)


def _resume(journey: Journey, step: str | None, wait: timedelta = NOW) -> None:
    """What a waiting step calls to go on."""
    _later(journey, step, wait)


def _exit_criterion(journey: Journey) -> str:
    """Whether an exit criterion was met; filters are evaluated when the step ends."""
    canvas = journey.canvas
    if journey.exiting:
        return journey.exiting
    if canvas.exit_audience is not None and segments.holds(journey.workspace, canvas.exit_audience, journey.user):
        return f"{AUDIENCE} of the exit criteria"
    if journey.workspace.users.get(journey.user.braze_id) is not journey.user:
        return "the profile is gone"
    return ""


def leave(journey: Journey, why: str) -> None:
    """End a journey."""
    journeys = journey.workspace.engine.journeys
    still = [other for other in journeys.get(journey.user.braze_id, ()) if other is not journey]
    if still:
        journeys[journey.user.braze_id] = still
    else:
        journeys.pop(journey.user.braze_id, None)
    if journey.job is not None:
        journey.job.cancel()
    if (kind := EXIT_EVENTS.get(why.partition(" ")[0])) is not None:
        left_at = {"canvas_id": journey.canvas.id, "canvas_name": journey.canvas.name}
        left_at |= {"canvas_step_id": journey.step.id, "canvas_step_name": journey.step.name} if journey.step else {}
        message_events.emit(journey.workspace, journey.user, kind, left_at)
    who = journey.user.external_id or journey.user.braze_id
    text = f"{who} leaves {journey.canvas.name!r}: {why}"
    journey.workspace.world.record("braze", "canvas.exit", text, cause=journey.cause)


# What happens to users


def happened(workspace: Workspace, user: User, occasion: Occasion) -> None:
    """An event, purchase or change of attributes: in-app messages, exits, Action Paths, then entries."""
    if user.braze_id in workspace.engine.in_app:
        in_app.happened(workspace, user, occasion)
    moved: set[str] = set()
    for journey in list(workspace.engine.journeys.get(user.braze_id, ())):
        if any(_matches(journey, occasion, action) for action in journey.canvas.exit_events):
            journey.exiting = f"{EVENT} of the exit criteria: {occasion.what}"
        step = journey.step
        if step is not None and step.type == "action_paths" and journey.canvas.id not in moved:
            if _act(journey, occasion):
                moved.add(journey.canvas.id)
    for canvas in list(workspace.canvases.values()):
        if canvas.delivery == "action_based" and any(occasion.matches(action) for action in canvas.triggers):
            enter(workspace, canvas, user, _context(occasion.properties), occasion.what, occasion.cause)


def _matches(journey: Journey, occasion: Occasion, action: Mapping[str, Any]) -> bool:
    """Whether an action is what happened; its property filters may compare with variables of the context."""
    meant = with_values(action, VARIABLE, journey.context)
    return meant is not None and occasion.matches(meant)


def _act(journey: Journey, occasion: Occasion) -> bool:
    """An action within the window of an Action Paths step; whether it moved the user on."""
    assert journey.step is not None
    row = journey.step.row
    for rank, group in enumerate(row["groups"]):
        if not any(_matches(journey, occasion, action) for action in group["triggers"]):
            continue
        if journey.found is not None and not row.get("ranking", False):
            return False
        if row.get("ranking", False):
            if journey.found is None or rank < journey.found:
                journey.found, journey.found_event = rank, occasion.properties
            return False
        if journey.job is not None:
            journey.job.cancel()
        journey.event = occasion.properties
        journey.found = rank
        _later(journey, group.get("next", journey.step.following), NOW)
        return True
    return False


def _context(properties: Mapping[str, Any] | None) -> dict[str, Any]:
    """Entry properties of an event: texts that are times become times in UTC."""
    found = properties or {}
    return {key: (detect_time(value) or value) if isinstance(value, str) else value for key, value in found.items()}
