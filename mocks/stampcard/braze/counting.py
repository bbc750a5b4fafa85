"""Counting what became of messages, for the data series of campaigns and sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stampcard.braze.state import User, Visit, Workspace

if TYPE_CHECKING:
    from stampcard.braze.canvas.records import Path

SENT, ERRORS, ENTRIES = "sent", "errors", "entries"


def canvas_entered(workspace: Workspace, user: User, canvas_id: str, path: Path | None) -> None:
    """Count one entry into a Canvas and the variant of it; None is its control group."""
    now = workspace.world.clock.now
    for name in (canvas_id, path.id) if path else (canvas_id,):
        workspace.hourly[ENTRIES, name][int(now.timestamp()) // 3600] += 1
    first, _ = workspace.canvas_entries.get(canvas_id, (now, now))
    workspace.canvas_entries[canvas_id] = (first, now)
    known = user.canvases.get(canvas_id)
    steps = known.steps if known else {}
    last_message = known.last_message if known else None
    visit = Visit(now, path.name if path else None, last_message, steps)
    user.canvases = {**user.canvases, canvas_id: visit}


def step_received(workspace: Workspace, user: User, canvas_id: str, step_id: str, step: str) -> None:
    """Note that a user got a message of a Canvas step."""
    visit = user.canvases.get(canvas_id)
    if visit is not None:
        visit.last_message = workspace.world.clock.now
        visit.steps[step_id] = (step, visit.last_message)


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
