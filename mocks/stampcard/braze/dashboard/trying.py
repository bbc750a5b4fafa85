"""Preview and test sends of a campaign, as the dashboard makes them.

Source: Braze docs, "Sending test messages" (braze-inc/braze-docs).
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from stampcard.braze.campaigns import pacing
from stampcard.braze.campaigns.records import Campaign, Content
from stampcard.braze.rendering import MessageAborted
from stampcard.braze.sending import composing, orders, sending
from stampcard.braze.sending.orders import TEST
from stampcard.braze.state import User, Workspace
from stampcard.core.outbox import Message


async def preview(workspace: Workspace, campaign: Campaign, user: User, cause: int) -> list[dict[str, Any]]:
    """Each message of the campaign as its user would see it; nothing is sent and no receipt is noted.

    Connected Content calls are really made, with the preview's cache.
    """
    shown = []
    variant = pacing.pick_variant(workspace, campaign, user) or campaign.variants[0]
    for content in variant.messages:
        shown.append(await _preview(workspace, campaign, content, user, cause))
    return shown


async def _preview(
    workspace: Workspace, campaign: Campaign, content: Content, user: User, cause: int
) -> dict[str, Any]:
    order = orders.Order(workspace, user, content, orders.UNSENT_DISPATCH, cause, "preview", campaign, preview=True)
    rendered = orders.Rendered({})
    result: dict[str, Any] = {"channel": content.channel, "status": "rendered", "reason": None}
    try:
        await composing.render(order, rendered, cause)
    except MessageAborted as aborted:
        result |= {"status": "aborted", "reason": aborted.log}
    return {**result, "parts": rendered.parts, "detail": rendered.detail()}


async def send_test(workspace: Workspace, campaign: Campaign, user: User, cause: int) -> list[Message]:
    """A test send: nothing is asked but the channel itself, and it counts for nothing."""
    variant = pacing.pick_variant(workspace, campaign, user) or campaign.variants[0]
    stand_in = replace(campaign, delivery=TEST, quiet_hours=None, capped=False, send_to="all", speed_limit=None)
    codes: dict[str, str] = {}
    dispatch_id, sent = workspace.world.chance.hex(32), []
    for content in variant.messages:
        order = orders.Order(workspace, user, content, dispatch_id, cause, "test send", stand_in, "all")
        order.codes = codes
        sent.append(await sending.send(order))
    return sent
