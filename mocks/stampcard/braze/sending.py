"""One message to one person: reachable, rendered, handed over; every intended message ends in the outbox.

Source: Braze docs, pages on subscription states, Liquid aborts, Connected Content retries, webhooks and the abort types
of message events (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from stampcard.braze import (
    catalog_reading,
    connected_content,
    counting,
    locales,
    message_events,
    pacing,
    promotions,
    variables,
    webhooks,
)
from stampcard.braze.campaigns import Campaign, Content
from stampcard.braze.channels import CHANNELS, NOT_REACHED
from stampcard.braze.content_blocks import ACTIVE
from stampcard.braze.message_events import PLATFORMS
from stampcard.braze.rendering import Ask, Fetched, MessageAborted, Run, TemplateError
from stampcard.braze.state import Receipt, User, Workspace
from stampcard.core.clock import iso
from stampcard.core.delivery import Delivery
from stampcard.core.journal import Entry
from stampcard.core.outbox import Message

CC_RETRIES = (30, 60, 120, 240, 480)
"""Seconds before each of the five retries of `:retry` (their number is documented, the intervals are assumed)."""

RECEIPTS = {"email": "email", "sms": "SMS", "webhook": "webhook"} | dict.fromkeys(PLATFORMS, "push")
"""Channel -> what an action-based campaign calls its receipt."""
UNSENT_DISPATCH = "dispatch_id_for_unsent_campaign"
"""What `campaign.${dispatch_id}` shows in a preview."""


CANVAS_STEP = "canvas_step"
"""The delivery of the stand-in campaign of a Canvas's Message step: its receipts are not a campaign's."""
TEST = "test"
"""The delivery of a campaign's stand-in for a test send, which counts for nothing."""
EMPTY = Content("", "", {})
"""For what renders a text and sends nothing."""


@dataclass(slots=True)
class Order:
    """One message that is to reach one user.

    `why` says in words what set it off; `send_to` is the subscription state it asks for; `names` are namespaces
    beside those of the user (event_properties, api_trigger_properties ...); `campaign` is None for API messages.
    `title` is what the outbox shows for the campaign's name; `ended` hears that the message waits no more.
    `codes` are the promotion codes taken for this user and send, by snippet, shared by all channels and retries.
    """

    workspace: Workspace
    user: User
    content: Content
    dispatch_id: str
    cause: int
    why: str
    campaign: Campaign | None = None
    send_to: str = "subscribed"
    names: Mapping[str, Any] = field(default_factory=dict)
    send_id: str | None = None
    uncapped: bool = False
    preview: bool = False
    codes: dict[str, str] = field(default_factory=dict)
    tries: int = 0
    title: str | None = None
    ended: Callable[[], None] | None = None

    def namespaces(self) -> dict[str, Any]:
        """All names the message's templates can reach."""
        campaign: dict[str, Any] = {"dispatch_id": UNSENT_DISPATCH if self.preview else self.dispatch_id}
        if self.campaign is not None:
            campaign |= {"api_id": self.campaign.id, "name": self.campaign.name}
            campaign |= {"message_name": self.content.variant, "message_api_id": self.content.id}
        return {**variables.namespaces(self.workspace, self.user), "campaign": campaign, **self.names}


@dataclass(slots=True)
class Rendered:
    """A message's parts as text, and what rendering them read, warned of and left behind."""

    parts: dict[str, Any]
    read: dict[str, Any] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    extras: dict[str, str] = field(default_factory=dict)
    wants_retry: bool = False

    def detail(self) -> dict[str, Any]:
        """What of it is not empty."""
        found = {
            "read": self.read,
            "connected_content": self.calls,
            "warnings": self.warnings,
            "message_extras": self.extras,
        }
        return {key: value for key, value in found.items() if value}


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
        detail={"why": order.why, "dispatch_id": order.dispatch_id},
    )
    if campaign is not None and campaign.delivery == CANVAS_STEP:
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
        _abort(order, message, aborted)
    except Exception as error:
        # A bug of ours must be loud, and must not lose the messages of the others.
        fault = world.record_fault("braze", f"message.{message.channel}", error, entry)
        _abort(order, message, MessageAborted("stampcard_fault", f"stampcard's own fault, see journal entry {fault}"))
    message.parts = rendered.parts
    message.detail |= rendered.detail()
    if message.status == "waiting" and "due" not in message.detail:
        if order.content.channel == "webhook":
            ended = partial(_delivered, order, message)
            webhooks.deliver(order.workspace, message, entry, ended, partial(_failed, order, message))
        else:
            _sent(order, message)
    _record(order, message, entry)
    if order.ended is not None and "due" not in message.detail:
        order.ended()


async def _prepare(order: Order, message: Message, rendered: Rendered, entry: int) -> None:
    """Everything before the message is handed over; a later attempt is noted in `detail.due`. Raises
    MessageAborted."""
    channel = CHANNELS[order.content.channel]
    channel.reach(order.workspace, order.user, order.content.parts, order.send_to)
    if (until := _hold(order)) is not None:
        _wait(order, message, until, "quiet hours", entry)
        return
    if order.tries == 0:
        promotions.reserve(order.workspace, order.content.parts, order.codes)
    await render(order, rendered, entry)
    if order.content.channel == "webhook":
        webhooks.check(rendered.parts)
    if rendered.wants_retry:
        _requeue(order, message, entry)


