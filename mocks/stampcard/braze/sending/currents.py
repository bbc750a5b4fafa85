"""Currents' HTTP connector: message and behaviour events pushed to an endpoint in batches, with its retry rules.

Source: Braze docs, "Partner Custom Currents Connector" (braze-inc/braze-docs, _partners/isv_partners). The waits
between attempts are not published: assumed. Events go out when the clock settles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from stampcard.braze.state import User, Workspace
from stampcard.core import codec
from stampcard.core.delivery import Delivery
from stampcard.core.http import Response

VERSION = "1"
BATCH = 100
"""Events of a batch; the size is configurable, this default is what a localised page of the docs says."""
FIRST_WAIT, LONGEST_WAIT = 30.0, 3_600.0
TRIED_FOR, TRIED_UNAUTHORIZED = timedelta(hours=24), timedelta(hours=48)
RESTART = 180.0
"""Seconds after which a connector with wrong credentials tries again: documented are 2 to 5 minutes."""
UNAUTHORIZED = frozenset({401, 403})
MALFORMED, TOO_LARGE = 400, 413

Event = Mapping[str, Any]


class Connector(msgspec.Struct):
    """One connector. `types` are the event types it wants, None for all; `waiting` what the next batch holds."""

    name: str
    url: str
    token: str | None = None
    types: frozenset[str] | None = None
    batch: int = BATCH
    waiting: list[Event] = []


def tell(workspace: Workspace, event: Event) -> None:
    """Hand an event to the connectors that want it."""
    for connector in workspace.engine.connectors.values():
        if connector.types is None or event["event_type"] in connector.types:
            connector.waiting.append(event)
            if len(connector.waiting) == 1:
                _flush_later(workspace, connector)


def behaved(workspace: Workspace, user: User, kind: str, properties: Mapping[str, Any]) -> None:
    """Hand on what a user did; nothing is kept where nobody listens."""
    # Imported late: message events tell connectors.
    from stampcard.braze.sending import message_events

    if workspace.engine.connectors:
        tell(workspace, message_events.made(workspace, user, f"users.behaviors.{kind}", properties))


def _flush_later(workspace: Workspace, connector: Connector) -> None:
    async def flush() -> None:
        waiting, connector.waiting = connector.waiting, []
        for start in range(0, len(waiting), connector.batch):
            _send(workspace, connector, waiting[start : start + connector.batch])

    workspace.world.clock.after(timedelta(), flush, name=f"Currents {connector.name}", vendor="braze")


def _send(workspace: Workspace, connector: Connector, events: Sequence[Event]) -> None:
    headers = {"Content-Type": "application/json", "Braze-Currents-Version": VERSION}
    if connector.token is not None:
        headers["Authorization"] = f"Bearer {connector.token}"
    text = f"{len(events)} events to the connector {connector.name!r}"
    cause = workspace.world.record("braze", "currents.batch", text)

    def done(delivery: Delivery, response: Response | None) -> None:
        if delivery.state != "delivered":
            _failed(workspace, connector, events, delivery)

    delivery = Delivery(
        world=workspace.world,
        vendor="braze",
        name=f"Currents {connector.name}",
        method="POST",
        url=connector.url,
        headers=headers,
        body=codec.encode({"events": list(events)}),
        cause=cause,
        retry=_retry,
        done=done,
        event="currents_batch",
    )
    delivery.schedule()


def _retry(delivery: Delivery) -> float | None:
    """5xx, 429 and no answer are tried again for a day, wrong credentials for two."""
    tries, last = len(delivery.attempts), delivery.attempts[-1]
    if "nothing was sent" in last.error:
        return None
    passed = last.at - delivery.attempts[0].at
    if last.status in UNAUTHORIZED:
        return RESTART if passed < TRIED_UNAUTHORIZED else None
    if last.status and last.status != 429 and last.status < 500:
        return None
    return min(FIRST_WAIT * 2.0 ** min(tries - 1, 12), LONGEST_WAIT) if passed < TRIED_FOR else None


def _failed(workspace: Workspace, connector: Connector, events: Sequence[Event], delivery: Delivery) -> None:
    """A batch that holds a malformed event, or is too large, is split; else its events are lost, and that is told."""
    status = delivery.attempts[-1].status
    if status in (MALFORMED, TOO_LARGE) and len(events) > 1:
        size = 1 if status == MALFORMED else (len(events) + 1) // 2
        for start in range(0, len(events), size):
            _send(workspace, connector, events[start : start + size])
        return
    why = f"status {status}" if status else delivery.attempts[-1].error
    text = f"{len(events)} events are lost to the connector {connector.name!r}: {why}"
    workspace.world.record("braze", "currents.lost", text, cause=delivery.cause, error=why)


def apply_setup(workspace: Workspace, rows: Sequence[Mapping[str, Any]]) -> None:
    """Connectors of a setup document."""
    for row in rows:
        types = frozenset(row["events"]) if "events" in row else None
        workspace.engine.connectors[row["name"]] = Connector(
            row["name"], row["url"], row.get("token"), types, row.get("batch_size", BATCH)
        )
