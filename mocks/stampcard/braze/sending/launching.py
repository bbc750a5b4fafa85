"""From a campaign to its messages: triggered sends with their delay, API sends, and the variant a user gets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from stampcard.braze.audience import segments
from stampcard.braze.campaigns import pacing, stops, timing
from stampcard.braze.campaigns.records import Campaign, Content, eligible_again
from stampcard.braze.occasions import Occasion
from stampcard.braze.rendering import MessageAborted
from stampcard.braze.sending import message_events, orders, sending
from stampcard.braze.sending.orders import IN_APP, Order
from stampcard.braze.state import User, Workspace
from stampcard.core.clock import iso

NOW = timedelta()
ENROLLED = "be enrolled in control group"


def may_get(workspace: Workspace, campaign: Campaign, user: User, cause: int) -> bool:
    """Whether a campaign is for a user just now: its audience, and an earlier receipt; a no is noted."""
    if campaign.audience is not None and (why := segments.why_not(workspace, campaign.audience, user)):
        stops.note(workspace, campaign, user, "audience", f"not in the audience ({why})", cause)
        return False
    return _eligible(workspace, campaign, user, cause)


def _eligible(workspace: Workspace, campaign: Campaign, user: User, cause: int) -> bool:
    if not eligible_again(campaign, user, workspace.world.clock.now):
        stops.note(workspace, campaign, user, "re-eligibility", "received already", cause)
        return False
    if max_users_reached(campaign, user):
        stops.note(workspace, campaign, user, "max users", f"{campaign.max_users} users have it", cause)
        return False
    return True


def max_users_reached(campaign: Campaign, user: User) -> bool:
    """Whether as many users as the campaign may have got it, and this one has not."""
    if campaign.max_users is None or campaign.id in user.campaigns:
        return False
    return campaign.receivers >= campaign.max_users


# Action-based


class Pending(msgspec.Struct, frozen=True):
    """A send that a trigger set off: `cause` is its own journal entry."""

    workspace: Workspace
    campaign: Campaign
    user: User
    occasion: Occasion
    cause: int

    @property
    def key(self) -> tuple[str, str]:
        return self.campaign.id, self.user.braze_id

    def at(self, due: datetime) -> None:
        """Make it at an instant; an exception event may cancel it until then."""
        clock = self.workspace.world.clock
        name = f"campaign {self.campaign.name}"
        job = clock.at(due, partial(_send_triggered, self), name=name, vendor="braze", cause=self.cause)
        self.workspace.engine.pending.setdefault(self.key, []).append(job)

    def forget(self) -> None:
        """Its job runs: what waits for the same user and campaign besides it still does."""
        pending, now = self.workspace.engine.pending, self.workspace.world.clock.now
        left = [job for job in pending.get(self.key, ()) if job.due > now and not job.cancelled]
        if left:
            pending[self.key] = left
        else:
            pending.pop(self.key, None)


def schedule_triggered(workspace: Workspace, campaign: Campaign, user: User, occasion: Occasion) -> None:
    """Have a campaign sent to a user when its delay has passed."""
    world = workspace.world
    if campaign.starts is not None and world.clock.now < campaign.starts:
        stops.note(workspace, campaign, user, "duration", f"it starts at {iso(campaign.starts)}", occasion.cause)
        return
    due = world.clock.now if campaign.delay is None else timing.due(workspace, user, campaign.delay)
    who = user.external_id or user.braze_id
    text = f"{occasion.what} of {who} sets off campaign {campaign.name!r}"
    text += f", due at {iso(due)}" if due > world.clock.now else ""
    entry = world.record("braze", "campaign.trigger", text, cause=occasion.cause)
    Pending(workspace, campaign, user, occasion, entry).at(due)


def cancel_pending(workspace: Workspace, campaign: Campaign, user: User) -> None:
    """An exception event happened: sends that wait for their delay are not made."""
    for job in workspace.engine.pending.pop((campaign.id, user.braze_id), ()):
        job.cancel()
        stops.note(workspace, campaign, user, "exception event", "cancelled by an exception event", job.cause)


async def _send_triggered(pending: Pending) -> None:
    """The delay is over: what must still hold now, then the send."""
    pending.forget()
    workspace, campaign, user = pending.workspace, pending.campaign, pending.user
    if workspace.users.get(user.braze_id) is not user:
        stops.note(workspace, campaign, user, "profile", "the profile is gone", pending.cause)
        return
    if not _eligible(workspace, campaign, user, pending.cause):
        return
    if campaign.enabled and (until := _closed_until(pending)) is not None:
        pending.at(until)
        return
    names, occasion = dict(pending.occasion.names), pending.occasion
    if occasion.on_device:
        names["app"] = {"api_id": occasion.on_device, "name": workspace.apps.get(occasion.on_device)}
    dispatch_id = workspace.world.chance.hex(32)
    send = Send(workspace, campaign, names, dispatch_id, pending.cause, occasion.what, on_device=occasion.on_device)
    await send.to(user, _too_late(pending))


def _closed_until(pending: Pending) -> datetime | None:
    """When the campaign's hours of the day begin again, if only its delay led out of them and it is to wait."""
    hours, delay = pending.campaign.hours, pending.campaign.delay
    if hours is None or not hours.wait or delay is None:
        return None
    return timing.opens_at(pending.workspace, pending.user, hours)


