"""Why somebody did not get a campaign or enter a Canvas: noted when it happens, for the journal and for `why`."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Any

import msgspec

from stampcard.braze.state import User, Workspace

KEPT = 20_000
"""Users and campaigns whose last stop is remembered."""


class Stop(msgspec.Struct, frozen=True):
    """One stop: at which rule, and what was looked at."""

    at: datetime
    rule: str
    text: str
    entry: int


def note(workspace: Workspace, sender: Any, user: User, rule: str, text: str, cause: int | None) -> None:
    """Journal a stop and remember it as the last one of this user and campaign (or Canvas)."""
    world = workspace.world
    who = user.external_id or user.braze_id
    entry = world.record("braze", f"stopped.{rule}", f"{sender.name!r} not for {who}: {text}", cause=cause)
    stops: OrderedDict[tuple[str, str], Stop] = workspace.engine.stops
    key = (sender.id, user.braze_id)
    stops[key] = Stop(world.clock.now, rule, text, entry)
    stops.move_to_end(key)
    if len(stops) > KEPT:
        stops.popitem(last=False)


def last(workspace: Workspace, sender: Any, user: User) -> Stop | None:
    """The last stop, if it is still remembered."""
    found: Stop | None = workspace.engine.stops.get((sender.id, user.braze_id))
    return found
