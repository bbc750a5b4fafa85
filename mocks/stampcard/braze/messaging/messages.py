"""POST /messages/send: a message whose content is entirely in the request.

Source: Braze docs, "Send messages immediately via API only" and the table of fatal errors (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from stampcard.braze import errors
from stampcard.braze.access import limits
from stampcard.braze.campaigns.records import API, Campaign, Content
from stampcard.braze.messaging.targets import (
    MAX_RECIPIENTS,
    TOO_MANY_IDS,
    bad,
    check_audience,
    check_broadcast,
    filtered,
    named_users,
    not_emulated,
)
from stampcard.braze.sending import channels, launching, orders, sending
from stampcard.braze.sending.channels import CHANNELS
from stampcard.braze.state import User, Workspace
from stampcard.braze.values import size_of
from stampcard.core.endpoint import Call, Reply

TEMPLATE_TEXTS = ("subject", "body", "plaintext_body", "preheader", "should_inline_css")
MAX_SLIDEUP = 140
"""Characters of an in-app message, a slideup above all."""
WEBHOOK_PARTS = {"url": "url", "request_method": "method", "request_headers": "headers", "body": "body"}


class ApiMessages(msgspec.Struct):
    """A request that was found good: what is sent to whom; `users` is None for all of a segment or audience."""

    call: Call[Workspace]
    campaign: Campaign | None
    contents: list[Content]
    dispatch_id: str
    explicit: bool

    async def send(self, users: list[User]) -> None:
        """Send to those of the users who are in the request's segment and audience."""
        workspace, body = self.call.state, self.call.body
        state = body.get("recipient_subscription_state") or "subscribed"
        uncapped = body.get("override_frequency_capping") is True or body.get("override_messaging_limits") is True
        for user in filtered(workspace, body, users):
            order = orders.Order(
                workspace, user, self.contents[0], self.dispatch_id, self.call.id, self.call.operation.path
            )
            order.campaign, order.send_to, order.send_id = self.campaign, state, body.get("send_id")
            order.uncapped = uncapped
            await sending.send_all(order, self.contents)

    def everybody(self) -> list[User]:
        """The users named, or all."""
        return named_users(self.call) if self.explicit else list(self.call.state)


async def send(call: Call[Workspace]) -> Reply:
    """Content that is entirely in the request, to users by id, alias, segment or audience."""
    asked = checked(call)
    users = named_users(call) if asked.explicit else None

    async def run() -> None:
        await asked.send(users if users is not None else list(call.state))

    call.world.clock.after(launching.NOW, run, name="messages/send", vendor="braze", cause=call.id)
    whom = f"{len(users)} users" if users is not None else "a segment or audience"
    call.summary = f"send {' and '.join(content.channel for content in asked.contents)} to {whom}"
    return Reply(201, accepted(asked.dispatch_id, None if asked.explicit else call.body.get("send_id")))


def accepted(dispatch_id: str, send_id: str | None = None) -> dict[str, Any]:
    """The answer; a tracked broadcast's names its send_id."""
    return {"dispatch_id": dispatch_id, "message": "success"} | ({"send_id": send_id} if send_id else {})


def checked(call: Call[Workspace]) -> ApiMessages:
    """Everything about a request that sends or schedules messages. Raises ApiError."""
    body = call.body
    explicit = bool(body.get("external_user_ids") or body.get("user_aliases"))
    if len(body.get("external_user_ids") or ()) + len(body.get("user_aliases") or ()) > MAX_RECIPIENTS:
        raise errors.refused(TOO_MANY_IDS[call.state.switches.max_ids_text])
    if not explicit and not body.get("segment_id") and not body.get("audience"):
        raise errors.refused("No Recipients")
    check_broadcast(call, explicit)
    campaign = _api_campaign(call)
    contents = contents_of(call, campaign)
    check_audience(call)
    if not explicit:
        limits.take(call, "broadcast")
    return ApiMessages(call, campaign, contents, call.world.chance.hex(32), explicit)


def contents_of(call: Call[Workspace], campaign: Campaign | None) -> list[Content]:
    """The messages of a request. Raises ApiError."""
    messages = {channel: message for channel, message in (call.body.get("messages") or {}).items() if message}
    if not messages:
        raise errors.refused("No message to send")
    if "in_app_message" in messages:
        if len(messages["in_app_message"].get("message", "")) > MAX_SLIDEUP:
            raise errors.refused("Slideup Message Length Exceeded")
        raise not_emulated(call, "in-app messages, which only an SDK shows,")
    return [_content(call, campaign, channel, message) for channel, message in messages.items()]


def _api_campaign(call: Call[Workspace]) -> Campaign | None:
    """The API campaign that the send is counted for."""
    key = call.body.get("campaign_id")
    if key is None:
        if call.body.get("send_id") is not None:
            raise bad(call, "send_id needs campaign_id", "/send_id")
        return None
    campaign: Campaign | None = call.state.campaigns.get(key)
    if campaign is None or campaign.delivery != API:
        raise errors.refused("Invalid Campaign ID")
    return campaign


def _content(call: Call[Workspace], campaign: Campaign | None, channel: str, message: Mapping[str, Any]) -> Content:
    pointer = f"/messages/{channel}"
    if "extra" in message and not isinstance(message["extra"], dict):
        raise errors.refused("Invalid Extra Push Payload")
    known = CHANNELS[channel]
    if known.limit and size_of(message) > known.limit:
        raise errors.refused(known.too_long)
    variation = _variation(campaign, channel, message)
    if channel == "email":
        message = _email(call, message, pointer)
    names = WEBHOOK_PARTS if channel == "webhook" else {name: name for name in known.fields}
    parts = {names[key]: value for key, value in message.items() if key in names and value is not None}
    if why := channels.fault(channel, parts):
        raise bad(call, why, pointer)
    return Content(variation or "", channel, parts, _variant_name(campaign, variation))


def _email(call: Call[Workspace], message: Mapping[str, Any], pointer: str) -> Mapping[str, Any]:
    """The message with its template's texts, where it names one; its own texts win. Raises ApiError."""
    template_id = message.get("email_template_id")
    template = call.state.templates.get(template_id) if template_id is not None else None
    if template_id is not None and template is None:
        raise bad(call, "no e-mail template has this id", f"{pointer}/email_template_id")
    for name in ("app_id", "from"):
        if not message.get(name):
            raise bad(call, f"an email needs {name}", f"{pointer}/{name}")
    if message["app_id"] not in call.state.apps:
        call.diagnose("unknown-app", "no app of this workspace has this id", f"{pointer}/app_id")
    if message.get("attachments"):
        call.diagnose("not-fetched", "attachments are listed in the outbox, not fetched", f"{pointer}/attachments")
    if template is None:
        return message
    texts = {name: getattr(template, name) for name in TEMPLATE_TEXTS}
    return {**texts, **{name: value for name, value in message.items() if value is not None}}


def _variation(campaign: Campaign | None, channel: str, message: Mapping[str, Any]) -> str | None:
    given: str | None = message.get("message_variation_id")
    if campaign is None:
        return given
    if given is None:
        raise errors.refused("Message Variant Unspecified")
    found = next((content for content in campaign.contents if content.id == given), None)
    if found is None:
        raise errors.refused("Invalid Message Variant")
    if found.channel != channel:
        raise errors.refused("Mismatched Message Type")
    return given


def _variant_name(campaign: Campaign | None, variation: str | None) -> str:
    contents = campaign.contents if campaign is not None else []
    return next((content.variant for content in contents if content.id == variation), "")
