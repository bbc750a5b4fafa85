"""POST /messages/send and /campaigns/trigger/send: who gets a message that an integrator asks for.

Source: Braze docs, "Send messages immediately via API only", "Send campaigns via API-triggered delivery", "Recipient
object" and the table of fatal errors (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stampcard.braze import attributes, audience, errors, identity, launching, limits, segments, sending
from stampcard.braze.campaigns import API, API_TRIGGERED, CHANNELS, Campaign, Content
from stampcard.braze.state import User, Workspace
from stampcard.braze.tracking import fault_of_attributes
from stampcard.braze.values import size_of
from stampcard.braze.variables import Dotted
from stampcard.core.endpoint import Call, Reply, named
from stampcard.core.errors import ApiError

MAX_RECIPIENTS = 50
MAX_PROPERTIES = 50 * 1024
TOO_MANY = "The max number of external_ids and aliases per request was exceeded"
MAX_ALERT = {
    "apple_push": (1_912, "Apple Push Length Exceeded"),
    "android_push": (4_000, "Android Push Length Exceeded"),
}

EMAIL_PARTS = {
    "subject": "subject",
    "preheader": "preheader",
    "from": "from",
    "reply_to": "reply_to",
    "bcc": "bcc",
    "body": "body",
    "plaintext_body": "plaintext_body",
    "headers": "headers",
    "extras": "extras",
    "attachments": "attachments",
}
WEBHOOK_PARTS = {"url": "url", "request_method": "method", "request_headers": "headers", "body": "body"}


# /messages/send


async def send(call: Call[Workspace]) -> Reply:
    """Content that is entirely in the request, to users by id, alias, segment or audience."""
    body = call.body
    _check_size(body)
    explicit = bool(body.get("external_user_ids") or body.get("user_aliases"))
    _check_targets(call, explicit, bool(body.get("segment_id") or body.get("audience")))
    messages = {channel: message for channel, message in (body.get("messages") or {}).items() if message is not None}
    if not messages:
        raise errors.refused("No message to send")
    campaign = _api_campaign(call)
    contents = [_content(call, campaign, channel, message) for channel, message in messages.items()]
    _check_audience(call)
    if not explicit:
        limits.take(call, "broadcast")

    dispatch_id = call.world.chance.hex(32)
    chosen = _explicit_users(call) if explicit else None
    state = body.get("recipient_subscription_state") or "subscribed"
    send_id = body.get("send_id")

    async def run() -> None:
        users = _filtered(call.state, body, chosen if chosen is not None else list(call.state))
        for user in users:
            codes: dict[str, str] = {}
            for content in contents:
                order = sending.Order(
                    call.state, user, content, dispatch_id, call.id, "messages/send", campaign, state, {}, send_id
                )
                order.codes = codes
                await sending.send(order)

    call.world.clock.after(launching.NOW, run, name="messages/send", vendor="braze", cause=call.id)
    whom = f"{len(chosen)} users" if chosen is not None else "a segment or audience"
    call.summary = f"send {' and '.join(messages)} to {whom}"
    return Reply(201, _accepted(dispatch_id, send_id if not explicit else None))


def _accepted(dispatch_id: str, send_id: str | None) -> dict[str, Any]:
    return {"dispatch_id": dispatch_id, "message": "success"} | ({"send_id": send_id} if send_id else {})


def _check_size(body: Mapping[str, Any]) -> None:
    given = len(body.get("external_user_ids") or ()) + len(body.get("user_aliases") or ())
    if given > MAX_RECIPIENTS:
        raise errors.refused(TOO_MANY)


def _check_targets(call: Call[Workspace], explicit: bool, group: bool) -> None:
    """`broadcast` must be true when nobody is named, and must not be when somebody is."""
    broadcast = call.body.get("broadcast") is True
    if not explicit and not group:
        raise errors.refused("No Recipients")
    if explicit and broadcast:
        raise _bad(call, "broadcast must not be true together with recipients", "/broadcast")
    if not explicit and not broadcast:
        raise _bad(call, "broadcast must be true when no recipients are named", "/broadcast")


def _bad(call: Call[Workspace], why: str, pointer: str) -> ApiError:
    """Braze's answer for what its documentation calls an error without giving a text; the reason is a diagnostic."""
    call.diagnose("invalid", why, pointer, "error")
    return errors.refused("Bad Request")


def _api_campaign(call: Call[Workspace]) -> Campaign | None:
    """The API campaign that the send is counted for."""
    key = call.body.get("campaign_id")
    if key is None:
        if call.body.get("send_id") is not None:
            raise _bad(call, "send_id needs campaign_id", "/send_id")
        return None
    campaign: Campaign | None = call.state.campaigns.get(key)
    if campaign is None or campaign.delivery != API:
        raise errors.refused("Invalid Campaign ID")
    return campaign


