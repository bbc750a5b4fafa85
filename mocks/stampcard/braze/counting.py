"""Counting what became of messages, for the data series of campaigns and sends."""

from __future__ import annotations

from stampcard.braze.state import User, Workspace

SENT, ERRORS, ENTRIES = "sent", "errors", "entries"


def canvas_entered(workspace: Workspace, canvas_id: str, variant_id: str | None) -> None:
    """Count one entry into a Canvas, and into the variant, if it is not the control group."""
    now = workspace.world.clock.now
    for name in (canvas_id, variant_id) if variant_id else (canvas_id,):
        workspace.hourly[ENTRIES, name][int(now.timestamp()) // 3600] += 1
    first, _ = workspace.canvas_entries.get(canvas_id, (now, now))
    workspace.canvas_entries[canvas_id] = (first, now)


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
