"""Outgoing webhooks and sends: made outside the request that caused them, with attempts, outcomes and retries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from stampcard.core.clock import Job, iso
from stampcard.core.errors import DeliveryFault, WireError
from stampcard.core.http import Response
from stampcard.core.world import World


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: `status` of the answer, or 0 with the `error` that took its place; `entry` is its journal id."""

    at: datetime
    status: int
    error: str
    entry: int


@dataclass(slots=True)
class Delivery:
    """One call a vendor owes somebody, with every attempt at it.

    `event` names what it is in the vendor's contract; a call that breaks it is not made, and is a fault of ours. Empty:
    nothing is promised about it. `state` is waiting, delivered or failed. `retry` is asked after each attempt that did
    not succeed: seconds until the next one, or None to give up. `succeeded` judges an answer; `done` hears of the end.
    """

    world: World
    vendor: str
    name: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    cause: int | None
    retry: Callable[[Delivery], float | None]
    succeeded: Callable[[Response], bool] = lambda response: response.ok
    done: Callable[[Delivery, Response | None], None] = lambda delivery, response: None
    timeout: float = 15.0
    event: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    state: str = "waiting"
    job: Job | None = None

    def schedule(self, delay: float = 0.0) -> None:
        """Have the next attempt made `delay` seconds from now, on the world's clock."""
        wait = timedelta(seconds=delay)
        self.job = self.world.clock.after(wait, self.attempt, name=self.name, vendor=self.vendor, cause=self.cause)

    async def attempt(self) -> None:
        """Make one attempt, and schedule the next if the vendor makes one. Raises DeliveryFault."""
        if self.event and not self.attempts:
            self._check()
        response: Response | None = None
        try:
            response = await self.world.wire.send(
                self.method,
                self.url,
                headers=self.headers,
                body=self.body,
                caller=self.vendor,
                cause=self.cause,
                timeout=self.timeout,
            )
            self._note(response.status, "", response.entry)
        except WireError as error:
            self._note(0, str(error), error.entry or 0)
        if response is not None and self.succeeded(response):
            self._end("delivered", response)
            return
        delay = self.retry(self)
        if delay is None:
            self._end("failed", response)
        else:
            self.schedule(delay)

    def view(self) -> dict[str, Any]:
        """The delivery as JSON, without its body."""
        attempts = [{"at": iso(a.at), "status": a.status, "error": a.error, "entry": a.entry} for a in self.attempts]
        return {"name": self.name, "url": self.url, "state": self.state, "attempts": attempts}

    def _check(self) -> None:
        """Attempts are alike, so the first is checked for all."""
        try:
            found = self.world.events.get(self.vendor, {}).get(self.event)
            if found is None:
                raise DeliveryFault(f"{self.vendor} {self.event} is in no contract")
            found.check(self.headers.items(), self.body)
        except DeliveryFault:
            self.state = "failed"
            raise

    def _note(self, status: int, error: str, entry: int) -> None:
        self.attempts.append(Attempt(self.world.clock.now, status, error, entry))

    def _end(self, state: str, response: Response | None) -> None:
        self.state = state
        self.done(self, response)


def ladder(*seconds: float) -> Callable[[Delivery], float | None]:
    """A retry rule: wait so long after the first failed attempt, the second, and so on; then give up."""

    def retry(delivery: Delivery) -> float | None:
        tries = len(delivery.attempts)
        return seconds[tries - 1] if tries <= len(seconds) else None

    return retry
