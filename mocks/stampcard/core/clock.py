"""Virtual time: an instant you hold and move, and the jobs that fall due on the way."""

from __future__ import annotations

import asyncio
import heapq
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from stampcard.core.errors import ClockError

FROZEN_START = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
"""Where a frozen clock starts, so that the same run gives the same journal on any day."""

YIELD_EVERY = 10
"""Jobs after which other work of the process gets its turn: most jobs never wait for anything."""

Run = Callable[[], Awaitable[None]]
Failed = Callable[["Job", Exception], None]

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")


def wall_now() -> datetime:
    """The machine's own time; for ticking clocks and for nothing else."""
    return datetime.now(UTC)


def parse_duration(value: str | int | float | timedelta) -> timedelta:
    """`"10m"`, `"1h30m"`, `"3d"` or a number of seconds; raises ClockError for anything else."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ClockError(f"not a duration: {value!r}")
    try:
        if isinstance(value, int | float):
            return timedelta(seconds=value)
        text = value.strip()
        if _DURATION.sub("", text) or not text:
            return timedelta(seconds=float(text))
        return timedelta(seconds=sum(float(n) * _UNITS[unit] for n, unit in _DURATION.findall(text)))
    except (ValueError, OverflowError) as error:
        raise ClockError(f'not a duration: {value!r}; write "90s", "10m", "1h30m", "3d" or seconds') from error


def parse_instant(value: str) -> datetime:
    """ISO 8601 with a zone (or taken as UTC); raises ClockError."""
    try:
        instant = datetime.fromisoformat(value)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise ClockError(f"not an ISO 8601 instant: {value!r}") from error


def iso(instant: datetime) -> str:
    """`2026-01-15T09:00:00.000Z`: UTC, milliseconds."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


@dataclass(slots=True, order=True)
class Job:
    """Work that falls due at an instant. Jobs of one instant run in the order they were added."""

    due: datetime
    number: int
    name: str = field(compare=False)
    vendor: str = field(compare=False)
    run: Run = field(compare=False)
    cause: int | None = field(compare=False, default=None)
    cancelled: bool = field(compare=False, default=False)

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """A world's time. Frozen: stands until moved. Ticking: wall time plus an offset.

    `failed` hears of a job that raised; the job is over, later ones still run.
    `changed` is called when a job was added or the mode changed, so that whoever serves ticking clocks can wake up.
    """

    def __init__(self, *, frozen: bool, failed: Failed, changed: Callable[[], None] = lambda: None) -> None:
        self._failed = failed
        self._changed = changed
        self._start_frozen = frozen
        self._lock = asyncio.Lock()
        self._mover: asyncio.Task[object] | None = None
        self._number = 0
        self.reset()

    def reset(self) -> None:
        """Back to the start, with nothing due; a move that is under way ends with the job that runs now."""
        self._jobs: list[Job] = []
        self._frozen_at: datetime | None = FROZEN_START if self._start_frozen else None
        self._offset = timedelta()

    @property
    def now(self) -> datetime:
        return self._frozen_at or datetime.now(UTC) + self._offset

    @property
    def epoch(self) -> float:
        """Seconds since 1970."""
        return self.now.timestamp()

    @property
    def mode(self) -> str:
        return "ticking" if self._frozen_at is None else "frozen"

    @property
    def moving(self) -> bool:
        """Work of this clock is under way, for a caller or because it fell due."""
        return self._lock.locked()

    @property
    def due(self) -> list[Job]:
        """Jobs that wait, in the order they will run."""
        return sorted(job for job in self._jobs if not job.cancelled)

    def at(self, due: datetime, run: Run, *, name: str, vendor: str = "", cause: int | None = None) -> Job:
        """Have `run` called when the clock reaches `due` (now or earlier: at the next settle)."""
        if due.tzinfo is not UTC:
            due = due.astimezone(UTC)  # It becomes the clock's now, to which days of 24 hours are added.
        self._number += 1
        job = Job(due, self._number, name, vendor, run, cause)
        heapq.heappush(self._jobs, job)
        self._changed()
        return job

    def after(self, delay: timedelta, run: Run, *, name: str, vendor: str = "", cause: int | None = None) -> Job:
        """Have `run` called after `delay`."""
        return self.at(self.now + delay, run, name=name, vendor=vendor, cause=cause)

    def freeze(self) -> None:
        self._frozen_at = self.now
        self._changed()

    def tick(self) -> None:
        """Go on from here at the speed of wall time."""
        self._offset = self.now - wall_now()
        self._frozen_at = None
        self._changed()

    async def advance(self, by: timedelta) -> list[Job]:
        """Move forward, running what falls due in order; returns the jobs that ran. Raises ClockError."""
        return await self._move(self.check_move(by))

    def check_move(self, by: timedelta) -> datetime:
        """Where `advance` would lead. Raises ClockError, as that would."""
        # A job, or a callback of a job's own call, that moves the clock would wait for itself for ever.
        if self._mover is not None:
            raise ClockError("the clock is being moved by another call, which waits for the work it set off")
        if by < timedelta():
            raise ClockError("the clock does not go back; reset the world instead")
        try:
            return self.now + by
        except OverflowError as error:
            raise ClockError("beyond the end of the calendar") from error

    async def set(self, instant: datetime) -> list[Job]:
        """Move forward to an instant. Raises ClockError for one that has passed."""
        return await self.advance(instant - self.now)

    async def settle(self) -> list[Job]:
        """Run all that is due now, and what that makes due, until nothing is; returns the jobs that ran."""
        return await self._move(None)

    async def run_due(self) -> None:
        """For whoever serves a ticking clock: run what is due, unless a caller moves the clock just now."""
        if not self._lock.locked():
            async with self._lock:
                await self._run_until(None)

    def next_due(self) -> datetime | None:
        """When the next job falls due, or None."""
        while self._jobs and self._jobs[0].cancelled:
            heapq.heappop(self._jobs)
        return self._jobs[0].due if self._jobs else None

    async def _move(self, target: datetime | None) -> list[Job]:
        self.check_move(timedelta())
        self._mover = asyncio.current_task()
        try:
            async with self._lock:
                jobs = self._jobs
                ran = await self._run_until(target)
                if target is not None and jobs is self._jobs:
                    self._stand_at(target)
                return ran
        finally:
            self._mover = None

    async def _run_until(self, target: datetime | None) -> list[Job]:
        ran: list[Job] = []
        jobs = self._jobs
        while jobs is self._jobs:
            due = self.next_due()
            if due is None or due > (target or self.now):
                return ran
            job = heapq.heappop(self._jobs)
            self._stand_at(job.due)
            ran.append(job)
            try:
                await job.run()
            except Exception as error:
                self._failed(job, error)
            if len(ran) % YIELD_EVERY == 0:
                await asyncio.sleep(0)
        return ran

    def _stand_at(self, instant: datetime) -> None:
        if self._frozen_at is None:
            self._offset = max(self._offset, instant - wall_now())
        else:
            self._frozen_at = max(self._frozen_at, instant)
