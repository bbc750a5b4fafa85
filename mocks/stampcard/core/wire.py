"""Calls out: vendors' hosts are answered in process, loopback goes out over a socket, all else is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from stampcard.core.errors import CallTimedOut, ConnectionDropped, HostRefused, WireError
from stampcard.core.faults import Fault
from stampcard.core.http import Headers, Request, Response
from stampcard.core.journal import BODY_LIMIT, Entry

if TYPE_CHECKING:
    from stampcard.core.world import World

Answer = Callable[[Request, str, int], Awaitable[Response] | None]
"""Asked with a request, its host and port: an awaited answer when the host is one of ours, else None."""

MAX_RESPONSE = 10 * 1024 * 1024
"""Bytes of an outside answer that are read; a longer one counts as a dropped connection."""


def faulted(fault: Fault) -> Response:
    """What a fault makes of a call."""
    response = Response(fault.status or 200, (), b"\x00\xff<garbage" if fault.garbage else b"")
    response.delay = fault.seconds
    response.dropped = fault.drop
    return response


def is_loopback(host: str) -> bool:
    """A name or address of this machine and no other."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _port(scheme: str, netloc: str, url: str) -> int:
    try:
        port = urlsplit(f"//{netloc}").port
    except ValueError as error:
        raise HostRefused(f"not a URL: {url!r}") from error
    return port or (443 if scheme == "https" else 80)


class Wire:
    """A world's way out. Every call is in the journal, in ours or, for a host of ours, where it arrived."""

    def __init__(self, world: World, answer: Answer) -> None:
        self._world = world
        self._answer = answer
        self.allowed_hosts: set[str] = set()

    def reset(self) -> None:
        self.allowed_hosts.clear()

    async def send(
        self,
        method: str,
        url: str,
        *,
        caller: str,
        cause: int | None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        timeout: float = 15.0,
    ) -> Response:
        """Make a call and bring its answer; redirects are not followed.

        `caller` is the vendor that calls, `cause` the journal id of what made it call, `timeout` in seconds.
        Raises WireError (HostRefused, CallTimedOut, ConnectionDropped); its `entry` names the journal entry.
        """
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        port = _port(parts.scheme, parts.netloc, url)
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        fields = [("Host", parts.netloc.rpartition("@")[2]), *pairs]
        if body:
            fields.append(("Content-Length", str(len(body))))
        request = Request(method, target, Headers(fields), body, scheme=parts.scheme, caller=caller, cause=cause)
        try:
            response = self._faulted(host, timeout)
            if response is None:
                answer = self._answer(request, host, port)
                response = await (answer if answer is not None else self._send_outside(request, url, host, timeout))
            if response.dropped:
                raise ConnectionDropped(f"{host}: the connection broke before an answer", response.entry)
            if response.delay >= timeout:
                raise CallTimedOut(f"{host}: no answer within {timeout:g} s", response.entry)
        except WireError as error:
            if not error.entry:
                error.entry = self._record(request, url, host, None, str(error))
            raise
        if response.world != self._world.name:
            response.entry = self._record(request, url, host, response, "")
        return response

    def _faulted(self, host: str, timeout: float) -> Response | None:
        fault = self._world.faults.hit(host=host)
        if fault is None:
            return None
        response = faulted(fault)
        if fault.status or fault.garbage or fault.drop or fault.seconds >= timeout:
            return response
        return None

    async def _send_outside(self, request: Request, url: str, host: str, timeout: float) -> Response:
        if not is_loopback(host) and host not in self.allowed_hosts:
            raise HostRefused(
                f"{host or url!r} is no vendor's host and not on this machine; nothing was sent "
                f"(allow it by name in the setup document: stampcard.allowed_hosts)"
            )
        import httpx

        fields = [(name, value) for name, value in request.headers.items if name.lower() != "content-length"]
        fields.append(("X-Stampcard-Cause", str(request.cause or "")))
        try:
            async with httpx.AsyncClient(timeout=timeout, trust_env=False) as client:
                call = client.stream(request.method, url, content=request.body or None, headers=fields)
                async with asyncio.timeout(timeout), call as answer:
                    body = bytearray()
                    async for part in answer.aiter_bytes():
                        body += part
                        if len(body) > MAX_RESPONSE:
                            raise ConnectionDropped(f"{host}: the answer is over {MAX_RESPONSE} bytes")
                    return Response(answer.status_code, tuple(answer.headers.items()), bytes(body))
        except (httpx.TimeoutException, TimeoutError) as error:
            raise CallTimedOut(f"{host}: no answer within {timeout:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ConnectionDropped(f"{host}: {error or type(error).__name__}") from error

    def _record(self, request: Request, url: str, host: str, response: Response | None, error: str) -> int:
        journal = self._world.journal
        entry = Entry(
            id=journal.next_id(),
            at=self._world.clock.now,
            kind="call",
            caller=request.caller,
            vendor=host,
            cause=request.cause,
            method=request.method,
            url=url,
            status=response.status if response else 0,
            error=error,
            request_headers=request.headers.items,
            request_body=request.body[: BODY_LIMIT + 1],
            response_headers=tuple(response.headers) if response else (),
            response_body=response.body[: BODY_LIMIT + 1] if response else b"",
        )
        journal.add(entry)
        return entry.id
