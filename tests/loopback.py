"""A server on loopback that answers as a test says, byte for byte; in a thread of its own, for blocking callers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Talk = Callable[[asyncio.StreamWriter], Awaitable[None]]
Answer = Callable[[Asked], bytes | Talk | None]
"""Bytes to send before the connection is closed, or what writes them; None drops the connection."""


@dataclass(slots=True)
class Loopback:
    """`asked` fills as requests come."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)


def reply(status: int, body: bytes = b"", *headers: str) -> bytes:
    """A whole response."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def silence(asked: Asked) -> Talk:
    """Never a word."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    return talk


def flood(asked: Asked) -> Talk:
    """An answer of 50 MB."""
    size = 50 * 1024 * 1024

    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 X\r\nContent-Type: text/plain\r\nContent-Length: {size}\r\n\r\n".encode())
        for _ in range(size // 65536):
            writer.write(b"x" * 65536)
            await writer.drain()

    return talk


def garbage(asked: Asked) -> bytes:
    return b"\x00\xffwhat is HTTP\r\n\r\n"


def hang_up(asked: Asked) -> None:
    return None


async def _asked(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int((await reader.readline()).strip(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, target, headers, body)


async def _answer(writer: asyncio.StreamWriter, answered: bytes | Talk | None) -> None:
    if isinstance(answered, bytes):
        writer.write(answered)
    elif answered is not None:
        await answered(writer)
    await writer.drain()


@contextmanager
def serving(answer: Answer) -> Iterator[Loopback]:
    """Serve until the block ends."""
    found, ready = Loopback(), threading.Event()
    tasks: set[asyncio.Task[None] | None] = set()
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The loop itself would let go of a task that waits for nothing that is known.
        tasks.add(asyncio.current_task())
        try:
            asked = await _asked(reader)
            found.asked.append(asked)
            await _answer(writer, answer(asked))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        await stopped.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    stopped = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()
        loop.close()
