"""Sending every event to a consumer: as the vendor would, once more, and as a forger would."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from stampcard.consumer.samples import sample
from stampcard.consumer.signing import FORGERIES, Keys, forged, signed
from stampcard.core import codec
from stampcard.core.clock import FROZEN_START, iso
from stampcard.core.contract import Contract
from stampcard.core.events import Event

RIGHT, AGAIN, PING = "right", "again", "ping"

TIMEOUTS: Mapping[str, float] = {"punchh": 15.0, "voucherify": 10.0, "antavo": 15.0, "braze": 90.0}
"""Seconds a vendor waits for an answer (Antavo's is assumed)."""

TAKEN: Mapping[str, tuple[int, ...]] = {"punchh": (200, 202)}
"""Statuses that are a success, of vendors for which not every 2xx is."""

IDENTITY: Mapping[str, tuple[str, str]] = {
    "punchh": ("content_id", ""),
    "voucherify": ("id", "whs_"),
    "braze": ("id", ""),
}
"""The member by which a consumer knows an event again, and what it begins with when it is no UUID."""

MAX_ANSWER = 64 * 1024
"""Bytes of an answer that are read; nothing that a consumer says beyond its status matters to a vendor."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One call: `how` it was sent, the `status` it was answered (0: the `error` took its place), and whether that is
    `wrong`, in words."""

    how: str
    status: int
    error: str = ""
    wrong: str = ""


@dataclass(slots=True)
class Told:
    """One event, after its calls."""

    name: str
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return any(outcome.wrong for outcome in self.outcomes)


def chosen(contract: Contract, patterns: Sequence[str]) -> list[Event]:
    """Events made for consumers; with patterns (`redemption.*`) those whose names fit, whoever they are made for."""
    if patterns:
        return [event for event in contract.events.values() if any(fnmatchcase(event.name, one) for one in patterns)]
    return [event for event in contract.events.values() if event.receiver == "consumer"]


def manners(keys: Keys) -> tuple[str, ...]:
    """The ways an event is sent."""
    return (RIGHT, AGAIN, *FORGERIES[keys.mode])


class Sender:
    """Sends one vendor's events to one URL. Use it as an asynchronous context manager."""

    def __init__(
        self, vendor: str, keys: Keys, url: str, *, now: Callable[[], datetime], timeout: float | None = None
    ) -> None:
        self._vendor = vendor
        self._keys = keys
        self._url = url
        self._now = now
        self._timeout = timeout or TIMEOUTS[vendor]
        self._http = httpx.AsyncClient(timeout=None, trust_env=False, follow_redirects=False)

    async def __aenter__(self) -> Sender:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._http.aclose()

    async def ping(self) -> list[Told]:
        """The call that Punchh makes before it believes in a URL: a GET, to be answered 200."""
        if self._vendor != "punchh":
            return []
        status, error = await self._call("GET", signed("punchh", self._keys, self._url, b"", self._now()), b"")
        wrong = "" if status == 200 else "Punchh's check of the URL needs 200: it would send nothing"
        return [Told("(check of the URL)", [Outcome(PING, status, error, wrong)])]

    async def tell(self, event: Event, number: int) -> Told:
        """Send one event in every manner; `number` makes its identities: a forgery that repeated one might be dropped
        as a repetition, and nothing be learnt."""
        told, first = Told(event.name), self._now()
        for place, how in enumerate(manners(self._keys)):
            genuine = how in (RIGHT, AGAIN)
            media, body = body_of(event, number * 10 + (0 if genuine else place), first)
            if genuine:
                headers = signed(self._vendor, self._keys, self._url, body, self._now())
            else:
                headers, body = forged(self._vendor, self._keys, how, self._url, body, self._now())
            agent = {"User-Agent": "Braze Sender 0a1b2c3d"} if self._vendor == "braze" else {}
            status, error = await self._call(
                event.method, {**({"Content-Type": media} if media else {}), **agent, **headers}, body
            )
            told.outcomes.append(Outcome(how, status, error, self._wrong(how, status)))
        return told

    async def _call(self, method: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        """The answer's status; 0 and what happened when there was none in time."""
        call = self._http.stream(method, self._url, headers=dict(headers), content=body or None)
        try:
            async with asyncio.timeout(self._timeout), call as response:
                size = 0
                async for part in response.aiter_raw():
                    size += len(part)
                    if size >= MAX_ANSWER:
                        break
                return response.status_code, ""
        except TimeoutError:
            return 0, f"no answer within {self._timeout:g} s"
        except httpx.HTTPError as error:
            return 0, f"{type(error).__name__}: {error}".removesuffix(": ")

    def _wrong(self, how: str, status: int) -> str:
        if how in (RIGHT, AGAIN):
            taken = status in TAKEN[self._vendor] if self._vendor in TAKEN else 200 <= status < 300
            again = ", and vendors send more than once" if how == AGAIN else ""
            return "" if taken else f"a good event is not taken{again}"
        if 200 <= status < 300:
            return f"taken with {how}: anybody could send it"
        return "" if 400 <= status < 500 else f"{how}: not refused with a 4xx"


def body_of(event: Event, number: int, at: datetime = FROZEN_START) -> tuple[str, bytes]:
    """Media type and bytes of a sample, sent at an instant: consumers may refuse what is old.

    Raises DeliveryFault when the sample does not fit, which would be our fault.
    """
    if not event.bodies:
        return "", b""
    rule = event.bodies.get("application/json")
    if rule is None:
        return "application/json", codec.encode({"event": event.name, "number": number})
    value: Any = sample(rule.schema, event.components)
    member, prefix = IDENTITY.get(event.vendor, ("", ""))
    if member in value:
        value[member] = f"{prefix}{number:018x}" if prefix else str(uuid5(NAMESPACE_URL, f"{event.name} {number}"))
    for name, now in (
        ("timestamp", int(at.timestamp() * 1000)),
        ("time", int(at.timestamp())),
        ("created_at", iso(at)),
    ):
        if name in value:
            value[name] = now
    body = codec.encode(value)
    event.check_body("application/json", body)
    return "application/json", body
