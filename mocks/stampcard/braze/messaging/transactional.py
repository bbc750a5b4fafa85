"""POST /transactional/v1/campaigns/{id}/send, and the postbacks that tell what became of it.

Source: Braze docs, "Send transactional emails via API-triggered delivery" and "Transactional HTTP event postback"
(braze-inc/braze-docs).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from stampcard.braze import errors
from stampcard.braze.campaigns.records import TRANSACTIONAL, Campaign
from stampcard.braze.content import connected_content
from stampcard.braze.messaging.targets import bad, check_size
from stampcard.braze.sending import launching, orders, sending
from stampcard.braze.state import User, Workspace
from stampcard.braze.tracking import attributes
from stampcard.braze.tracking.objects import fault_of_attributes
from stampcard.braze.users import identity
from stampcard.braze.variables import Dotted
from stampcard.core import codec
from stampcard.core.clock import iso
from stampcard.core.delivery import Delivery, ladder
from stampcard.core.endpoint import Call, Reply
from stampcard.core.outbox import Message

MALFORMED = "campaign_id must be a string of the campaign api identifier"
UNKNOWN = "Campaign does not exist"
OTHER_TYPE = "The campaign is not a transactional campaign. Only transactional campaigns may use this endpoint"
ARCHIVED = "The campaign is archived. Unarchive the campaign in order for trigger requests to take effect."
QUEUED = "The external reference has been queued.  Please retry to obtain send_id."
PAUSED = "The campaign is paused. Resume the campaign in order for trigger requests to take effect."
NOT_EMAILABLE = "User not emailable"
REMEMBERED = timedelta(hours=24)
"""How long an external_send_id stands for its first dispatch."""
POSTBACK_RETRIES = (30.0, 60.0, 120.0)
"""Seconds between tries of a postback (assumed)."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Dispatch(msgspec.Struct, frozen=True):
    """One transactional send; `metadata` is the answer's, to which each status adds its instant."""

    workspace: Workspace
    campaign: Campaign
    id: str
    metadata: Mapping[str, Any]
    at: datetime
    cause: int

    def body(self, status: str, **more: Any) -> dict[str, Any]:
        return {"dispatch_id": self.id, "status": status, "metadata": {**self.metadata, **more}}


async def send(call: Call[Workspace]) -> Reply:
    """One e-mail to one recipient; the same external_send_id within 24 hours answers with the first dispatch."""
    campaign = _campaign(call)
    _check(call)
    external = call.body.get("external_send_id")
    known: Dispatch | None = call.state.engine.dispatches.get(external) if external else None
    if known is not None and call.world.clock.now - known.at < REMEMBERED:
        if call.world.clock.now - known.at < timedelta(seconds=call.state.switches.transactional_queue_seconds):
            raise errors.refused(QUEUED)
        call.diagnose("duplicate", "this external_send_id was sent within 24 hours; nothing is sent again")
        call.summary = "repeated external_send_id"
        return Reply(201, known.body("sent"))
    now = call.world.clock.now
    metadata = {"received_at": iso(now), "campaign_api_id": campaign.id}
    metadata |= {"external_send_id": external} if external else {}
    dispatch = Dispatch(call.state, campaign, call.world.chance.hex(32), metadata, now, call.id)
    if external:
        call.state.engine.dispatches[external] = dispatch
    user = _recipient(call)
    properties = call.body.get("trigger_properties") or {}

    async def run() -> None:
        await _run(dispatch, user, properties)

    call.world.clock.after(launching.NOW, run, name=f"transactional {campaign.name}", vendor="braze", cause=call.id)
    call.summary = f"transactional campaign {campaign.name!r}"
    return Reply(201, dispatch.body("sent"))


def _campaign(call: Call[Workspace]) -> Campaign:
    key = call.path["campaign_id"]
    if not _UUID.fullmatch(key):
        raise errors.refused(MALFORMED)
    campaign: Campaign | None = call.state.campaigns.get(key.lower())
    if campaign is None:
        raise errors.refused(UNKNOWN)
    if campaign.delivery != TRANSACTIONAL:
        raise errors.refused(OTHER_TYPE)
    if campaign.archived:
        raise errors.refused(ARCHIVED)
    if not campaign.enabled:
        raise errors.refused(PAUSED)
    return campaign


def _check(call: Call[Workspace]) -> None:
    row = call.body["recipient"]
    if (row.get("external_user_id") is None) == (row.get("user_alias") is None):
        raise bad(call, "a recipient has an external_user_id or a user_alias", "/recipient")
    check_size(call, call.body.get("trigger_properties"), "/trigger_properties")
    written = row.get("attributes") or {}
    if fault := fault_of_attributes({**written, "external_id": row.get("external_user_id") or "known"}):
        raise bad(call, fault, "/recipient/attributes")


def _recipient(call: Call[Workspace]) -> User | None:
    """The user, written to as asked; an unknown external_user_id is created when there are attributes."""
    row = call.body["recipient"]
    by = {"external_id": row.get("external_user_id"), "user_alias": row.get("user_alias")}
    user = identity.find_tracked(call.state, by)
    if user is None and row.get("attributes") and by["external_id"] is not None:
        user = identity.add_user(call.state, {"external_id": by["external_id"]})
    if user is None:
        call.diagnose("unknown-user", "nobody has this identifier; the send is aborted", "/recipient")
    elif row.get("attributes"):
        writing = attributes.Writing(call.state, user, call.diagnose, "/recipient/attributes")
        attributes.apply(writing, row["attributes"], call.id)
    return user


async def _run(dispatch: Dispatch, user: User | None, properties: Mapping[str, Any]) -> None:
    """Send, whatever the subscription state; then tell the postback URL each status."""
    if user is None:
        _tell(dispatch, "aborted", aborted_at=_now(dispatch), reason=NOT_EMAILABLE)
        return
    content = dispatch.campaign.contents[0]
    order = orders.Order(
        dispatch.workspace,
        user,
        content,
        dispatch.id,
        dispatch.cause,
        "transactional send",
        dispatch.campaign,
        "all",
        {"api_trigger_properties": Dotted(properties)},
    )
    message = sending.new_message(order)
    order.ended = partial(_ended, dispatch, message)
    await sending.attempt(order, message)


def _now(dispatch: Dispatch) -> str:
    return iso(dispatch.workspace.world.clock.now)


def _ended(dispatch: Dispatch, message: Message) -> None:
    if message.status != "sent":
        reason = NOT_EMAILABLE if message.detail.get("abort_type") == "missing_email" else message.reason
        _tell(dispatch, "aborted", aborted_at=_now(dispatch), reason=reason)
        return
    done = {name: _now(dispatch) for name in ("enqueued_at", "executed_at", "sent_at")}
    _tell(dispatch, "sent", **done)
    _tell(dispatch, "processed", **done, processed_at=_now(dispatch))
    _tell(dispatch, "delivered", **done, processed_at=_now(dispatch), delivered_at=_now(dispatch))


def _tell(dispatch: Dispatch, status: str, **more: Any) -> None:
    url = dispatch.campaign.postback
    if url is None:
        return
    Delivery(
        world=dispatch.workspace.world,
        vendor="braze",
        name=f"transactional postback {status}",
        method="POST",
        url=url,
        headers={
            "Content-Type": "application/json",
            "User-Agent": connected_content.user_agent(dispatch.workspace),
        },
        body=codec.encode(dispatch.body(status, **more)),
        cause=dispatch.cause,
        retry=ladder(*POSTBACK_RETRIES),
        event="transactional_postback",
    ).schedule()
