"""In-app messages of Message steps: live once a user reaches the step, fetched by the next session, shown by their
trigger until they expire; the user moves on at once.

Quiet Hours, caps, speed limits, exit criteria and a stopped Canvas leave them alone. They do not compete with in-app
messages of campaigns, whose priorities are not emulated.

Source: Braze docs, "In-app messages in Canvas" and the Canvas FAQs (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from stampcard.braze.campaigns import stops
from stampcard.braze.campaigns.actions import EVENT, PURCHASE, SESSION, check_action
from stampcard.braze.campaigns.records import Content
from stampcard.braze.canvas.records import Canvas, Journey, Step
from stampcard.braze.occasions import Occasion
from stampcard.braze.sending import outcomes, sending
from stampcard.braze.sending.message_setup import check_instant, duration
from stampcard.braze.sending.orders import IN_APP, Order
from stampcard.braze.state import User, Workspace
from stampcard.core.clock import Job, iso, parse_duration, parse_instant
from stampcard.core.errors import SetupError
from stampcard.core.outbox import Message

Row = Mapping[str, Any]
CONTROLS = "message_controls"
MOST = 10
"""In-app messages of Canvases that wait for one user; the next ones are not sent (that these give way is assumed)."""
TRIGGERS = (SESSION, PURCHASE, EVENT)


def check(row: Row, pointer: str) -> None:
    """The message controls of a Message step. Raises SetupError."""
    controls, place = row.get(CONTROLS), f"{pointer}/{CONTROLS}"
    if (controls is not None) != (IN_APP in row.get("messages", {})):
        raise SetupError(place, "goes with an in_app_message, which needs it to say when it expires")
    if controls is None:
        return
    trigger = controls.get("trigger", {"action": SESSION})
    if trigger["action"] not in TRIGGERS:
        raise SetupError(f"{place}/trigger/action", f"an in-app message of a Canvas shows by {', '.join(TRIGGERS)}")
    check_action(trigger, f"{place}/trigger")
    duration(controls.get("expires_after", 0), f"{place}/expires_after")
    check_instant(controls.get("expires_at", "now"), f"{place}/expires_at")


class Live(msgspec.Struct, eq=False):
    """A message that waits to be shown. `fetched` says that a session began since the step was reached; `rank` is its
    priority, the lowest first: newer Canvases, then earlier steps."""

    canvas: Canvas
    order: Order
    message: Message
    trigger: Row
    rank: tuple[float, int]
    fetched: bool = False
    expiry: Job | None = None


def go_live(journey: Journey, step: Step, order: Order, content: Content) -> None:
    """The user has reached the step: the message waits for the next session. What an Action Paths step saw is not for
    in-app messages."""
    assert step.message is not None
    workspace, user, controls = journey.workspace, journey.user, step.row[CONTROLS]
    stand_in = replace(step.message, quiet_hours=None, capped=False)
    names = {name: value for name, value in order.names.items() if name != "event_properties"}
    order = replace(order, content=content, campaign=stand_in, names=names, codes={}, ended=None)
    rank = (-journey.canvas.created_at.timestamp(), list(journey.path.steps).index(step.name))
    trigger = controls.get("trigger", {"action": SESSION})
    live = Live(journey.canvas, order, sending.new_message(order), trigger, rank)
    _take_places(workspace, user, step.id)
    clock, ends = workspace.world.clock, _expiry(controls, workspace.world.clock.now)
    waiting = workspace.engine.in_app.get(user.braze_id, [])
    if ends <= clock.now:
        _never_shown(live, f"it had expired at {iso(ends)} when the step was reached")
    elif len(waiting) >= MOST:
        _never_shown(live, f"{MOST} in-app messages wait for the user already")
    else:
        live.message.detail |= {"waits_for": "a session on a device, then its trigger", "expires": iso(ends)}
        workspace.engine.in_app.setdefault(user.braze_id, []).append(live)
        ended = partial(_expire, live, ends)
        live.expiry = clock.at(ends, ended, name=f"expiry of {step.name}", vendor="braze", cause=journey.cause)


def _expiry(controls: Row, now: datetime) -> datetime:
    if "expires_after" in controls:
        return now + parse_duration(controls["expires_after"])
    return parse_instant(controls["expires_at"])


def _take_places(workspace: Workspace, user: User, step_id: str) -> None:
    """Who enters again sees the message of the last entry; the one that waits gives way (assumed)."""
    for other in list(workspace.engine.in_app.get(user.braze_id, ())):
        if other.order.campaign.id == step_id:
            _forget(other)
            _never_shown(other, "a later entry of the user brought it anew")


def _forget(live: Live) -> None:
    in_app, key = live.order.workspace.engine.in_app, live.order.user.braze_id
    left = [other for other in in_app.get(key, ()) if other is not live]
    if left:
        in_app[key] = left
    else:
        in_app.pop(key, None)
    if live.expiry is not None:
        live.expiry.cancel()


def _never_shown(live: Live, why: str) -> None:
    """It ends without an impression. No message event tells of it: Braze documents none."""
    message, world = live.message, live.order.workspace.world
    message.status, message.reason = "aborted", why
    message.detail.pop("waits_for", None)
    message.entry = world.journal.next_id()
    outcomes.record(live.order, message, message.entry)


async def _expire(live: Live, at: datetime) -> None:
    _forget(live)
    _never_shown(live, f"it expired at {iso(at)} and was not shown")


# Showing


def happened(workspace: Workspace, user: User, occasion: Occasion) -> None:
    """A device's session fetches what is live; a trigger shows the one message that comes first."""
    waiting: list[Live] = workspace.engine.in_app.get(user.braze_id, [])
    if occasion.on_device and occasion.matches({"action": SESSION}):
        for live in waiting:
            live.fetched = True
    ready = []
    for live in waiting:
        if not occasion.matches(live.trigger):
            continue
        if why := _why_not(live, occasion):
            stops.note(workspace, live.canvas, user, "trigger", why, occasion.cause)
        else:
            ready.append(live)
    if ready:
        first = min(ready, key=lambda live: live.rank)
        _forget(first)
        run = partial(_show, first, occasion)
        workspace.world.clock.at(workspace.world.clock.now, run, name="in-app message", vendor="braze")


def _why_not(live: Live, occasion: Occasion) -> str:
    if not occasion.on_device:
        return "in-app messages are shown by events of a device's SDK, not by REST calls"
    return "" if live.fetched else "no session has begun since the user reached the step of the in-app message"


async def _show(live: Live, occasion: Occasion) -> None:
    """Rendered as it is shown, with the properties of the event that shows it."""
    order, app = live.order, occasion.on_device
    name = order.workspace.apps.get(app)
    order.names = {**order.names, **occasion.names, "app": {"api_id": app, "name": name}}
    live.message.detail["shown_by"] = occasion.what
    await sending.attempt(order, live.message)
