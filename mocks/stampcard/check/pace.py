"""A pace that is never exceeded: of two calls in a row, the later one waits for its turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from stampcard.core.clock import wall_now

FOREIGN_RATE = 2.0
"""Calls a second to a server that is not ours, unless told otherwise: 7,200 an hour, 120 a minute."""


class Pace:
    """At most `rate` calls a second, evenly spaced; None is as fast as it goes."""

    def __init__(
        self, rate: float | None, wait: Callable[[float], Awaitable[None]], now: Callable[[], datetime] = wall_now
    ) -> None:
        self._gap = timedelta(seconds=1 / rate) if rate else None
        self._wait = wait
        self._now = now
        self._next: datetime | None = None

    async def turn(self) -> None:
        """Return when the next call may go out."""
        if self._gap is None:
            return
        now = self._now()
        due = max(now, self._next) if self._next else now
        self._next = due + self._gap
        if due > now:
            await self._wait((due - now).total_seconds())

    def hold(self, seconds: float) -> None:
        """Nothing goes out for so long: the server said it has had enough."""
        self._next = max(self._next or self._now(), self._now() + timedelta(seconds=seconds))
