"""A world: one clock, chance, journal, outbox, set of faults and wire, and one tenant in each vendor."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Any

from stampcard.core.chance import Chance, Secrets
from stampcard.core.clock import Clock, Job
from stampcard.core.events import Event
from stampcard.core.faults import Faults
from stampcard.core.journal import DEFAULT_SIZE, Entry, Journal
from stampcard.core.outbox import Outbox
from stampcard.core.wire import Answer, Wire


class World:
    """The unit of isolation; handed to whoever needs time, chance or the network.

    `tenants` holds each vendor's tenant by the vendor's name, `events` what the vendor's contract says it sends out,
    by the event's name; `header` names the world in every answer; `setups` the setup documents applied so far;
    `faults_of_ours` the journal ids of entries that record a bug of this project.
    """

    def __init__(
        self,
        name: str,
        answer: Answer,
        *,
        seed: int | str = 0,
        frozen: bool = True,
        journal_size: int = DEFAULT_SIZE,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.header = ("X-Stampcard-World", name)
        self.seed = seed
        self.secrets = Secrets(name)
        self.chance = Chance(seed)
        self.clock = Clock(frozen=frozen, failed=self._job_failed, changed=changed)
        self.journal = Journal(journal_size)
        self.outbox = Outbox(journal_size)
        self.faults = Faults(self.chance)
        self.wire = Wire(self, answer)
        self.tenants: dict[str, Any] = {}
        self.events: dict[str, Mapping[str, Event]] = {}
        self.setups: list[Mapping[str, Any]] = []
        self.faults_of_ours: list[int] = []

    def reset(self) -> None:
        """Back to the start, before tenants are added and setups applied anew. Credentials stay."""
        self.chance.restart(self.seed)
        self.clock.reset()
        self.journal.reset()
        self.outbox.reset()
        self.faults.clear()
        self.wire.reset()
        self.faults_of_ours.clear()

    def record(self, vendor: str, operation: str, summary: str, *, cause: int | None = None, error: str = "") -> int:
        """Journal something that happened inside a vendor without a call; returns the entry's id."""
        entry = Entry(
            id=self.journal.next_id(),
            at=self.clock.now,
            kind="event",
            caller=vendor,
            vendor=vendor,
            cause=cause,
            operation=operation,
            summary=summary,
            error=error,
        )
        self.journal.add(entry)
        return entry.id

    def record_fault(self, vendor: str, operation: str, error: BaseException, cause: int | None) -> int:
        """Journal a bug of ours, with its traceback."""
        text = "".join(traceback.format_exception(error))
        entry = self.record(vendor, operation, f"fault of stampcard: {error!r}", cause=cause, error=text)
        self.faults_of_ours.append(entry)
        return entry

    def _job_failed(self, job: Job, error: Exception) -> None:
        self.record_fault(job.vendor, job.name, error, job.cause)
