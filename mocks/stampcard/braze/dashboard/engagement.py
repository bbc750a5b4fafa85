"""What people and providers do with a message, caused on purpose: opens, clicks, bounces, complaints, unsubscribes.

Source: Braze docs, "Message engagement events" and "Email bounces" (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from stampcard.braze import triggers
from stampcard.braze.sending import counting, message_events
from stampcard.braze.state import Contact, User, Workspace
from stampcard.braze.subscriptions import emails
from stampcard.core.outbox import Message

PUSH = tuple(message_events.PLATFORMS)
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "delivery": ("email", "sms"),
    "open": ("email", *PUSH),
    "click": ("email", "content_card", "in_app_message"),
    "bounce": ("email", *PUSH),
    "soft bounce": ("email",),
    "mark as spam": ("email",),
    "unsubscribe": ("email",),
    "impression": ("content_card",),
    "dismiss": ("content_card",),
}
"""Action -> the channels it exists on; there is no Delivery of a push, and no Open of a webhook."""
INTERACTIONS = {"impression": "view"}
"""Action -> what triggers call it, where they call it otherwise."""
EVENTS = {
    "delivery": "Delivery",
    "open": "Open",
    "click": "Click",
    "bounce": "Bounce",
    "soft bounce": "SoftBounce",
    "mark as spam": "MarkAsSpam",
    "unsubscribe": "Unsubscribe",
    "impression": "Impression",
    "dismiss": "Dismiss",
}


class NotPossible(Exception):
    """The message's channel has no such action, or the message was not sent."""


class Deed(msgspec.Struct, frozen=True):
    """What somebody does with a message: of a click the `url` or link `alias`, of a push the `button`; `machine` says
    that an e-mail was opened by the mail provider and not by a person."""

    action: str
    url: str | None = None
    alias: str | None = None
    button: str | None = None
    machine: bool = False

    def properties(self) -> dict[str, Any]:
        """What the message event tells of it."""
        told = {"url": self.url, "link_alias": self.alias, "button_string": self.button}
        told["machine_open"] = "true" if self.machine else None
        return {name: value for name, value in told.items() if value is not None}


def engage(workspace: Workspace, message: Message, deed: Deed, cause: int) -> dict[str, Any]:
    """Let an action happen to a sent message; returns its event. Raises NotPossible, and nothing happened."""
    user, action = _user(workspace, message), deed.action
    if message.status != "sent":
        raise NotPossible(f"the message is {message.status}")
    if message.channel not in ALLOWED[action]:
        raise NotPossible(f"a message of the channel {message.channel} has no {action}")
    if deed.machine and (action, message.channel) != ("open", "email"):
        raise NotPossible("only an e-mail is opened by a machine")
    if action in EFFECTS and user.email is not None:
        EFFECTS[action](workspace, user, user.email, cause)
    event = message_events.of_message(workspace, user, message, EVENTS[action], **deed.properties())
    message.detail.setdefault("engagement", []).append({"action": action, "time": event["time"]})
    counting.engaged(workspace, user, message, action)
    if action in ("open", "click"):
        workspace.engine.last_engaged[user.braze_id] = workspace.world.clock.now
    _tell(workspace, user, message, deed, cause)
    return event


def _tell(workspace: Workspace, user: User, message: Message, deed: Deed, cause: int) -> None:
    """Tell the campaigns and Canvases that wait for it; an open is one by a machine or another one, too."""
    names = [INTERACTIONS.get(deed.action, deed.action)]
    if deed.action == "open" and message.channel == "email":
        names.append("machine open" if deed.machine else "other open")
    detail, about = message.detail, {"alias": deed.alias, "button": deed.button}
    for name in names:
        if "canvas_step_name" in detail:
            place = detail["canvas_name"], detail["canvas_step_name"]
            triggers.step_engaged(workspace, user, place, name, cause, **about)
        elif message.campaign is not None and "campaign_id" in detail:
            triggers.campaign_engaged(workspace, user, message.campaign, name, cause, **about)


def _user(workspace: Workspace, message: Message) -> User:
    user = workspace.by_external_id.get(message.user) or workspace.users.get(message.user)
    if user is None:
        raise NotPossible(f"there is no user {message.user!r} any more")
    return user


def _bounce(workspace: Workspace, user: User, email: str, cause: int) -> None:
    """A hard bounce: no e-mail is sent to the address any more."""
    workspace.addresses.setdefault(email, Contact()).hard_bounced_at = workspace.world.clock.now


def _spam(workspace: Workspace, user: User, email: str, cause: int) -> None:
    now = workspace.world.clock.now
    workspace.addresses.setdefault(email, Contact()).spam_at = now
    user.profile["marked_email_as_spam_at"] = now


def _unsubscribe(workspace: Workspace, user: User, email: str, cause: int) -> None:
    emails.set_state(workspace, email, "unsubscribed", cause)


EFFECTS: Mapping[str, Callable[[Workspace, User, str, int], None]] = {
    "bounce": _bounce,
    "mark as spam": _spam,
    "unsubscribe": _unsubscribe,
}
"""What an action on an e-mail changes."""
