"""Messages and campaigns scheduled by API: create, update, delete; and what the dashboard has scheduled.

Source: Braze docs, "Schedule object", "Create scheduled messages", "Schedule API-triggered campaigns" and "List
upcoming scheduled campaigns and Canvases" (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import msgspec

from stampcard.braze import errors, zones
from stampcard.braze.campaigns import timing
from stampcard.braze.campaigns.records import API, SCHEDULED, Campaign
from stampcard.braze.messaging import messages, triggered
from stampcard.braze.messaging.messages import accepted
from stampcard.braze.messaging.targets import bad
from stampcard.braze.state import User, Workspace
from stampcard.braze.values import read_time
from stampcard.core.clock import Job
from stampcard.core.endpoint import Call, Reply

AHEAD = timedelta(hours=14)
"""How far the earliest time zone is ahead of UTC."""
MAX_SEND_ID = 64
FALLBACK = time(17)
"""The optimal time of a user of whom no session is known (assumed)."""

Send = Callable[[Callable[[User], bool]], Awaitable[None]]
"""Sends to those of a schedule's users for whom the test holds."""


class Schedule(msgspec.Struct):
    """One scheduled send: `owner` is the campaign or Canvas it belongs to, "" for messages; `asked` is the request.

    `at` is the instant, or for `local` time the wall time in every user's own zone (with UTC as its zone); at the
    `optimal` time its date counts and the hour is the user's own.
    """

    id: str
    owner: str
    at: datetime
    local: bool
    optimal: bool
    send: Send
    name: str
    cause: int
    asked: Any
    jobs: list[Job] = []


# Time


def read_schedule(call: Call[Workspace]) -> tuple[datetime, bool, bool]:
    """When, whether in local time, and whether at the optimal one, which is local, too. Raises ApiError."""
    given = call.body["schedule"]
    optimal = given.get("at_optimal_time") is True
    at, local = read_time(given["time"]), optimal or given.get("in_local_time") is True
    if at is None:
        raise bad(call, "not an ISO 8601 time", "/schedule/time")
    now = call.world.clock.now
    if local:
        if datetime.fromisoformat(given["time"]).tzinfo is not None:
            call.diagnose("ignored-zone", "a local time has no zone; it is ignored", "/schedule/time")
            at = datetime.fromisoformat(given["time"]).replace(tzinfo=UTC)
        at = at.replace(hour=0, minute=0, second=0, microsecond=0) if optimal else at
        last = at + timedelta(hours=23) if optimal else at
        if _in_zone(last, company_zone(call.state)) < now:
            raise bad(call, "the local time has passed in the company's time zone", "/schedule/time")
    elif at < now:
        raise bad(call, "the time has passed (assumed to be refused)", "/schedule/time")
    return at, local, optimal


def company_zone(workspace: Workspace) -> str:
    """The company's time zone, which stands in where a user has none."""
    return workspace.engine.time_zone


def _in_zone(wall: datetime, zone: str) -> datetime:
    """The instant at which a zone's clocks show a wall time."""
    found = zones.find_zone(zone) or UTC
    return wall.replace(tzinfo=found).astimezone(UTC)


def _zone_of(workspace: Workspace, user: User) -> str:
    return str(user.profile.get("time_zone") or company_zone(workspace))


# Running


def start(workspace: Workspace, schedule: Schedule) -> None:
    """Set a schedule's clock jobs, in place of those it had."""
    for job in schedule.jobs:
        job.cancel()
    clock = workspace.world.clock

    async def run() -> None:
        workspace.engine.schedules.pop(schedule.id, None)
        await schedule.send(lambda user: True)

    async def fan_out() -> None:
        _start_zones(workspace, schedule)

    if schedule.local:
        due, work = max(clock.now, schedule.at - AHEAD), fan_out
    else:
        due, work = schedule.at, run
    schedule.jobs = [clock.at(due, work, name=schedule.name, vendor="braze", cause=schedule.cause)]


Slot = tuple[str, datetime]
"""A time zone, and what its clocks show when a schedule comes for a user."""


def _slot_of(workspace: Workspace, schedule: Schedule, user: User) -> Slot:
    zone = _zone_of(workspace, user)
    if not schedule.optimal:
        return zone, schedule.at
    hour = timing.best_hour(workspace, user, FALLBACK)
    return zone, datetime.combine(schedule.at, hour, UTC)


def _start_zones(workspace: Workspace, schedule: Schedule) -> None:
    """One job per time zone, and hour, that a user has; one whose time has passed already is left out."""
    clock = workspace.world.clock
    slots = {_slot_of(workspace, schedule, user) for user in workspace}
    due = {slot: _in_zone(slot[1], slot[0]) for slot in slots}
    for slot, at in sorted(due.items(), key=lambda pair: (pair[1], pair[0])):
        if at >= clock.now:
            run = partial(_run_slot, workspace, schedule, slot)
            job = clock.at(at, run, name=f"{schedule.name} in {slot[0]}", vendor="braze", cause=schedule.cause)
            schedule.jobs.append(job)


async def _run_slot(workspace: Workspace, schedule: Schedule, slot: Slot) -> None:
    await schedule.send(lambda user: _slot_of(workspace, schedule, user) == slot)
    if all(job.due <= workspace.world.clock.now for job in schedule.jobs):
        workspace.engine.schedules.pop(schedule.id, None)


