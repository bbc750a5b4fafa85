"""Counting what became of messages, for the data series of campaigns and sends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from stampcard.braze.state import User, Visit, Workspace
from stampcard.core.outbox import Message

if TYPE_CHECKING:
    from stampcard.braze.canvas.records import Path

SENT, ERRORS, ENTRIES, REVENUE = "sent", "errors", "entries", "revenue_of"


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


DEEDS = {
    "delivery": "delivered",
    "open": "opens",
    "click": "clicks",
    "unsubscribe": "unsubscribes",
    "bounce": "bounces",
    "mark as spam": "reported_spam",
    "impression": "impressions",
    "dismiss": "dismissals",
}
"""What is done with a message -> its counter in the data series, in e-mail's words."""


def engaged(workspace: Workspace, user: User, message: Message, action: str) -> None:
    """Count what somebody did with a message, and once for each who did it (`unique_...`)."""
    variation, name = message.detail.get("message_variation_id"), DEEDS.get(action)
    if variation is None or name is None:
        return
    hour = int(workspace.world.clock.epoch) // 3600
    workspace.hourly[name, variation][hour] += 1
    known = (name, variation, user.braze_id)
    if known not in workspace.engine.engaged:
        workspace.engine.engaged.add(known)
        workspace.hourly[f"unique_{name}", variation][hour] += 1


def conversions_name(index: int, by: str = "") -> str:
    """The counter of a conversion event as exports name it: conversions, conversions1, conversions_by_send_time ..."""
    return f"conversions{index or ''}" + (f"_by_{by}_time" if by else "")


def converted(workspace: Workspace, places: Iterable[str], index: int, since: datetime, *, by: str) -> None:
    """Count a conversion in the hour it happened, and in that of the send or entry it is put down to."""
    now, then = int(workspace.world.clock.epoch) // 3600, int(since.timestamp()) // 3600
    for place in places:
        workspace.hourly[conversions_name(index), place][now] += 1
        workspace.hourly[conversions_name(index, by), place][then] += 1


def earned(workspace: Workspace, places: Iterable[str], revenue: float) -> None:
    """Count revenue that is put down to a campaign or Canvas."""
    for place in places:
        workspace.hourly[REVENUE, place][int(workspace.world.clock.epoch) // 3600] += revenue
