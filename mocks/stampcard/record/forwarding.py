"""A local endpoint that passes calls to a vendor's server and back, byte for byte, and keeps a copy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from stampcard.record.calls import Passed

HOP_BY_HOP = frozenset(
    "connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade".split()
)
"""Headers that are about one connection and are not passed on."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where calls go: the vendor's base URL, and seconds without a word after which a call is given up."""

    url: str
    timeout: float


class Forwarder:
    """An ASGI application. `done` hears of every call once it is over, whatever came of it."""

    def __init__(
        self, upstream: Upstream, done: Callable[[Passed], None], now: Callable[[], datetime], own: Callable[[], str]
    ) -> None:
        self._upstream = upstream
        self._done = done
        self._now = now
        self._own = own
        self._limit = httpx.Timeout(upstream.timeout).as_dict()
        self._http = httpx.AsyncClient(trust_env=False, follow_redirects=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        passed = self._begun(request)
        try:
            await self._pass(request, passed, send)
        except (ClientDisconnect, asyncio.CancelledError):
            passed.error = passed.error or "the client went away"
            raise
        finally:
            passed.ended = self._now()
            self._done(passed)

    def _begun(self, request: Request) -> Passed:
        path = request.scope["raw_path"].decode("latin-1")
        query = request.scope["query_string"].decode("latin-1")
        target = f"{path}?{query}" if query else path
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        kept = [(name, self._host(name, value)) for name, value in pairs if name.lower() not in HOP_BY_HOP]
        return Passed(request.method, target, self._upstream.url.rstrip("/") + target, self._now(), kept)

    def _host(self, name: str, value: str) -> str:
        """The vendor's host in place of our own; a client that named the vendor's (and signed it) is left alone."""
        ours = name.lower() == "host" and value == self._own()
        return urlsplit(self._upstream.url).netloc.rpartition("@")[2] if ours else value

    def _path(self, target: str) -> bytes:
        """What is asked for, byte for byte: signatures are made of it."""
        return (urlsplit(self._upstream.url).path.rstrip("/") + target).encode("latin-1")

    async def _pass(self, request: Request, passed: Passed, send: Send) -> None:
        names = {name.lower() for name, _ in request.headers.items()}
        has_body = bool(names & {"content-length", "transfer-encoding"})
        content = self._up(request, passed) if has_body else None
        try:
            asked = httpx.Request(
                request.method,
                passed.url,
                headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in passed.request_headers],
                content=content,
                extensions={"target": self._path(passed.target), "timeout": self._limit},
            )
            response = await self._http.send(asked, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            passed.error = told(error, self._upstream.timeout)
            return await _refuse(send, passed.error, 504 if isinstance(error, httpx.TimeoutException) else 502)
        passed.answered = self._now()
        passed.status, passed.reason, passed.version = (
            response.status_code,
            response.reason_phrase,
            response.http_version,
        )
        raw = [(name, value) for name, value in response.headers.raw if name.decode().lower() not in HOP_BY_HOP]
        passed.response_headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]
        try:
            await send({"type": "http.response.start", "status": response.status_code, "headers": raw})
            async for part in response.aiter_raw():
                passed.response_body.add(part)
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except httpx.HTTPError as error:
            # The status is out; the connection is cut, as the vendor's was. Nothing may look whole that is not.
            passed.error = told(error, self._upstream.timeout)
            raise BrokenOff(passed.error) from error
        finally:
            await response.aclose()

    async def _up(self, request: Request, passed: Passed) -> AsyncIterator[bytes]:
        async for part in request.stream():
            passed.request_body.add(part)
            if part:
                yield part


class BrokenOff(Exception):
    """The vendor's answer broke off in the middle."""


def told(error: Exception, timeout: float) -> str:
    if isinstance(error, httpx.TimeoutException):
        return f"the upstream said nothing for {timeout:g} s"
    if isinstance(error, httpx.ConnectError):
        return f"the upstream cannot be reached: {error}"
    # The library's message may quote what came over the line, which nobody has masked.
    return f"the upstream cannot be read: {type(error).__name__}"


async def _refuse(send: Send, why: str, status: int) -> None:
    """Ours, not the vendor's, and it says so."""
    body = f"stampcard record: {why}\n".encode()
    fields = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send(
        {"type": "http.response.start", "status": status, "headers": [*fields, (b"x-stampcard-record", b"error")]}
    )
    await send({"type": "http.response.body", "body": body})
