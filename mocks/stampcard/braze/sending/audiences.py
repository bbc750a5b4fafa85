"""A campaign to an audience: launches, again when they recur, in local time or at each user's best hour, paced.

Source: Braze docs, "Scheduled delivery" and "Rate limiting and frequency capping" (braze-inc/braze-docs).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from itertools import islice

import msgspec

from stampcard.braze.audience import segments
from stampcard.braze.campaigns import pacing, recurrence, stops, timing
from stampcard.braze.campaigns.records import Campaign, eligible_again
from stampcard.braze.rendering import MessageAborted
from stampcard.braze.sending import launching
from stampcard.braze.sending.launching import Send
from stampcard.braze.state import User, Workspace
from stampcard.core.clock import iso

AHEAD = timedelta(hours=14)
"""How far the earliest time zone is ahead of UTC."""
YIELD_EVERY = 10
"""Messages of one launch after which other work gets its turn."""
KEPT_LAUNCHES = 100
LATE = MessageAborted("rate_limit", "it waited 72 hours for the send rate limit")


class Launch(msgspec.Struct):
    """One run of a campaign and how far it has come: `done` of `total` users are through."""

    send: Send
    at: datetime
    total: int = 0
    done: int = 0

    def view(self) -> dict[str, object]:
        return {
            "campaign": self.send.campaign.name,
            "launched": iso(self.at),
            "dispatch_id": self.send.dispatch_id,
            "total": self.total,
            "done": self.done,
        }

    def step(self) -> None:
        """One more user is through; each tenth of the way is told in the journal."""
        self.done += 1
        if self.total >= 1_000 and self.done * 10 // self.total > (self.done - 1) * 10 // self.total:
            text = f"campaign {self.send.campaign.name!r}: {self.done:,} of {self.total:,} users are through"
            self.send.workspace.world.record("braze", "campaign.progress", text, cause=self.send.cause)


def schedule_launch(workspace: Workspace, campaign: Campaign, at: datetime) -> None:
    """Have a scheduled campaign launched, and again when it recurs; its audience is looked at when it is."""
    clock, local = workspace.world.clock, campaign.schedule is not None and campaign.schedule.local
    due = max(clock.now, at - AHEAD if local or campaign.intelligent_timing else at)
    run = partial(_launch, workspace, campaign, at)
    clock.at(due, run, name=f"launch campaign {campaign.name}", vendor="braze")


async def _launch(workspace: Workspace, campaign: Campaign, at: datetime) -> None:
    if workspace.campaigns.get(campaign.id) is not campaign or not campaign.enabled:
        return
    schedule = campaign.schedule
    coming = recurrence.following(schedule, at, workspace.engine.time_zone) if schedule is not None else None
    campaign.at = coming
    if coming is not None:
        schedule_launch(workspace, campaign, coming)
    entry = workspace.world.record("braze", "campaign.launch", f"campaign {campaign.name!r} launched")
    dispatch_id = workspace.world.chance.hex(32)
    launch = Launch(Send(workspace, campaign, {}, dispatch_id, entry, "scheduled launch"), at)
    audience = await segments.gathered(workspace, campaign.audience)
    launch.total = len(audience)
    _remember(workspace, launch)
    if (schedule is None or not schedule.local) and campaign.intelligent_timing is None:
        await _send_paced(launch, audience, at)
        return
    for due, users in _by_local_time(launch, audience).items():
        run = partial(_send_paced, launch, users, due)
        workspace.world.clock.at(due, run, name=f"campaign {campaign.name}", vendor="braze", cause=entry)


def _remember(workspace: Workspace, launch: Launch) -> None:
    launches = workspace.engine.launches
    launches[launch.send.cause] = launch
    for old in list(islice(launches, max(0, len(launches) - KEPT_LAUNCHES))):
        del launches[old]


def _by_local_time(launch: Launch, audience: Sequence[User]) -> dict[datetime, list[User]]:
    """Users by the instant that the launch comes for them; who has missed it is told and left out."""
    workspace, campaign = launch.send.workspace, launch.send.campaign
    found: dict[datetime, list[User]] = {}
    for user in audience:
        zone: tzinfo = pacing.zone_of(workspace, user)
        if campaign.intelligent_timing is not None:
            hour = timing.best_hour(workspace, user, campaign.intelligent_timing)
            due = timing.at_local(launch.at.date(), hour, zone)
        else:
            due = launch.at.replace(tzinfo=zone).astimezone(UTC)
        if due >= workspace.world.clock.now:
            found.setdefault(due, []).append(user)
        else:
            stops.note(workspace, campaign, user, "schedule", f"its local time had passed in {zone}", launch.send.cause)
            launch.step()
    return found


async def _send_paced(launch: Launch, users: Sequence[User], launched: datetime) -> None:
    """To many, at most the send rate limit each minute; what waits for 72 hours is not sent."""
    clock, campaign = launch.send.workspace.world.clock, launch.send.campaign
    against = LATE if clock.now - launched >= timing.MAX_WAIT else None
    rest = iter(users)
    await _send_to_all(launch, rest, None if against else campaign.speed_limit, against)
    if left := list(rest):
        run = partial(_send_paced, launch, left, launched)
        cause = launch.send.cause
        clock.after(timedelta(minutes=1), run, name=f"campaign {campaign.name}", vendor="braze", cause=cause)


async def _send_to_all(
    launch: Launch, users: Iterator[User], limit: int | None, against: MessageAborted | None
) -> None:
    """To the next users, up to `limit` of them that are in no control group. All share one dispatch id; who may not
    receive it again is passed over."""
    send = launch.send
    workspace, campaign, sent = send.workspace, send.campaign, 0
    for user in users:
        launch.step()
        if workspace.users.get(user.braze_id) is user and eligible_again(campaign, user, workspace.world.clock.now):
            if launching.max_users_reached(campaign, user):
                stops.note(
                    workspace, campaign, user, "max users", f"{campaign.max_users} users have it", launch.send.cause
                )
                continue
            sent += pacing.pick_variant(workspace, campaign, user) is not pacing.CONTROL
            await send.to(user, against)
        if launch.done % YIELD_EVERY == 0:
            await asyncio.sleep(0)
        if limit is not None and sent >= limit:
            return
