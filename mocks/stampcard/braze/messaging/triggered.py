"""POST /campaigns/trigger/send: an API-triggered campaign to listed recipients or to its whole audience.

Source: Braze docs, "Send campaigns via API-triggered delivery" (braze-inc/braze-docs).
"""

from __future__ import annotations

from typing import Any

import msgspec

from stampcard.braze import errors
from stampcard.braze.campaigns.records import API_TRIGGERED, Campaign
from stampcard.braze.messaging.messages import accepted
from stampcard.braze.messaging.targets import bad, check_recipients, filtered, recipients
from stampcard.braze.sending import launching
from stampcard.braze.state import User, Workspace
from stampcard.braze.variables import Dotted
from stampcard.core.endpoint import Call, Reply

Chosen = list[tuple[User, dict[str, Any]]]
"""Users and their trigger properties."""


class ApiTrigger(msgspec.Struct):
    """A request that was found good; `explicit` when it lists recipients."""

    call: Call[Workspace]
    campaign: Campaign
    dispatch_id: str
    explicit: bool

    def chosen(self) -> Chosen:
        """Users with their trigger properties: a recipient's own win over those of the request."""
        shared = self.call.body.get("trigger_properties") or {}
        if not self.explicit:
            return [(user, shared) for user in list(self.call.state)]
        return [(user, {**shared, **(row.get("trigger_properties") or {})}) for user, row in recipients(self.call)]

    async def send(self, chosen: Chosen) -> None:
        """Send to those who may get the campaign now."""
        if not self.campaign.enabled:
            return
        workspace = self.call.state
        own = {user.braze_id: properties for user, properties in chosen}
        for user in filtered(workspace, self.call.body, [user for user, _ in chosen]):
            await self._send_to(user, own[user.braze_id])

    async def _send_to(self, user: User, properties: dict[str, Any]) -> None:
        workspace, campaign, call = self.call.state, self.campaign, self.call
        if not launching.may_get(workspace, campaign, user, call.id):
            return
        names = {"api_trigger_properties": Dotted(properties)}
        path, send_id = call.operation.path, call.body.get("send_id")
        send = launching.Send(workspace, campaign, names, self.dispatch_id, call.id, path, send_id)
        await send.to(user)


def checked(call: Call[Workspace]) -> ApiTrigger:
    """Everything about a request that triggers or schedules a campaign. Raises ApiError."""
    campaign: Campaign | None = call.state.campaigns.get(call.body["campaign_id"])
    if campaign is None or campaign.delivery != API_TRIGGERED:
        raise errors.refused("Invalid Campaign ID")
    explicit = check_recipients(call, ("trigger_properties",))
    if call.body.get("attachments"):
        if not explicit:
            raise bad(call, "attachments cannot be used with a broadcast", "/attachments")
        call.diagnose("not-fetched", "attachments are ignored here; they are not fetched", "/attachments")
    if not campaign.enabled:
        call.diagnose("campaign-stopped", "the campaign is stopped; nothing is sent", "/campaign_id")
    return ApiTrigger(call, campaign, call.world.chance.hex(32), explicit)


async def trigger(call: Call[Workspace]) -> Reply:
    """An API-triggered campaign to listed recipients, or to its whole audience."""
    asked = checked(call)
    chosen = asked.chosen() if asked.explicit else None

    async def run() -> None:
        await asked.send(chosen if chosen is not None else asked.chosen())

    name = asked.campaign.name
    call.world.clock.after(launching.NOW, run, name=f"campaign {name}", vendor="braze", cause=call.id)
    whom = f"{len(chosen)} recipients" if chosen is not None else "its audience"
    call.summary = f"trigger campaign {name!r} for {whom}"
    return Reply(201, accepted(asked.dispatch_id, None if asked.explicit else call.body.get("send_id")))
