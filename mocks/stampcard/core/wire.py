"""Calls out: vendors' hosts are answered in process, loopback goes out over a socket, all else is refused."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from stampcard.core.errors import CallTimedOut, ConnectionDropped, HostRefused, WireError
from stampcard.core.faults import Fault
from stampcard.core.http import Headers, Request, Response
from stampcard.core.journal import BODY_LIMIT, Entry, packed

if TYPE_CHECKING:
    from stampcard.core.world import World

Answer = Callable[[Request, str, int], Awaitable[Response] | None]
"""Asked with a request, its host and port: an awaited answer when the host is one of ours, else None."""

MAX_RESPONSE = 10 * 1024 * 1024
"""Bytes of an outside answer that are read; a longer one counts as a dropped connection."""


_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def faulted(fault: Fault) -> Response:
    """What a fault makes of a call."""
    status = fault.status or 200
    bodiless = status in (204, 304)
    response = Response(status, (), b"\x00\xff<garbage" if fault.garbage and not bodiless else b"")
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


def _address(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and target of a URL. Raises HostRefused for what is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise HostRefused(f"not a URL: {url!r}; nothing was sent") from error
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not host:
        raise HostRefused(f"not an http or https URL: {url!r}; nothing was sent")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80), target


def _check_headers(fields: Iterable[tuple[str, str]]) -> None:
    for name, value in fields:
        if not _FIELD_NAME.fullmatch(name) or any(character in value for character in "\r\n\0"):
            raise WireError(f"not a header, nothing was sent: {name!r}: {value!r}")


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
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        fields = [(name, value) for name, value in pairs if name.lower() not in ("host", "content-length")]
        if body:
            fields.append(("Content-Length", str(len(body))))
        request = Request(method, url, Headers(fields), body, caller=caller, cause=cause)
        host = ""
        try:
            scheme, host, port, target = _address(url)
            _check_headers(fields)
            fields.insert(0, ("Host", urlsplit(url).netloc.rpartition("@")[2]))
            request = Request(method, target, Headers(fields), body, scheme=scheme, caller=caller, cause=cause)
            response = await self._answered(request, url, host, port, timeout)
        except WireError as error:
            if not error.entry:
                error.entry = self._record(request, url, host, None, str(error))
            raise
        if response.world != self._world.name:
            response.entry = self._record(request, url, host, response, "")
        return response

    async def _answered(self, request: Request, url: str, host: str, port: int, timeout: float) -> Response:
        response = self._faulted(host, timeout)
        if response is None:
            answer = self._answer(request, host, port)
            response = await (answer if answer is not None else self._send_outside(request, url, host, timeout))
        entry = response.entry if response.world == self._world.name else None
        if response.dropped:
            raise ConnectionDropped(f"{host}: the connection broke before an answer", entry)
        if response.delay >= timeout:
            raise CallTimedOut(f"{host}: no answer within {timeout:g} s", entry)
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
                f"{host} is no vendor's host and not on this machine; nothing was sent "
                f"(allow it by name in the setup document: stampcard.allowed_hosts)"
            )
        import httpx

        fields = [(name, value) for name, value in request.headers.raw if name != b"Content-Length"]
        fields.append((b"X-Stampcard-Cause", str(request.cause or "").encode()))
        try:
            secure = request.scheme == "https"  # Reading the certificates takes longer than the call.
            async with httpx.AsyncClient(timeout=timeout, trust_env=False, verify=secure) as client:
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
            vendor=(response.vendor if response else "") or host,
            cause=request.cause,
            operation=response.operation if response else "",
            method=request.method,
            url=url,
            status=response.status if response else 0,
            error=error,
            request_head=request.headers.packed,
            request_body=request.body[: BODY_LIMIT + 1],
            response_head=packed(response.headers) if response else "",
            response_body=response.head(BODY_LIMIT + 1) if response else b"",
        )
        journal.add(entry)
        return entry.id
