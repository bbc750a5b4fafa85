"""A Canvas as built in the dashboard, and one user's journey through it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from stampcard.braze.campaigns.records import Campaign
from stampcard.braze.campaigns.recurrence import Schedule
from stampcard.braze.state import User, Workspace
from stampcard.core.clock import Job

if TYPE_CHECKING:
    from stampcard.braze.campaigns.pacing import QuietHours
    from stampcard.braze.sending.conversions import Conversion


class Step(msgspec.Struct, frozen=True):
    """One step: its row in the setup document, and for a Message step a stand-in campaign that holds its messages."""

    id: str
    name: str
    type: str
    row: Mapping[str, Any]
    following: str | None
    message: Campaign | None = None


class Path(msgspec.Struct, frozen=True):
    """One variant of a Canvas: a share of those who enter, and its steps by name, the first one first."""

    id: str
    name: str
    percentage: int
    steps: Mapping[str, Step]


class Canvas(msgspec.Struct):
    """One Canvas. `re_entry` is the least time between two entries, None when a user enters once.

    `max_entries` are the most entries per `run`, `hour`, `day` (both of UTC) or `lifetime`.
    """

    id: str
    name: str
    delivery: str
    variants: tuple[Path, ...]
    created_at: datetime
    updated_at: datetime
    audience: Mapping[str, Any] | None = None
    send_to: str = "subscribed"
    re_entry: timedelta | None = None
    triggers: tuple[Mapping[str, Any], ...] = ()
    exit_events: tuple[Mapping[str, Any], ...] = ()
    exit_audience: Mapping[str, Any] | None = None
    at: datetime | None = None
    status: str = "Active"
    capped: bool = True
    quiet_hours: QuietHours | None = None
    exempt_from_control: bool = False
    schedule: Schedule | None = None
    conversions: tuple[Conversion, ...] = ()
    max_entries: tuple[int, str] | None = None
    tags: tuple[str, ...] = ()
    description: str = ""
    entries: dict[str, datetime] = {}


class Journey(msgspec.Struct, eq=False):
    """One entry of a user. `context` are its variables; `event` the properties of the event that brought the user out
    of an Action Paths step, for the next Message step; `exiting` why the user leaves when the current step ends.

    `held` is the step (None: the end) that a user of a stopped Canvas goes on with; `found` is the best group met so
    far in an Action Paths step that waits, `job` its end or that of a delay.
    """

    id: str
    workspace: Workspace
    canvas: Canvas
    path: Path
    user: User
    context: dict[str, Any]
    cause: int
    entered_at: datetime
    step: Step | None = None
    event: Mapping[str, Any] | None = None
    exiting: str = ""
    found: int | None = None
    found_event: Mapping[str, Any] | None = None
    held: tuple[str | None] | None = None
    job: Job | None = None
