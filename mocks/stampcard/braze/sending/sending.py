"""One message to one person: reachable, rendered, handed over; every intended message ends in the outbox.

Source: Braze docs, pages on subscription states, Liquid aborts, Connected Content retries, webhooks and the abort types
of message events (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from msgspec.structs import replace

from stampcard.braze.campaigns import pacing, timing
from stampcard.braze.campaigns.records import SCHEDULED, Content
from stampcard.braze.content import promotions
from stampcard.braze.rendering import MessageAborted
from stampcard.braze.sending import composing, outcomes, webhooks
from stampcard.braze.sending.channels import CHANNELS, NOT_REACHED
from stampcard.braze.sending.orders import IN_APP, Order, Rendered
from stampcard.core.clock import iso
from stampcard.core.outbox import Message

CC_RETRIES = (30, 60, 120, 240, 480)
"""Seconds before each of the five retries of `:retry` (their number is documented, the intervals are assumed)."""


async def send_all(order: Order, contents: Sequence[Content]) -> None:
    """The messages of all channels of one send, the order's own first; they share the promotion codes."""
    if len(contents) == 1:
        await send(order)
        return
    codes: dict[str, str] = {}
    for content in contents:
        await send(replace(order, content=content, codes=codes))


async def send(order: Order) -> Message:
    """Bring one message as far as it goes now: sent, aborted, or waiting for a retry or an answer."""
    message = new_message(order)
    await attempt(order, message)
    return message


async def drop_all(order: Order, contents: Sequence[Content], against: MessageAborted) -> None:
    """The messages of a send that something speaks against: each ends as aborted, with the reason."""
    for content in contents:
        one = replace(order, content=content)
        message = new_message(one)
        message.entry = order.workspace.world.journal.next_id()
        outcomes.abort(one, message, against)
        outcomes.record(one, message, message.entry)


def new_message(order: Order) -> Message:
    """The message in the outbox, before anything is done about it."""
    world = order.workspace.world
    user, campaign = order.user, order.campaign
    message = Message(
        id=world.chance.uuid(),
        at=world.clock.now,
        vendor="braze",
        channel=order.content.channel,
        user=user.external_id or user.braze_id,
        campaign=order.title or (campaign.name if campaign else None),
        status="waiting",
        parts={},
        cause=order.cause,
        detail={"why": order.why},
    )
    if order.content.channel != IN_APP:
        message.detail["dispatch_id"] = order.dispatch_id
    if campaign is not None and "canvas" in order.names:
        place = order.names["canvas"]
        message.detail |= {"canvas_id": place["api_id"], "canvas_name": place["name"]}
        message.detail |= {"canvas_step_id": campaign.id, "canvas_step_name": campaign.name}
    elif campaign is not None:
        message.detail |= {"campaign_id": campaign.id, "message_variation_id": order.content.id}
    if order.send_id:
        message.detail["send_id"] = order.send_id
    world.outbox.add(message)
    return message


async def attempt(order: Order, message: Message) -> None:
    """One go at a message; a later one starts anew."""
    world = order.workspace.world
    entry = world.journal.next_id()
    message.entry = entry
    message.detail.pop("due", None)
    message.detail.pop("waits_for", None)
    rendered = Rendered({})
    try:
        await _prepare(order, message, rendered, entry)
    except MessageAborted as aborted:
        outcomes.abort(order, message, aborted)
    except Exception as error:
        # A bug of ours must be loud, and must not lose the messages of the others.
        fault = world.record_fault("braze", f"message.{message.channel}", error, entry)
        outcomes.abort(
            order, message, MessageAborted("stampcard_fault", f"stampcard's own fault, see journal entry {fault}")
        )
    message.parts = rendered.parts
    message.detail |= rendered.detail()
    over = "due" not in message.detail
    if message.status == "waiting" and over:
        if order.content.channel == "webhook":
            ended = partial(outcomes.delivered, order, message)
            webhooks.deliver(order.workspace, message, entry, ended, partial(outcomes.failed, order, message))
        else:
            outcomes.sent(order, message)
    outcomes.record(order, message, entry)
    if order.ended is not None and over:
        order.ended()


async def _prepare(order: Order, message: Message, rendered: Rendered, entry: int) -> None:
    """Everything before the message is handed over; a later attempt is noted in `detail.due`. Raises
    MessageAborted."""
    if order.workspace.users.get(order.user.braze_id) is not order.user:
        raise MessageAborted(NOT_REACHED, "the profile is gone")
    channel = CHANNELS[order.content.channel]
    channel.reach(order.workspace, order.user, order.content.parts, order.send_to)
    if (until := _hold(order)) is not None:
        _wait(order, message, until, "quiet hours", entry)
        return
    if (until := _queued(order)) is not None:
        _wait(order, message, until, "send rate limit", entry)
        return
    if order.content.channel == IN_APP and "canvas" in order.names:
        if promotions.mentioned(order.workspace, order.content.parts):
            raise MessageAborted("promo_codes_not_supported", "in-app messages in Canvas have no promotion codes")
    elif order.tries == 0:
        promotions.reserve(order.workspace, order.content.parts, order.codes)
    await composing.render(order, rendered, entry)
    if order.content.channel == "webhook":
        webhooks.check(rendered.parts)
    if rendered.wants_retry and order.content.channel != IN_APP:
        _requeue(order, message, entry)


def _hold(order: Order) -> datetime | None:
    """Quiet Hours and frequency caps: until when the message waits, or None. Raises MessageAborted."""
    workspace, user, campaign, channel = order.workspace, order.user, order.campaign, order.content.channel
    quiet: pacing.QuietHours | None = campaign.quiet_hours if campaign is not None else None
    if quiet is not None and (until := pacing.quiet_until(workspace, user, quiet)) is not None:
        if quiet.wait:
            return until
        raise MessageAborted("quiet_hours", "it is within the user's Quiet Hours")
    if not order.uncapped and (campaign is None or campaign.capped) and order.tries == 0:
        cap = pacing.cap_reached(workspace, user, channel, campaign.tags if campaign else ())
        if cap is not None:
            raise MessageAborted("frequency_capped", f"frequency cap: {cap.words()}")
    return None


def _queued(order: Order) -> datetime | None:
    """The speed limit of what is set off user by user: until when the message waits, or None. Raises MessageAborted."""
    now = order.workspace.world.clock.now
    if order.queued or order.campaign is None or order.campaign.delivery == SCHEDULED:
        return None
    order.queued = True
    until = timing.slot(order.workspace, order.campaign, now)
    if until - now >= timing.MAX_WAIT:
        raise MessageAborted("rate_limit", "it would wait 72 hours for the send rate limit")
    return until if until > now else None


def _wait(order: Order, message: Message, until: datetime, why: str, entry: int) -> None:
    """Have the next attempt made later."""
    message.detail |= {"due": iso(until), "waits_for": why}
    again = partial(attempt, order, message)
    order.workspace.world.clock.at(until, again, name=f"message after {why}", vendor="braze", cause=entry)


def _requeue(order: Order, message: Message, entry: int) -> None:
    """Put the message to the back of the queue: it is rendered anew, as a whole, when its time comes."""
    if order.tries >= len(CC_RETRIES):
        raise MessageAborted("exhausted_cc_retries", "Connected Content failed and its retries are exhausted")
    clock = order.workspace.world.clock
    wait = timedelta(seconds=CC_RETRIES[order.tries])
    order.tries += 1
    message.detail["tries"] = order.tries
    until = timing.slot(order.workspace, order.campaign, clock.now + wait)
    _wait(order, message, until, "Connected Content", entry)
