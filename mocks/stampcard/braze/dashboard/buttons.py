"""Buttons of Braze's dashboard that its API does not offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.braze.campaigns import actions, records
from stampcard.braze.campaigns.records import Campaign
from stampcard.braze.canvas import trying as canvas_trying
from stampcard.braze.dashboard import devices, engagement, explaining, trying
from stampcard.braze.state import User, Workspace
from stampcard.core.errors import ButtonError


async def preview(workspace: Workspace, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Preview and Test: a campaign's messages as one user would see them; nothing is sent, calls are really made.

    Settings are `campaign` (name or id) and `user` (external_id). Raises ButtonError.
    """
    campaign, user = _campaign_and_user(workspace, settings, "a preview")
    summary = f"preview of {campaign.name} for {user.external_id}"
    cause = workspace.world.record("braze", "preview", summary)
    return await trying.preview(workspace, campaign, user, cause)


async def why(workspace: Workspace, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Why a user got a campaign or Canvas, or did not: every rule with the value looked at and its verdict.

    Settings are `campaign` (name or id of a campaign or Canvas) and `user` (external_id). Raises ButtonError.
    """
    if settings.keys() != {"campaign", "user"}:
        raise ButtonError("why takes `campaign` (name or id of a campaign or Canvas) and `user` (external_id)")
    sender = explaining.find_sender(workspace, str(settings["campaign"]))
    user = workspace.by_external_id.get(str(settings["user"]))
    if sender is None or user is None:
        missing = "campaign" if sender is None else "user"
        raise ButtonError(f"no {missing} {settings[missing]!r}")
    return explaining.why(workspace, sender, user)


async def engage(workspace: Workspace, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Let somebody open, click, bounce ... a message that was sent; returns the message event it makes.

    Settings are `message` (its id in the outbox), `action`, for a click its `url` or link `alias`, for a push its
    `button`, and `machine` when an e-mail is opened by the mail provider. Raises ButtonError.
    """
    if not {"message", "action"} <= settings.keys() <= {"message", "action", "url", "alias", "button", "machine"}:
        raise ButtonError(
            "engage takes `message` (id in the outbox), `action`, and `url`, `alias`, `button`, `machine`"
        )
    if settings["action"] not in engagement.ALLOWED:
        raise ButtonError(f"no action {settings['action']!r}; there are {', '.join(engagement.ALLOWED)}")
    message = next((row for row in workspace.world.outbox if row.id == settings["message"]), None)
    if message is None:
        raise ButtonError(f"no message {settings['message']!r}")
    url, alias, button = (
        None if settings.get(key) is None else str(settings[key]) for key in ("url", "alias", "button")
    )
    deed = engagement.Deed(settings["action"], url, alias, button, settings.get("machine") is True)
    cause = workspace.world.record("braze", "engage", f"{deed.action} of {message.channel} by {message.user}")
    try:
        return engagement.engage(workspace, message, deed, cause)
    except engagement.NotPossible as error:
        raise ButtonError(str(error)) from error


DEVICE = {"user", "action", "app_id", "event", "product", "price", "currency", "quantity", "properties"}


async def device(workspace: Workspace, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Let a user's device tell Braze something by its SDK, which sets off in-app messages besides all that a call does.

    Settings are `user` (external_id), `action` (`start session`, `perform custom event`, `make a purchase`), `app_id`,
    `event` or `product`, `price`, `currency`, `quantity`, and `properties`. Raises ButtonError.
    """
    if not {"user", "action"} <= settings.keys() <= DEVICE:
        raise ButtonError(f"device takes `user` and `action`, and {', '.join(sorted(DEVICE - {'user', 'action'}))}")
    action = settings["action"]
    if action not in (actions.SESSION, *devices.OBJECTS):
        raise ButtonError(f"no action {action!r}; there are {', '.join((actions.SESSION, *devices.OBJECTS))}")
    user = workspace.by_external_id.get(str(settings["user"]))
    if user is None:
        raise ButtonError(f"no user {settings['user']!r}")
    cause = workspace.world.record("braze", "device", f"the device of {settings['user']} tells: {action}")
    try:
        devices.tell(workspace, user, action, settings, cause)
    except devices.NotTold as error:
        raise ButtonError(str(error)) from error
    return {"entry": cause}


async def sending(workspace: Workspace, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How far each launch of a campaign has come, the newest last. It takes no settings."""
    if settings:
        raise ButtonError("sending takes no settings")
    return [launch.view() for launch in workspace.engine.launches.values()]


async def message_events(workspace: Workspace, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The newest message events, oldest first; `event_type` picks one type, `user` one external_id."""
    if not settings.keys() <= {"event_type", "user"}:
        raise ButtonError("message_events takes `event_type` and `user`, both optional")
    return [
        event
        for event in workspace.engine.message_events
        if settings.get("event_type") in (None, event["event_type"])
        and settings.get("user") in (None, event["user"]["external_user_id"])
    ]


async def test_send(workspace: Workspace, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Send a campaign's messages to one user as a test: audience, trigger, re-eligibility, caps and Quiet Hours are
    passed over; promotion codes are consumed, calls and webhooks really made; it is no receipt.

    Settings are `campaign` (name or id) and `user` (external_id); or, for a Message or User Update step, `canvas` (name
    or id), `step`, `user`, and the `context` and `event_properties` it is to see. The test of a User Update changes
    the user and answers with no message. Raises ButtonError.
    """
    if "canvas" in settings:
        return await _test_step(workspace, settings)
    campaign, user = _campaign_and_user(workspace, settings, "a test send")
    cause = workspace.world.record("braze", "test_send", f"test of {campaign.name} for {user.external_id}")
    return [message.view() for message in await trying.send_test(workspace, campaign, user, cause)]


async def _test_step(workspace: Workspace, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = {key: settings[key] for key in ("context", "event_properties") if key in settings}
    if settings.keys() - names.keys() != {"canvas", "step", "user"}:
        raise ButtonError("a test of a step takes `canvas`, `step`, `user`, and `context` and `event_properties`")
    for key, value in names.items():
        if not isinstance(value, Mapping):
            raise ButtonError(f"{key} is an object")
    canvas = canvas_trying.find_canvas(workspace, str(settings["canvas"]))
    place = canvas_trying.find_step(canvas, str(settings["step"])) if canvas is not None else None
    user = workspace.by_external_id.get(str(settings["user"]))
    if canvas is None or place is None or user is None:
        missing = "canvas" if canvas is None else "step" if place is None else "user"
        raise ButtonError(f"no {missing} {settings[missing]!r}")
    if (kind := place[1].type) not in canvas_trying.TESTED:
        raise ButtonError(f"a step {kind} has no test; those that have are {', '.join(canvas_trying.TESTED)}")
    text = f"test of {canvas.name}, step {place[1].name}, for {user.external_id}"
    cause = workspace.world.record("braze", "test_send", text)
    return [row.view() for row in await canvas_trying.send_test(canvas, place, (workspace, user, cause), names)]


def _campaign_and_user(workspace: Workspace, settings: Mapping[str, Any], what: str) -> tuple[Campaign, User]:
    if settings.keys() != {"campaign", "user"}:
        raise ButtonError(f"{what} takes `campaign` (name or id) and `user` (external_id)")
    campaign = records.find_campaign(workspace, str(settings["campaign"]))
    user = workspace.by_external_id.get(str(settings["user"]))
    if campaign is None or user is None:
        missing = "campaign" if campaign is None else "user"
        raise ButtonError(f"no {missing} {settings[missing]!r}")
    return campaign, user
