"""From a campaign to its messages: triggered sends with their delay, launches to an audience, API sends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from typing import Any

from stampcard.braze import composing, message_events, orders, pacing, recurrence, segments, sending, stops
from stampcard.braze.campaigns import Campaign, Content, eligible_again
from stampcard.braze.orders import TEST
from stampcard.braze.rendering import MessageAborted
from stampcard.braze.state import User, Workspace
from stampcard.core.outbox import Message

NOW = timedelta()
MAX_WAIT = timedelta(hours=72)
AHEAD = timedelta(hours=14)
"""How far the earliest time zone is ahead of UTC."""
YIELD_EVERY = 10
"""Messages of one launch after which other work gets its turn."""


def may_get(workspace: Workspace, campaign: Campaign, user: User, cause: int) -> bool:
    """Whether a campaign is for a user just now: its audience, and an earlier receipt; a no is noted."""
    if campaign.audience is not None and (why := segments.why_not(workspace, campaign.audience, user)):
        stops.note(workspace, campaign, user, "audience", f"not in the audience ({why})", cause)
        return False
    return _eligible(workspace, campaign, user, cause)


def _eligible(workspace: Workspace, campaign: Campaign, user: User, cause: int) -> bool:
    if eligible_again(campaign, user, workspace.world.clock.now):
        return True
    stops.note(workspace, campaign, user, "re-eligibility", "received already", cause)
    return False


# Action-based


def schedule_triggered(
    workspace: Workspace, campaign: Campaign, user: User, names: Mapping[str, Any], what: str, cause: int
) -> None:
    """Have a campaign sent to a user when its delay has passed."""
    world = workspace.world
    entry = world.record(
        "braze",
        "campaign.trigger",
        f"{what} of {user.external_id or user.braze_id} sets off campaign {campaign.name!r}"
        + (f", due in {campaign.delay}" if campaign.delay else ""),
        cause=cause,
    )
    key = (campaign.id, user.braze_id)

    async def run() -> None:
        _forget_run(workspace, key, world.clock.now)
        await _send_triggered(workspace, campaign, user, names, what, entry)

    job = world.clock.after(campaign.delay, run, name=f"campaign {campaign.name}", vendor="braze", cause=entry)
    workspace.engine.pending.setdefault(key, []).append(job)


def _forget_run(workspace: Workspace, key: tuple[str, str], now: datetime) -> None:
    left = [job for job in workspace.engine.pending.get(key, ()) if job.due > now and not job.cancelled]
    if left:
        workspace.engine.pending[key] = left
    else:
        workspace.engine.pending.pop(key, None)


def cancel_pending(workspace: Workspace, campaign: Campaign, user: User) -> None:
    """An exception event happened: sends that wait for their delay are not made."""
    for job in workspace.engine.pending.pop((campaign.id, user.braze_id), ()):
        job.cancel()
        stops.note(workspace, campaign, user, "exception event", "cancelled by an exception event", job.cause)


async def _send_triggered(
    workspace: Workspace, campaign: Campaign, user: User, names: Mapping[str, Any], what: str, cause: int
) -> None:
    """The delay is over: what must still hold now, then the send."""
    world = workspace.world
    if workspace.users.get(user.braze_id) is not user or not campaign.enabled:
        return
    if not _eligible(workspace, campaign, user, cause):
        return
    if campaign.recheck and campaign.audience and (why := segments.why_not(workspace, campaign.audience, user)):
        stops.note(workspace, campaign, user, "audience", f"no longer in the audience ({why})", cause)
        return
    await send_variant(workspace, campaign, user, names, world.chance.hex(32), cause, what)


async def send_variant(
    workspace: Workspace,
    campaign: Campaign,
    user: User,
    names: Mapping[str, Any],
    dispatch_id: str,
    cause: int,
    why: str,
    send_id: str | None = None,
) -> None:
    """Every message of the user's variant; none for a user of a control group."""
    if user.in_control_group and not campaign.exempt_from_control:
        stops.note(workspace, campaign, user, "control", "in the Global Control Group", cause)
        return
    variant = pacing.pick_variant(workspace, campaign, user)
    if variant is None:
        stops.note(workspace, campaign, user, "control", "enrolled in the campaign's control group", cause)
        enrolled = {"campaign_id": campaign.id, "campaign_name": campaign.name}
        message_events.emit(workspace, user, "users.campaigns.EnrollInControl", enrolled)
        return
    contents = variant.messages
    order = orders.Order(
        workspace, user, contents[0], dispatch_id, cause, why, campaign, campaign.send_to, names, send_id
    )
    await sending.send_all(order, contents)


# To an audience


def schedule_launch(workspace: Workspace, campaign: Campaign, at: datetime) -> None:
    """Have a scheduled campaign launched, and again when it recurs; its audience is looked at when it is."""
    clock, local = workspace.world.clock, campaign.schedule is not None and campaign.schedule.local
    due = max(clock.now, at - AHEAD if local else at)
    run = partial(_launch, workspace, campaign, at)
    clock.at(due, run, name=f"launch campaign {campaign.name}", vendor="braze")


