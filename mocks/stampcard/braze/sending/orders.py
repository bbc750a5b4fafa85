"""A message that is to reach somebody, and what became of rendering it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from stampcard.braze import variables
from stampcard.braze.campaigns.records import Campaign, Content
from stampcard.braze.sending.message_events import PLATFORMS
from stampcard.braze.state import User, Workspace

UNSENT_DISPATCH = "dispatch_id_for_unsent_campaign"
"""What `campaign.${dispatch_id}` shows in a preview."""


CANVAS_STEP = "canvas_step"
"""The delivery of the stand-in campaign of a Canvas's Message step: its receipts are not a campaign's."""
TEST = "test"
"""The delivery of a campaign's stand-in for a test send, which counts for nothing."""
IN_APP = "in_app_message"
"""The channel whose messages have no dispatch id."""
EMPTY = Content("", "", {})
"""For what renders a text and sends nothing."""


class Order(msgspec.Struct):
    """One message that is to reach one user.

    `why` says in words what set it off; `send_to` is the subscription state it asks for; `names` are namespaces
    beside those of the user (event_properties, api_trigger_properties ...); `campaign` is None for API messages.
    `title` is what the outbox shows for the campaign's name; `ended` hears that the message waits no more.
    `codes` are the promotion codes taken for this user and send, by snippet, shared by all channels and retries;
    `queued` says that the message has its place under the speed limit.
    """

    workspace: Workspace
    user: User
    content: Content
    dispatch_id: str
    cause: int
    why: str
    campaign: Campaign | None = None
    send_to: str = "subscribed"
    names: Mapping[str, Any] = {}
    send_id: str | None = None
    uncapped: bool = False
    preview: bool = False
    codes: dict[str, str] = {}
    tries: int = 0
    queued: bool = False
    title: str | None = None
    ended: Callable[[], None] | None = None

    def namespaces(self) -> dict[str, Any]:
        """All names the message's templates can reach."""
        campaign: dict[str, Any] = {}
        if self.content.channel != IN_APP:
            campaign["dispatch_id"] = UNSENT_DISPATCH if self.preview else self.dispatch_id
        if self.campaign is not None:
            campaign |= {"api_id": self.campaign.id, "name": self.campaign.name}
            campaign |= {"message_name": self.content.variant, "message_api_id": self.content.id}
        names = {**variables.namespaces(self.workspace, self.user), "campaign": campaign, **self.names}
        if self.content.channel == "content_card":
            names["card"] = {"api_id": self.content.id, "name": self.content.variant}
        elif self.content.channel in PLATFORMS:
            names["targeted_device"] = variables.targeted_device(
                self.workspace, self.user, PLATFORMS[self.content.channel]
            )
        return names


class Rendered(msgspec.Struct):
    """A message's parts as text, and what rendering them read, warned of and left behind."""

    parts: dict[str, Any]
    read: dict[str, Any] = {}
    calls: list[dict[str, Any]] = []
    warnings: list[str] = []
    extras: dict[str, str] = {}
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