def _content(call: Call[Workspace], campaign: Campaign | None, channel: str, message: Mapping[str, Any]) -> Content:
    pointer = f"/messages/{channel}"
    if "extra" in message and not isinstance(message["extra"], dict):
        raise errors.refused("Invalid Extra Push Payload")
    if channel in MAX_ALERT and size_of(message) > MAX_ALERT[channel][0]:
        raise errors.refused(MAX_ALERT[channel][1])
    variation = _variation(campaign, channel, message)
    if channel not in CHANNELS:
        raise _not_emulated(call, f"the channel {channel} of messages/send")
    if channel == "email":
        parts = _email(call, message, pointer)
    else:
        parts = {WEBHOOK_PARTS[key]: value for key, value in message.items() if key in WEBHOOK_PARTS}
    parts = {key: value for key, value in parts.items() if value is not None}
    return Content(variation or "", channel, parts, _variant_name(campaign, variation))


def _not_emulated(call: Call[Workspace], what: str) -> ApiError:
    return ApiError(501, {"message": f"stampcard does not emulate {what} yet", **named(call.operation)})


def _email(call: Call[Workspace], message: Mapping[str, Any], pointer: str) -> dict[str, Any]:
    if message.get("email_template_id") is not None:
        raise _not_emulated(call, "email_template_id of messages/send")
    for name in ("app_id", "from", "body"):
        if not message.get(name):
            raise _bad(call, f"an email needs {name}", f"{pointer}/{name}")
    if message["app_id"] not in call.state.apps:
        call.diagnose("unknown-app", "no app of this workspace has this id", f"{pointer}/app_id")
    if message.get("attachments"):
        call.diagnose("not-fetched", "attachments are listed in the outbox, not fetched", f"{pointer}/attachments")
    return {EMAIL_PARTS[key]: value for key, value in message.items() if key in EMAIL_PARTS}


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


def _check_audience(call: Call[Workspace]) -> None:
    given = call.body.get("audience")
    if given is not None and (why := audience.fault(given)):
        raise _bad(call, why, "/audience")
    segment_id = call.body.get("segment_id")
    if segment_id is not None and segment_id not in call.state.segments:
        raise _bad(call, "no segment has this id", "/segment_id")


def _explicit_users(call: Call[Workspace]) -> list[User]:
    rows: list[tuple[Mapping[str, Any], str]] = []
    for index, external_id in enumerate(call.body.get("external_user_ids") or ()):
        rows.append(({"external_id": external_id}, f"/external_user_ids/{index}"))
    for index, alias in enumerate(call.body.get("user_aliases") or ()):
        rows.append(({"user_alias": alias}, f"/user_aliases/{index}"))
    found: dict[str, User] = {}
    for by, pointer in rows:
        user = identity.find_tracked(call.state, by)
        if user is None:
            call.diagnose("unknown-user", "nobody has this identifier; nothing is sent", pointer)
        elif user.braze_id in found:
            call.diagnose("duplicate-recipient", "named twice; one message is sent", pointer)
        else:
            found[user.braze_id] = user
    return list(found.values())


def _filtered(workspace: Workspace, body: Mapping[str, Any], users: Iterable[User]) -> Iterable[User]:
    """Users that are still there and in the request's segment and audience."""
    segment_id, given = body.get("segment_id"), body.get("audience")
    rule = workspace.segments[segment_id].rule if segment_id in workspace.segments else None
    for user in users:
        if workspace.users.get(user.braze_id) is not user or not segments.holds(workspace, rule, user):
            continue
        if given is None or audience.matches(workspace, given, user):
            yield user


# /campaigns/trigger/send


async def trigger(call: Call[Workspace]) -> Reply:
    """An API-triggered campaign to listed recipients, or to its whole audience."""
    body = call.body
    campaign: Campaign | None = call.state.campaigns.get(body["campaign_id"])
    if campaign is None or campaign.delivery != API_TRIGGERED:
        raise errors.refused("Invalid Campaign ID")
    recipients = body.get("recipients") or []
    if len(recipients) > MAX_RECIPIENTS:
        raise errors.refused(TOO_MANY)
    if not recipients and body.get("broadcast") is not True:
        raise errors.refused("No Recipients")
    _check_targets(call, bool(recipients), True)
    _check_properties(call, body.get("trigger_properties"), "/trigger_properties")
    if body.get("attachments"):
        if not recipients:
            raise _bad(call, "attachments cannot be used with a broadcast", "/attachments")
        call.diagnose("not-fetched", "attachments are ignored here; they are not fetched", "/attachments")
    for index, recipient in enumerate(recipients):
        _check_recipient(call, recipient, f"/recipients/{index}")
    _check_audience(call)
    if not recipients:
        limits.take(call, "broadcast")
    if not campaign.enabled:
        call.diagnose("campaign-stopped", "the campaign is stopped; nothing is sent", "/campaign_id")

    dispatch_id = call.world.chance.hex(32)
    chosen = _recipients(call, recipients) if recipients else None
    _schedule(call, campaign, chosen, dispatch_id)
    whom = f"{len(chosen)} recipients" if chosen is not None else "its audience"
    call.summary = f"trigger campaign {campaign.name!r} for {whom}"
    return Reply(201, _accepted(dispatch_id, body.get("send_id") if chosen is None else None))