async def _launch(workspace: Workspace, campaign: Campaign, at: datetime) -> None:
    if workspace.campaigns.get(campaign.id) is not campaign or not campaign.enabled:
        return
    schedule = campaign.schedule
    coming = recurrence.following(schedule, at, workspace.engine.time_zone) if schedule is not None else None
    if coming is not None:
        campaign.at = coming
        schedule_launch(workspace, campaign, coming)
    entry = workspace.world.record("braze", "campaign.launch", f"campaign {campaign.name!r} launched")
    dispatch_id = workspace.world.chance.hex(32)
    audience = list(segments.members(workspace, campaign.audience))
    if schedule is None or not schedule.local:
        await _send_paced(workspace, campaign, audience, dispatch_id, entry, at)
        return
    by_zone: dict[tzinfo, list[User]] = {}
    for user in audience:
        by_zone.setdefault(pacing.zone_of(workspace, user), []).append(user)
    for zone, users in by_zone.items():
        due = at.replace(tzinfo=zone).astimezone(UTC)
        if due >= workspace.world.clock.now:
            run = partial(_send_paced, workspace, campaign, users, dispatch_id, entry, due)
            workspace.world.clock.at(due, run, name=f"campaign {campaign.name}", vendor="braze", cause=entry)
        else:
            for user in users:
                stops.note(workspace, campaign, user, "schedule", f"its local time had passed in {zone}", entry)


async def _send_paced(
    workspace: Workspace, campaign: Campaign, users: Sequence[User], dispatch_id: str, cause: int, launched: datetime
) -> None:
    """A campaign to many, at most its send rate limit each minute; what waits for 72 hours is not sent."""
    world, limit = workspace.world, campaign.speed_limit or len(users)
    if world.clock.now - launched >= MAX_WAIT:
        text = f"campaign {campaign.name!r}: {len(users)} messages waited 72 hours for the send rate limit (rate_limit)"
        world.record("braze", "campaign.launch", text, cause=cause)
        return
    await _send_to_all(workspace, campaign, users[:limit], dispatch_id, cause)
    if left := users[limit:]:
        rest = partial(_send_paced, workspace, campaign, left, dispatch_id, cause, launched)
        world.clock.after(timedelta(minutes=1), rest, name=f"campaign {campaign.name}", vendor="braze", cause=cause)


async def _send_to_all(
    workspace: Workspace, campaign: Campaign, users: Iterable[User], dispatch_id: str, cause: int
) -> None:
    """All share one dispatch id; who may not receive it again is passed over."""
    for number, user in enumerate(users, 1):
        if workspace.users.get(user.braze_id) is user and eligible_again(campaign, user, workspace.world.clock.now):
            await send_variant(workspace, campaign, user, {}, dispatch_id, cause, "scheduled launch")
        if number % YIELD_EVERY == 0:
            await asyncio.sleep(0)


# Preview


async def preview(workspace: Workspace, campaign: Campaign, user: User, cause: int) -> list[dict[str, Any]]:
    """Each message of the campaign as its user would see it; nothing is sent and no receipt is noted.

    Connected Content calls are really made, with the preview's cache.
    """
    shown = []
    variant = pacing.pick_variant(workspace, campaign, user) or campaign.variants[0]
    for content in variant.messages:
        shown.append(await _preview(workspace, campaign, content, user, cause))
    return shown


async def _preview(
    workspace: Workspace, campaign: Campaign, content: Content, user: User, cause: int
) -> dict[str, Any]:
    order = orders.Order(workspace, user, content, orders.UNSENT_DISPATCH, cause, "preview", campaign, preview=True)
    rendered = orders.Rendered({})
    result: dict[str, Any] = {"channel": content.channel, "status": "rendered", "reason": None}
    try:
        await composing.render(order, rendered, cause)
    except MessageAborted as aborted:
        result |= {"status": "aborted", "reason": aborted.log}
    return {**result, "parts": rendered.parts, "detail": rendered.detail()}


async def send_test(workspace: Workspace, campaign: Campaign, user: User, cause: int) -> list[Message]:
    """A test send: nothing is asked but the channel itself, and it counts for nothing."""
    variant = pacing.pick_variant(workspace, campaign, user) or campaign.variants[0]
    stand_in = replace(campaign, delivery=TEST, quiet_hours=None, capped=False, send_to="all")
    codes: dict[str, str] = {}
    dispatch_id, sent = workspace.world.chance.hex(32), []
    for content in variant.messages:
        order = orders.Order(workspace, user, content, dispatch_id, cause, "test send", stand_in, "all")
        order.codes = codes
        sent.append(await sending.send(order))
    return sent
