"""Counting what became of messages, for the data series of campaigns and sends."""

from __future__ import annotations

from stampcard.braze.state import User, Workspace

SENT, ERRORS = "sent", "errors"


def message_ended(
    workspace: Workspace, outcome: str, user: User, campaign_id: str, variation_id: str, send_id: str | None
) -> None:
    """Count one message of a campaign as sent or, for a webhook, as an error, in its hour."""
    hour = int(workspace.world.clock.epoch) // 3600
    for name in (variation_id, f"{variation_id}#{send_id}") if send_id else (variation_id,):
        workspace.hourly[outcome, name][hour] += 1
    if outcome == SENT:
        for name in (campaign_id, variation_id, *((f"{campaign_id}#{send_id}",) if send_id else ())):
            workspace.recipients.setdefault((name, hour // 24), set()).add(user.braze_id)
