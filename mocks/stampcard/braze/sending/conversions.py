"""Conversions: what users do within a deadline after they received a campaign or entered a Canvas, and its revenue.

A user converts once on each conversion event of a campaign; on those of a Canvas once an entry. The control group
converts too. Revenue is what is bought within the deadline of the first conversion event, or within three days.

Source: Braze docs, "Conversion events" (braze-inc/braze-docs); for Canvases "Create a Canvas".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from stampcard.braze.campaigns.actions import PURCHASE, SESSION
from stampcard.braze.occasions import Occasion
from stampcard.braze.sending import counting, message_events
from stampcard.braze.state import User, Workspace
from stampcard.core import codec

DEFAULT_WINDOW = timedelta(days=3)
"""In which revenue counts for what has no conversion event."""
CONVERT = "convert"


class Conversion(msgspec.Struct, frozen=True):
    """One conversion event: the action, and how long after the receipt it counts."""

    action: Mapping[str, Any]
    window: timedelta


class Chance(msgspec.Struct):
    """What a user can convert on: `sender` (a campaign or Canvas) reached the user at `since`.

    `places` are the ids conversions are counted under: the sender's, its variant's, that of the message.
    """

    sender: Any
    since: datetime
    places: tuple[str, ...]
    control: bool = False
    step: tuple[str, str] | None = None


def _chances(workspace: Workspace, user: User) -> Iterator[Chance]:
    for key, receipt in user.campaigns.items():
        if (campaign := workspace.campaigns.get(key)) is not None:
            message = (receipt.variation_id,) if receipt.variation_id else ()
            yield Chance(campaign, receipt.last_received, (key, *message))
    for key, since in workspace.engine.controls.get(user.braze_id, {}).items():
        if (campaign := workspace.campaigns.get(key)) is not None:
            yield Chance(campaign, since, (key, f"{key}#control"), control=True)
    for key, visit in user.canvases.items():
        if (canvas := workspace.canvases.get(key)) is not None:
            yield _of_canvas(canvas, visit)


def _of_canvas(canvas: Any, visit: Any) -> Chance:
    """The entry, and the step whose message came last: it is what a conversion is put down to."""
    variant = tuple(path.id for path in canvas.variants if path.name == visit.variation_name)
    newest = max(visit.steps.items(), key=lambda item: item[1][1], default=None)
    step = (newest[0], newest[1][0]) if newest is not None else None
    places = (canvas.id, *variant, *((step[0],) if step else ()))
    return Chance(canvas, visit.last_entered, places, control=visit.variation_name is None, step=step)


def happened(workspace: Workspace, user: User, occasion: Occasion) -> None:
    """Count the conversions that a happening is."""
    if not workspace.engine.converting:
        return
    now = workspace.world.clock.now
    for chance in list(_chances(workspace, user)):
        for index, conversion in enumerate(chance.sender.conversions):
            if now - chance.since <= conversion.window and occasion.matches(conversion.action):
                _convert(workspace, user, chance, index, occasion.cause)


def _convert(workspace: Workspace, user: User, chance: Chance, index: int, cause: int) -> None:
    sender, engine = chance.sender, workspace.engine
    is_canvas = sender.id in workspace.canvases
    key = (sender.id, index, user.braze_id)
    before = engine.converted.get(key)
    if before is not None and (not is_canvas or before >= chance.since):
        return
    engine.converted[key] = workspace.world.clock.now
    counting.converted(workspace, chance.places, index, chance.since, by="entry" if is_canvas else "send")
    receipt = user.campaigns.get(sender.id)
    if receipt is not None and index == 0:
        receipt.converted = True
    _tell(workspace, user, chance, index, cause)


def _tell(workspace: Workspace, user: User, chance: Chance, index: int, cause: int) -> None:
    """The message event, the journal, and those who wait for a conversion of this campaign."""
    # Imported late: triggers tell of what may convert.
    from stampcard.braze import triggers

    sender, world = chance.sender, workspace.world
    is_canvas = sender.id in workspace.canvases
    kind = "canvas" if is_canvas else "campaign"
    properties: dict[str, Any] = {f"{kind}_id": sender.id, f"{kind}_name": sender.name}
    if is_canvas and chance.step is not None:
        properties |= {"canvas_step_id": chance.step[0], "canvas_step_name": chance.step[1]}
    elif not is_canvas and not chance.control and len(chance.places) > 1:
        properties["message_variation_id"] = chance.places[1]
    action = sender.conversions[index].action
    behavior = codec.encode(view(sender.conversions[index])).decode()
    properties |= {"conversion_behavior_index": index, "conversion_behavior": behavior}
    message_events.emit(workspace, user, f"users.{'canvas' if is_canvas else 'campaigns'}.Conversion", properties)
    who = user.external_id or user.braze_id
    text = f"{who} converts on {sender.name!r}: {words(action)}{', in the control group' if chance.control else ''}"
    entry = world.record("braze", f"{kind}.conversion", text, cause=cause)
    if not is_canvas:
        triggers.campaign_engaged(workspace, user, sender.name, CONVERT, entry)


def words(action: Mapping[str, Any]) -> str:
    """A conversion event as Braze's exports call it."""
    if action["action"] == SESSION:
        return "Starts Session"
    if action["action"] == PURCHASE:
        return "Makes Specific Purchase" if "product" in action else "Makes Any Purchase"
    return "Performs Custom Event"


def view(conversion: Conversion) -> dict[str, Any]:
    """A conversion event as the details of a campaign show it."""
    action = conversion.action
    row: dict[str, Any] = {"type": words(action), "window": int(conversion.window.total_seconds())}
    shown = {"product": "product", "event": "custom_event_name"}
    return row | {name: action[key] for key, name in shown.items() if key in action}


def earned(workspace: Workspace, user: User, revenue: float) -> None:
    """Put a purchase down to every campaign and Canvas in whose window it falls."""
    now = workspace.world.clock.now
    for chance in _chances(workspace, user):
        conversions = chance.sender.conversions
        if not chance.control and now - chance.since <= (conversions[0].window if conversions else DEFAULT_WINDOW):
            counting.earned(workspace, chance.places, revenue)
