"""Live Activities on iOS: https://www.braze.com/docs/api/endpoints/messaging/live_activity

What a device would be told is a message of the outbox, on the channel `live_activity`. A user is reached by a push
token of the app; Braze's own tokens for starting an activity are not told apart from others (assumed).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from stampcard.braze.audience import connected, segments
from stampcard.braze.errors import refused
from stampcard.braze.state import User, Workspace
from stampcard.core.endpoint import Call, Reply
from stampcard.core.outbox import Message

MAX_USERS = 50


class LiveActivity(msgspec.Struct):
    """One activity: the app it belongs to, and the users (braze_id) on whose devices it was started."""

    id: str
    app_id: str
    kind: str
    attributes: Mapping[str, Any]
    state: Mapping[str, Any]
    users: tuple[str, ...] = ()
    ended: bool = False


async def start(call: Call[Workspace]) -> Reply:
    body = call.body
    if body["app_id"] not in call.state.apps:
        raise refused("Bad Request")
    users = _recipients(call)
    activity = LiveActivity(
        body["activity_id"],
        body["app_id"],
        body["activity_attributes_type"],
        body["activity_attributes"],
        body["content_state"],
    )
    known = call.state.live_activities.get(activity.id)
    if known is not None and not known.ended:
        call.diagnose("activity-replaced", "an activity of this id runs already and is replaced", "/activity_id")
    reached = [user for user in users if any(token.app_id == activity.app_id for token in user.push_tokens)]
    activity.users = tuple(user.braze_id for user in reached)
    call.state.live_activities[activity.id] = activity
    for user in users:
        _tell(call, activity, user, "started", reached=user in reached)
    call.summary = f"live activity {activity.id!r} started for {len(reached)} of {len(users)} users"
    return Reply(201, {"message": "success"})


def _recipients(call: Call[Workspace]) -> list[User]:
    """The users of exactly one of three ways to name them. Raises ApiError."""
    body, workspace = call.body, call.state
    ways = [name for name in ("external_user_ids", "segment_id", "custom_audience") if body.get(name) is not None]
    if len(ways) != 1:
        raise refused("Bad Request" if ways else "No Recipients")
    if ways == ["external_user_ids"]:
        ids = body["external_user_ids"]
        if len(ids) > MAX_USERS:
            raise refused("The max number of ids per request was exceeded")
        return list({user.braze_id: user for name in ids if (user := workspace.by_external_id.get(name))}.values())
    if ways == ["segment_id"]:
        segment = workspace.segments.get(body["segment_id"])
        if segment is None:
            raise refused("Bad Request")
        return list(segments.members(workspace, segment.rule))
    if connected.fault(body["custom_audience"]):
        raise refused("Bad Request")
    return [user for user in workspace if connected.matches(workspace, body["custom_audience"], user)]


async def update(call: Call[Workspace]) -> Reply:
    """New content, or the end. Braze documents no error for an activity it does not know."""
    activity: LiveActivity | None = call.state.live_activities.get(call.body["activity_id"])
    if activity is None or activity.ended or activity.app_id != call.body["app_id"]:
        call.diagnose("unknown-activity", "no activity of this id runs in this app", "/activity_id", "error")
        return Reply(201, {"message": "success"})
    activity.state = call.body["content_state"]
    activity.ended = call.body.get("end_activity", False)
    for braze_id in activity.users:
        if (user := call.state.users.get(braze_id)) is not None:
            _tell(call, activity, user, "ended" if activity.ended else "updated", reached=True)
    call.summary = f"live activity {activity.id!r} {'ended' if activity.ended else 'updated'}"
    return Reply(201, {"message": "success"})


def _tell(call: Call[Workspace], activity: LiveActivity, user: User, what: str, *, reached: bool) -> None:
    names = ("notification", "dismissal_date", "stale_date")
    parts = {"activity_id": activity.id, "type": activity.kind, "attributes": dict(activity.attributes)}
    parts |= {"content_state": activity.state, **{name: call.body[name] for name in names if name in call.body}}
    call.world.outbox.add(
        Message(
            id=call.world.chance.uuid(),
            at=call.world.clock.now,
            vendor="braze",
            channel="live_activity",
            user=user.external_id or user.braze_id,
            campaign=None,
            status="sent" if reached else "aborted",
            parts=parts,
            reason="" if reached else "the user has no push token of the app",
            cause=call.id,
            entry=call.id,
            detail={"why": f"live activity {what}"},
        )
    )