def _too_late(pending: Pending) -> MessageAborted | None:
    """What speaks against the send when its delay is over."""
    workspace, campaign, user = pending.workspace, pending.campaign, pending.user
    if not campaign.enabled:
        return MessageAborted("campaign_disabled", "the campaign was stopped")
    if campaign.recheck and campaign.audience and (why := segments.why_not(workspace, campaign.audience, user)):
        return MessageAborted("user_not_in_segment", f"no longer in the audience ({why})")
    if campaign.ends is not None and workspace.world.clock.now > campaign.ends:
        return MessageAborted("no_longer_in_availability_window", f"the campaign ended at {iso(campaign.ends)}")
    if campaign.hours is not None and timing.opens_at(workspace, user, campaign.hours) is not None:
        return MessageAborted("no_longer_in_availability_window", "it is outside the campaign's hours of the day")
    return None


# To one user


class Send(msgspec.Struct, frozen=True):
    """One run of a campaign: what all its messages share. `why` says in words what set it off."""

    workspace: Workspace
    campaign: Campaign
    names: Mapping[str, Any]
    dispatch_id: str
    cause: int
    why: str
    send_id: str | None = None
    on_device: str = ""

    async def to(self, user: User, against: MessageAborted | None = None) -> None:
        """Every message of the user's variant, or their aborts; none for a user of a control group."""
        contents = self._contents(user)
        if not contents:
            return
        order = self._order(user, contents[0])
        if against is not None:
            await sending.drop_all(order, contents, against)
        else:
            await sending.send_all(order, contents)

    def _order(self, user: User, content: Content) -> Order:
        campaign, names = self.campaign, self.names
        return orders.Order(
            self.workspace,
            user,
            content,
            self.dispatch_id,
            self.cause,
            self.why,
            campaign,
            campaign.send_to,
            names,
            self.send_id,
        )

    def _contents(self, user: User) -> tuple[Content, ...]:
        workspace, campaign = self.workspace, self.campaign
        if user.in_control_group and not campaign.exempt_from_control:
            stops.note(workspace, campaign, user, "control", "in the Global Control Group", self.cause)
            return ()
        variant = pacing.pick_variant(workspace, campaign, user)
        if variant is None:
            _enroll(workspace, campaign, user, self.cause)
            return ()
        if self.on_device or IN_APP not in variant.channels:
            return variant.messages
        text = "in-app messages are set off by events of a device's SDK, not by REST calls or schedules"
        stops.note(workspace, campaign, user, "trigger", text, self.cause)
        return tuple(content for content in variant.messages if content.channel != IN_APP)


def _enroll(workspace: Workspace, campaign: Campaign, user: User, cause: int) -> None:
    """A user of the campaign's control group gets no message; conversions count all the same."""
    # Imported late: triggers set off campaigns.
    from stampcard.braze import triggers

    stops.note(workspace, campaign, user, "control", "enrolled in the campaign's control group", cause)
    enrolled = {"campaign_id": campaign.id, "campaign_name": campaign.name}
    message_events.emit(workspace, user, "users.campaigns.EnrollInControl", enrolled)
    if campaign.conversions:
        controls = workspace.engine.controls.setdefault(user.braze_id, {})
        controls.setdefault(campaign.id, workspace.world.clock.now)
    triggers.campaign_engaged(workspace, user, campaign.name, ENROLLED, cause)
