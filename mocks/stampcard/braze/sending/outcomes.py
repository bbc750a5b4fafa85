"""What became of a message: sent, aborted, an attempt that failed; told to outbox, journal, counts and triggers."""

from __future__ import annotations

from urllib.parse import urlsplit

from stampcard.braze.campaigns import pacing
from stampcard.braze.content import connected_content
from stampcard.braze.rendering import MessageAborted
from stampcard.braze.sending import counting, message_events
from stampcard.braze.sending.channels import NOT_REACHED
from stampcard.braze.sending.message_events import PLATFORMS
from stampcard.braze.sending.orders import CANVAS_STEP, TEST, Order
from stampcard.braze.state import Receipt
from stampcard.braze.users import behaviour
from stampcard.core.delivery import Delivery
from stampcard.core.journal import Entry
from stampcard.core.outbox import Message

RECEIPTS = {
    "email": "receive email",
    "sms": "receive SMS",
    "webhook": "receive webhook",
    "in_app_message": "view",
} | dict.fromkeys(PLATFORMS, "receive push")
"""Channel -> what an action-based campaign calls its receipt."""


def abort(order: Order, message: Message, aborted: MessageAborted) -> None:
    message.status = "aborted"
    message.reason = aborted.log
    message.detail["abort_type"] = aborted.kind
    if aborted.kind != NOT_REACHED:
        more = {"abort_type": aborted.kind, "abort_log": aborted.log}
        message_events.of_message(order.workspace, order.user, message, "Abort", **more)


def failed(order: Order, message: Message, delivery: Delivery, terminal: bool) -> None:
    """One attempt at a webhook failed."""
    last, url = delivery.attempts[-1], urlsplit(delivery.url)
    properties = {
        "http_status_code": last.status or connected_content.NO_CONNECTION,
        "endpoint_url": delivery.url,
        "host": url.hostname,
        "url_path": url.path,
        "content_length": len(delivery.body),
        "retry_count": len(delivery.attempts) - 1,
        "is_terminal": terminal,
    }
    message_events.of_message(order.workspace, order.user, message, "Failure", **properties)


def delivered(order: Order, message: Message, aborted: MessageAborted | None) -> None:
    """A webhook's delivery is over."""
    if aborted is not None:
        abort(order, message, aborted)
        if order.campaign is not None and order.campaign.delivery != TEST:
            counting.message_ended(
                order.workspace, counting.ERRORS, order.user, order.campaign.id, order.content.id, order.send_id
            )
    else:
        sent(order, message)


def sent(order: Order, message: Message) -> None:
    message.status = "sent"
    shown = message.channel == "in_app_message"
    message_events.of_message(order.workspace, order.user, message, "Impression" if shown else "Send")
    _tell(order, message)
    if order.workspace.engine.audiences:
        _let_people_answer(order, message)
    if order.campaign is None or order.campaign.capped:
        tags = order.campaign.tags if order.campaign else ()
        pacing.count(order.workspace, order.user, order.content.channel, tags)
    campaign, now = order.campaign, order.workspace.world.clock.now
    if campaign is not None and campaign.delivery == TEST:
        return
    behaviour.note_receipt(order.workspace, order.user, order.content.channel)
    if campaign is None:
        return
    counting.message_ended(order.workspace, counting.SENT, order.user, campaign.id, order.content.id, order.send_id)
    if campaign.delivery == CANVAS_STEP:
        canvas_id = order.names["canvas"]["api_id"]
        counting.step_received(order.workspace, order.user, canvas_id, campaign.id, campaign.name)
        return
    campaign.receivers += campaign.id not in order.user.campaigns
    order.user.campaigns[campaign.id] = Receipt(now, order.content.id)
    campaign.first_sent = campaign.first_sent or now
    campaign.last_sent = now
    campaign.sends[order.content.id] = campaign.sends.get(order.content.id, 0) + 1


def _let_people_answer(order: Order, message: Message) -> None:
    # Imported late: what people do tells the triggers, and those send.
    from stampcard.braze.dashboard import simulation

    simulation.react(order.workspace, message)


def _tell(order: Order, message: Message) -> None:
    """Let campaigns know that wait for the receipt of this one's message."""
    # Imported late: triggers set off campaigns, and those send.
    from stampcard.braze import triggers

    campaign, cause = order.campaign, message.entry or order.cause
    if campaign is None or campaign.delivery == TEST or message.channel not in RECEIPTS:
        return
    interaction = RECEIPTS[message.channel]
    if campaign.delivery == CANVAS_STEP:
        place = order.names["canvas"]["name"], campaign.name
        triggers.step_engaged(order.workspace, order.user, place, interaction, cause)
    else:
        triggers.campaign_engaged(order.workspace, order.user, campaign.name, interaction, cause)


def record(order: Order, message: Message, entry: int) -> None:
    """The message's own journal entry: what its calls name as their cause."""
    what = f"{message.channel} to {message.user}"
    if order.campaign is not None:
        what += f", campaign {order.campaign.name!r}"
    end = {"sent": "sent", "waiting": "waits"}.get(message.status, f"aborted: {message.reason}")
    journal = order.workspace.world.journal
    journal.add(
        Entry(
            id=entry,
            at=order.workspace.world.clock.now,
            kind="event",
            caller="braze",
            vendor="braze",
            cause=order.cause,
            operation=f"message.{message.channel}",
            summary=f"{what}: {end}",
        )
    )
