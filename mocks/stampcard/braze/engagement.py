"""What people and providers do with a message, caused on purpose: opens, clicks, bounces, complaints, unsubscribes.

Source: Braze docs, "Message engagement events" and "Email bounces" (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stampcard.braze import emails, message_events, triggers
from stampcard.braze.state import Contact, User, Workspace
from stampcard.core.outbox import Message

PUSH = tuple(message_events.PLATFORMS)
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "delivery": ("email", "sms"),
    "open": ("email", *PUSH),
    "click": ("email", "content_card"),
    "bounce": ("email", *PUSH),
    "soft bounce": ("email",),
    "mark as spam": ("email",),
    "unsubscribe": ("email",),
    "impression": ("content_card",),
    "dismiss": ("content_card",),
}
"""Action -> the channels it exists on; there is no Delivery of a push, and no Open of a webhook."""
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


def engage(workspace: Workspace, message: Message, action: str, url: str | None, cause: int) -> dict[str, Any]:
    """Let an action happen to a sent message; returns its event. Raises NotPossible, and nothing happened."""
    user = _user(workspace, message)
    if message.status != "sent":
        raise NotPossible(f"the message is {message.status}")
    if message.channel not in ALLOWED[action]:
        raise NotPossible(f"a message of the channel {message.channel} has no {action}")
    if action in EFFECTS and user.email is not None:
        EFFECTS[action](workspace, user, user.email, cause)
    event = message_events.of_message(workspace, user, message, EVENTS[action], **({"url": url} if url else {}))
    if message.campaign is not None and "campaign_id" in message.detail:
        triggers.campaign_engaged(workspace, user, message.campaign, action, cause)
    message.detail.setdefault("engagement", []).append({"action": action, "time": event["time"]})
    return event


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
