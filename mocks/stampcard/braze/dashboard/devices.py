"""What a device tells Braze by its SDK, caused on purpose: sessions, custom events, purchases.

Source: Braze docs, "Action-based delivery" (in-app messages are set off by the SDK's events alone) and the analytics
pages (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stampcard.braze import triggers
from stampcard.braze.campaigns.actions import EVENT, PURCHASE, SESSION
from stampcard.braze.state import User, Workspace
from stampcard.braze.tracking import objects
from stampcard.core.clock import iso

OBJECTS = {EVENT: ("events", "event", "name"), PURCHASE: ("purchases", "product", "product_id")}
"""Action -> the array of /users/track whose rules it follows, the setting with its name, and that name's member."""


class NotTold(Exception):
    """The device cannot tell this; nothing happened."""


def note_session(workspace: Workspace, user: User, app_id: str, time: datetime) -> None:
    """A session, in the counts and on the profile."""
    objects.happened(workspace, "session", "", time, app_id)
    objects.happened_in_segments(workspace, user, "session", "", time, app_id)
    workspace.sessions.setdefault((user.braze_id, app_id), []).append(int(time.timestamp()))
    user.profile.setdefault("date_of_first_session", time)
    user.profile["date_of_last_session"] = max(time, user.profile.get("date_of_last_session", time))


def tell(workspace: Workspace, user: User, action: str, settings: Mapping[str, Any], cause: int) -> None:
    """Let a device tell of a session start, a custom event or a purchase, now. Raises NotTold."""
    app_id = settings.get("app_id", next(iter(workspace.apps)))
    if app_id not in workspace.apps:
        raise NotTold(f"no app has the id {app_id!r}")
    if action == SESSION:
        triggers.session_started(workspace, user, app_id, cause)
        note_session(workspace, user, app_id, workspace.world.clock.now)
        return
    array, setting, member = OBJECTS[action]
    row = {"braze_id": user.braze_id, "app_id": app_id, "time": iso(workspace.world.clock.now)}
    row |= {member: settings.get(setting), "properties": settings.get("properties", {})}
    if action == PURCHASE:
        row |= {name: settings.get(name, usual) for name, usual in (("price", 0), ("currency", "USD"))}
        row["quantity"] = settings.get("quantity", 1)
    if fault := objects.fault_of(workspace, array, row):
        raise NotTold(fault)
    work = objects.Tracking(workspace, lambda code, why, place: None, cause, on_device=app_id)
    objects.APPLY[array][1](work, row, "")