def add(call: Call[Workspace], owner: str, send: Send, asked: Any) -> Reply:
    """Schedule what a checked request asks for. Raises ApiError."""
    at, local, optimal = read_schedule(call)
    key = call.world.chance.uuid()
    schedule = Schedule(key, owner, at, local, optimal, send, f"scheduled {call.operation.path}", call.id, asked)
    call.state.engine.schedules[key] = schedule
    start(call.state, schedule)
    when = f"{at:%Y-%m-%d}, optimal" if optimal else f"{at:%Y-%m-%d %H:%M} {'local' if local else 'UTC'}"
    call.summary = f"scheduled for {when}{' time' if local else ''}"
    return Reply(201, {**accepted(asked.dispatch_id), "schedule_id": key})


def find(call: Call[Workspace], owner: str) -> Schedule:
    """The schedule a request names, if it is its owner's. Raises ApiError."""
    found: Schedule | None = call.state.engine.schedules.get(call.body["schedule_id"])
    if found is None or found.owner != owner:
        raise bad(call, "there is no such schedule, or its time has come", "/schedule_id")
    return found


def move(call: Call[Workspace], schedule: Schedule) -> None:
    """The schedule object is replaced as a whole."""
    was_local = schedule.local and schedule.at - AHEAD <= call.world.clock.now
    at, local, optimal = read_schedule(call)
    if was_local:
        call.diagnose("too-late", "the local time has passed in some time zone; nothing is changed", "/schedule")
        return
    schedule.at, schedule.local, schedule.optimal = at, local, optimal
    start(call.state, schedule)


def drop(call: Call[Workspace], owner: str) -> Reply:
    """Cancel a schedule. Raises ApiError."""
    schedule = find(call, owner)
    for job in schedule.jobs:
        job.cancel()
    del call.state.engine.schedules[schedule.id]
    call.summary = "schedule deleted"
    return Reply(201, {"message": "success"})


# Messages


def _send_messages(asked: messages.ApiMessages) -> Send:
    async def send(test: Callable[[User], bool]) -> None:
        await asked.send([user for user in asked.everybody() if test(user)])

    return send


async def create_messages(call: Call[Workspace]) -> Reply:
    """POST /messages/schedule/create."""
    read_schedule(call)
    asked = messages.checked(call)
    return add(call, "", _send_messages(asked), asked)


async def update_messages(call: Call[Workspace]) -> Reply:
    """POST /messages/schedule/update: another time, other messages, or both."""
    if call.body.get("schedule") is None and call.body.get("messages") is None:
        raise bad(call, "at least one of schedule and messages is needed", "/schedule")
    schedule = find(call, "")
    asked: messages.ApiMessages = schedule.asked
    contents = messages.contents_of(call, asked.campaign) if call.body.get("messages") is not None else None
    if call.body.get("schedule") is not None:
        move(call, schedule)
    if contents is not None:
        asked.contents = contents
    call.summary = "schedule updated"
    return Reply(201, {"message": "success"})


async def delete_messages(call: Call[Workspace]) -> Reply:
    """POST /messages/schedule/delete."""
    return drop(call, "")


# Campaigns


async def create_trigger(call: Call[Workspace]) -> Reply:
    """POST /campaigns/trigger/schedule/create."""
    read_schedule(call)
    asked = triggered.checked(call)

    async def send(test: Callable[[User], bool]) -> None:
        await asked.send([pair for pair in asked.chosen() if test(pair[0])])

    return add(call, asked.campaign.id, send, asked)


async def update_trigger(call: Call[Workspace]) -> Reply:
    """POST /campaigns/trigger/schedule/update."""
    move(call, find(call, call.body["campaign_id"]))
    call.summary = "schedule updated"
    return Reply(201, {"message": "success"})


async def delete_trigger(call: Call[Workspace]) -> Reply:
    """POST /campaigns/trigger/schedule/delete."""
    return drop(call, call.body["campaign_id"])


# Lists


async def list_broadcasts(call: Call[Workspace]) -> Reply:
    """GET /messages/scheduled_broadcasts: what the dashboard has scheduled up to `end_time`."""
    end, now = read_time(call.query["end_time"]), call.world.clock.now
    if end is None:
        raise bad(call, "not an ISO 8601 time", "/end_time")
    campaigns = [row for row in call.state.campaigns.values() if row.enabled]
    canvases = [row for row in call.state.canvases.values() if row.status == "Active"]
    rows = [
        _broadcast(call.state, row)
        for row in (*campaigns, *canvases)
        if row.delivery == SCHEDULED and row.at and now < row.at <= end
    ]
    return Reply(200, {"scheduled_broadcasts": sorted(rows, key=lambda row: str(row["next_send_time"]))})


def _broadcast(workspace: Workspace, campaign: Any) -> Mapping[str, Any]:
    zone, schedule = company_zone(workspace), getattr(campaign, "schedule", None)
    at = (campaign.at or datetime.max).astimezone(zones.find_zone(zone) or UTC)
    return {
        "name": campaign.name,
        "id": campaign.id,
        "type": "Campaign" if isinstance(campaign, Campaign) else "Canvas",
        "tags": list(campaign.tags),
        "next_send_time": f"{at:%Y-%m-%d %H:%M:%S}",
        "schedule_type": "local_time_zones" if getattr(schedule, "local", False) else zone,
    }


async def create_send_id(call: Call[Workspace]) -> Reply:
    """POST /sends/id/create: an id of the caller's own to collect sends of an API campaign under."""
    campaign: Campaign | None = call.state.campaigns.get(call.body["campaign_id"])
    if campaign is None or campaign.delivery != API:
        raise errors.refused("Invalid Campaign ID")
    given = call.body.get("send_id")
    if given is not None and (not given or len(given) > MAX_SEND_ID or not given.isascii()):
        raise bad(call, "up to 64 ASCII characters", "/send_id")
    send_id = given or call.world.chance.hex(24)
    call.state.engine.send_ids[send_id] = campaign.id
    return Reply(201, {"message": "success", "send_id": send_id})
