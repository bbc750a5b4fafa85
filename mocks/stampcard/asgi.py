"""The ASGI side: which vendor a request is for, reading its body, sending the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any

from stampcard.core.endpoint import Vendor, answer
from stampcard.core.http import Headers, Request, Response
from stampcard.emulator import CONTROL_HOST, Emulator

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

DRAIN_LIMIT = 256 * 1024 * 1024
"""Bytes read of a body over the vendor's limit, so that the client gets to read its answer; then the line is cut."""


class Application:
    """One ASGI application for all ports: the `Host` header names a vendor, else the port does."""

    def __init__(self, emulator: Emulator, control: App) -> None:
        self._emulator = emulator
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await _lifespan(receive, send)
        if scope["type"] != "http":
            raise RuntimeError(f"stampcard speaks HTTP, not {scope['type']}")
        headers = Headers.received(scope["headers"])
        host = headers.get("host").partition(":")[0].lower()
        found = self._emulator.find_host(host)
        if found is not None:
            return await _serve(self._emulator, *found, scope, headers, receive, send)
        local = self._emulator.ports.get((scope.get("server") or ("", 0))[1], "")
        if local in self._emulator.vendors:
            return await _serve(self._emulator, self._emulator.vendors[local], None, scope, headers, receive, send)
        if local == "control" or host == CONTROL_HOST:
            return await self._control(scope, receive, send)
        await _send(send, Response(421, [("Content-Type", "text/plain")], f"no vendor answers to {host!r}\n".encode()))


async def _serve(
    emulator: Emulator,
    vendor: Vendor[Any],
    service: str | None,
    scope: Scope,
    headers: Headers,
    receive: Receive,
    send: Send,
) -> None:
    target = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
    if query := scope["query_string"]:
        target = f"{target}?{query.decode('latin-1')}"
    line = scope.pop("stampcard.line", None)  # kept there, it would be a cycle for the collector
    body = line.take_body(vendor.max_body) if line is not None else None
    oversize = False
    if body is None:
        limit = lambda: _limit(vendor, scope["method"], target, service)  # noqa: E731
        read = await _read_body(receive, vendor.max_body, limit)
        if read is None:
            return
        body, oversize = read
    cause = headers.get("x-stampcard-cause")
    request = Request(
        scope["method"],
        target,
        headers,
        body,
        scheme=scope["scheme"],
        cause=int(cause) if cause.isdecimal() and len(cause) <= 18 else None,
        oversize=oversize,
    )
    response = await answer(vendor, request, service, emulator.lobby)
    if response.delay:
        await asyncio.sleep(response.delay)
    if response.dropped:
        return _drop(line)
    if line is None or response.chunks is not None or not line.answer(*_whole(response)):
        await _send(send, response)


def _limit(vendor: Vendor[Any], method: str, target: str, service: str | None) -> int:
    """The most bytes of a body of the operation a request leads to."""
    match = vendor.contract.find(Request(method, target, Headers(()), b""), service)
    operation = match.operation if match is not None else None
    return (operation.max_body if operation is not None else None) or vendor.max_body


async def _read_body(receive: Receive, usual: int, own: Callable[[], int]) -> tuple[bytes, bool] | None:
    """The body, or nothing and True when it is over the limit; None when the client went away in the middle.

    The operation's `own` limit is looked up for a body over the `usual` one only.
    """
    parts: list[bytes] = []
    limit = usual
    size, more = 0, True
    while more and size <= DRAIN_LIMIT:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > limit == usual:
            limit = own()
        if size <= limit:
            parts.append(part)
        more = message.get("more_body", False)
    return (b"".join(parts), False) if size <= limit else (b"", True)


@lru_cache(maxsize=256)
def _field(name: str) -> str:
    return name.lower()


def _whole(response: Response) -> tuple[int, str, bytes]:
    """A response as a line takes it. Raises ValueError for a header that would begin another."""
    body = response.body
    lines = [f"{_field(name)}: {value}\r\n" for name, value in response.headers]
    if response.status != 204:
        lines.append(f"content-length: {len(body)}\r\n")
    text = "".join(lines)
    if text.count("\n") != len(lines) or text.count("\r") != len(lines):
        raise ValueError(f"a header that cannot be sent: {text!r}")
    return response.status, text, body


async def _send(send: Send, response: Response) -> None:
    headers = [(_field(name).encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    chunks = response.chunks
    if chunks is not None or response.status != 204:
        size = chunks.size if chunks is not None else len(response.body)
        headers.append((b"content-length", str(size).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    for piece in chunks.pieces() if chunks is not None else ():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"" if chunks is not None else response.body})


def _drop(line: Any) -> None:
    """Break the connection; without a server's line (in process) raise what a client library would."""
    if line is None:
        raise ConnectionResetError("connection dropped (fault)")
    line.abort()


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
