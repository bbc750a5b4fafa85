"""Simulated audiences: the share of people who open, click, bounce or unsubscribe, the same people for the same seed.

Ours, not Braze's: the rates stand in the setup document, what they cause is what the button `engage` causes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from stampcard.braze.dashboard import engagement
from stampcard.braze.dashboard.engagement import ALLOWED, Deed
from stampcard.braze.sending.message_setup import duration
from stampcard.braze.state import Workspace
from stampcard.core.outbox import Message

RATES = {
    "bounce_rate": "bounce",
    "delivery_rate": "delivery",
    "impression_rate": "impression",
    "open_rate": "open",
    "click_rate": "click",
    "unsubscribe_rate": "unsubscribe",
    "spam_rate": "mark as spam",
}
"""Rate -> the action, in the order in which they happen. A message that bounces is not opened."""


class Audience(msgspec.Struct, frozen=True):
    """How people answer: `rates` are percentages of the messages sent, by action; `after` passes before each action."""

    rates: Mapping[str, float]
    channel: str | None = None
    campaign: str | None = None
    after: timedelta = timedelta(minutes=10)


def react(workspace: Workspace, message: Message) -> None:
    """Have the audience of a message that was just sent answer it, in its time."""
    for audience in workspace.engine.audiences:
        if audience.channel in (None, message.channel) and audience.campaign in (None, message.campaign):
            _answer(workspace, message, audience)
            return


def _answer(workspace: Workspace, message: Message, audience: Audience) -> None:
    due = audience.after
    for action, rate in audience.rates.items():
        if message.channel not in ALLOWED[action] or _draw(workspace, message, action) >= rate:
            continue
        run = partial(_do, workspace, message, action)
        workspace.world.clock.after(due, run, name=f"simulated {action}", vendor="braze", cause=message.entry)
        if action == "bounce":
            return
        due += audience.after


def _draw(workspace: Workspace, message: Message, action: str) -> float:
    """A number from 0 to 100 that the seed, the person and the message decide."""
    text = f"{workspace.world.seed}:{action}:{message.user}:{message.campaign}:{message.channel}:{message.at}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64 * 100


async def _do(workspace: Workspace, message: Message, action: str) -> None:
    cause = workspace.world.record("braze", "engage", f"{action} of {message.channel} by {message.user}, simulated")
    try:
        engagement.engage(workspace, message, Deed(action), cause)
    except engagement.NotPossible as why:
        workspace.world.record("braze", "engage", f"not done: {why}", cause=cause)


def apply_setup(workspace: Workspace, rows: Sequence[Mapping[str, Any]]) -> None:
    """Audiences of a setup document, all of them at once; the first one that fits a message answers it."""
    workspace.engine.audiences = tuple(
        Audience(
            {action: float(row[rate]) for rate, action in RATES.items() if rate in row},
            row.get("channel"),
            row.get("campaign"),
            duration(row.get("after", "10m")),
        )
        for row in rows
    )


def check_setup(workspace: Workspace, document: Mapping[str, Any]) -> None:
    """Raises SetupError; changes nothing."""
    for index, row in enumerate(document["simulated_audiences"]):
        duration(row.get("after", "10m"), f"/braze/simulated_audiences/{index}/after")