def _schedule(
    call: Call[Workspace], campaign: Campaign, chosen: list[tuple[User, dict[str, Any]]] | None, dispatch_id: str
) -> None:
    workspace, body = call.state, call.body
    shared = body.get("trigger_properties") or {}

    async def run() -> None:
        if not campaign.enabled:
            return
        pairs = chosen if chosen is not None else [(user, shared) for user in list(workspace)]
        properties = {user.braze_id: own for user, own in pairs}
        for user in _filtered(workspace, body, [user for user, _ in pairs]):
            await _send_triggered(workspace, campaign, user, properties[user.braze_id], dispatch_id, call)

    call.world.clock.after(launching.NOW, run, name=f"campaign {campaign.name}", vendor="braze", cause=call.id)


async def _send_triggered(
    workspace: Workspace,
    campaign: Campaign,
    user: User,
    properties: Mapping[str, Any],
    dispatch_id: str,
    call: Call[Workspace],
) -> None:
    names = {"api_trigger_properties": Dotted(properties)}
    why = launching.why_not_now(workspace, campaign, user)
    if why:
        who = user.external_id or user.braze_id
        workspace.world.record("braze", "campaign.trigger", f"{campaign.name!r} not for {who}: {why}", cause=call.id)
        return
    await launching.send_variant(
        workspace, campaign, user, names, dispatch_id, call.id, "campaigns/trigger/send", call.body.get("send_id")
    )


def _check_properties(call: Call[Workspace], properties: Any, pointer: str) -> None:
    if properties is not None and size_of(properties) > MAX_PROPERTIES:
        raise _bad(call, "trigger_properties hold up to 50 KB", pointer)


def _check_recipient(call: Call[Workspace], recipient: Mapping[str, Any], pointer: str) -> None:
    """Exactly one identifier; an e-mail address with its prioritization; who may be created. Raises ApiError."""
    given = [
        name for name in ("external_user_id", "user_alias", "braze_id", "email") if recipient.get(name) is not None
    ]
    if len(given) != 1:
        raise _bad(call, "a recipient has exactly one of external_user_id, user_alias, braze_id and email", pointer)
    if given == ["email"] and not recipient.get("prioritization"):
        raise _bad(call, "a recipient by email needs prioritization", f"{pointer}/prioritization")
    _check_properties(call, recipient.get("trigger_properties"), f"{pointer}/trigger_properties")
    given_attributes = recipient.get("attributes")
    if recipient.get("send_to_existing_only") is False:
        if given != ["external_user_id"]:
            raise _bad(call, "only an external_user_id can be created", f"{pointer}/send_to_existing_only")
        if given_attributes is None:
            raise _bad(call, "send_to_existing_only false needs attributes", f"{pointer}/attributes")
    if given_attributes is not None:
        fault = fault_of_attributes({**given_attributes, "external_id": recipient.get("external_user_id") or "known"})
        if fault:
            raise _bad(call, fault, f"{pointer}/attributes")


def _recipients(call: Call[Workspace], rows: list[dict[str, Any]]) -> list[tuple[User, dict[str, Any]]]:
    """The users meant, created and written to as asked, each once, with their own trigger properties."""
    shared = call.body.get("trigger_properties") or {}
    found: dict[str, tuple[User, dict[str, Any]]] = {}
    for index, row in enumerate(rows):
        pointer = f"/recipients/{index}"
        user = _recipient(call.state, row)
        if user is None:
            if row.get("send_to_existing_only") is not False:
                call.diagnose("unknown-user", "nobody has this identifier; nothing is sent", pointer)
                continue
            user = identity.add_user(call.state, {"external_id": row["external_user_id"]})
        if user.braze_id in found:
            call.diagnose("duplicate-recipient", "named twice; one message is sent", pointer)
            continue
        if row.get("attributes"):
            writing = attributes.Writing(call.state, user, call.diagnose, f"{pointer}/attributes")
            attributes.apply(writing, row["attributes"], call.id)
        found[user.braze_id] = (user, {**shared, **(row.get("trigger_properties") or {})})
    return list(found.values())


def _recipient(workspace: Workspace, row: Mapping[str, Any]) -> User | None:
    if row.get("email") is not None:
        return identity.prioritized(identity.find_all(workspace, {"email": row["email"]}), row["prioritization"])
    by = {"external_id": row.get("external_user_id"), "user_alias": row.get("user_alias")}
    return identity.find_tracked(workspace, {**by, "braze_id": row.get("braze_id")})