async def render(order: Order, rendered: Rendered, entry: int) -> None:
    """Render all parts of the order's content into `rendered`. Raises MessageAborted."""
    await render_parts(order, order.content.parts, rendered, entry)


async def render_parts(order: Order, parts: Mapping[str, Any], rendered: Rendered, entry: int) -> dict[str, Any]:
    """Render parts into `rendered` and return them; each field has its own variables. Raises MessageAborted."""
    workspace, names = order.workspace, order.namespaces()
    blocks = Blocks(workspace)
    take_code = promotions.taker(workspace, order.codes, preview=order.preview)

    async def fetch(ask: Ask) -> Fetched:
        fetched = await connected_content.fetch(workspace, ask, cause=entry, preview=order.preview)
        row: dict[str, Any] = {"method": ask.method, "url": ask.url, "status": fetched.status}
        rendered.calls.append(row | ({"error": fetched.error} if fetched.error else {}))
        return fetched

    async def text(source: str) -> str:
        try:
            template = workspace.engine.templates.find(source)
        except TemplateError as error:
            raise MessageAborted("template_parse_error", str(error)) from error
        if template.template is None:
            return source
        for namespace, key in template.names:
            if namespace != "content_blocks":
                rendered.read[f"{namespace}.{key}" if namespace else key] = _looked_up(names, namespace, key)
        now = workspace.world.clock.now
        run = Run(now, names, blocks, fetch, take_code, rendered.warnings, rendered.extras)
        run.translations = locales.translations_for(workspace, order.user, order.content.id)
        catalog_reading.connect(run, workspace, text)
        try:
            return await template.render(run)
        finally:
            rendered.wants_retry = rendered.wants_retry or run.wants_retry

    for name, part in parts.items():
        rendered.parts[name] = await _every_text(part, text)
    return rendered.parts


async def _every_text(part: Any, text: Any) -> Any:
    if isinstance(part, str):
        return await text(part)
    if isinstance(part, Mapping):
        return {await text(key): await _every_text(value, text) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [await _every_text(item, text) for item in part]
    return part


def _looked_up(names: Mapping[str, Any], namespace: str, key: str) -> Any:
    try:
        value = names[namespace or variables.PROFILE][key]
    except (KeyError, TypeError):
        return None
    return value if value is None or isinstance(value, str | int | float | list | dict) else str(value)


class Blocks(dict[str, str]):
    """Content Blocks by name, looked up when a template names one."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace

    def get(self, name: str, default: Any = None) -> Any:
        for block in self._workspace.content_blocks.values():
            if block.name == name and block.state == ACTIVE:
                return block.content
        return default


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
    _wait(order, message, clock.now + wait, "Connected Content", entry)


def _abort(order: Order, message: Message, aborted: MessageAborted) -> None:
    message.status = "aborted"
    message.reason = aborted.log
    message.detail["abort_type"] = aborted.kind
    if aborted.kind != NOT_REACHED:
        more = {"abort_type": aborted.kind, "abort_log": aborted.log}
        message_events.of_message(order.workspace, order.user, message, "Abort", **more)


def _failed(order: Order, message: Message, delivery: Delivery, terminal: bool) -> None:
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


def _delivered(order: Order, message: Message, aborted: MessageAborted | None) -> None:
    """A webhook's delivery is over."""
    if aborted is not None:
        _abort(order, message, aborted)
        if order.campaign is not None and order.campaign.delivery != TEST:
            counting.message_ended(
                order.workspace, counting.ERRORS, order.user, order.campaign.id, order.content.id, order.send_id
            )
    else:
        _sent(order, message)


def _sent(order: Order, message: Message) -> None:
    message.status = "sent"
    message_events.of_message(order.workspace, order.user, message, "Send")
    _tell(order, message)
    if order.campaign is None or order.campaign.capped:
        tags = order.campaign.tags if order.campaign else ()
        pacing.count(order.workspace, order.user, order.content.channel, tags)
    campaign, now = order.campaign, order.workspace.world.clock.now
    if campaign is None or campaign.delivery == TEST:
        return
    counting.message_ended(order.workspace, counting.SENT, order.user, campaign.id, order.content.id, order.send_id)
    if campaign.delivery == CANVAS_STEP:
        canvas_id = order.names["canvas"]["api_id"]
        counting.step_received(order.workspace, order.user, canvas_id, campaign.id, campaign.name)
        return
    order.user.campaigns[campaign.id] = Receipt(now, order.content.id)
    campaign.first_sent = campaign.first_sent or now
    campaign.last_sent = now
    campaign.sends[order.content.id] = campaign.sends.get(order.content.id, 0) + 1


def _tell(order: Order, message: Message) -> None:
    """Let campaigns know that wait for the receipt of this one's message."""
    # Imported late: triggers set off campaigns, and those send.
    from stampcard.braze import triggers

    campaign = order.campaign
    if campaign is not None and campaign.delivery not in (CANVAS_STEP, TEST) and message.channel in RECEIPTS:
        interaction = f"receive {RECEIPTS[message.channel]}"
        triggers.campaign_engaged(order.workspace, order.user, campaign.name, interaction, message.entry or order.cause)


def _record(order: Order, message: Message, entry: int) -> None:
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
