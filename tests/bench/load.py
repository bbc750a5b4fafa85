"""A load generator in a process of its own: 32 kept connections, one request at a time on each, raw bytes.

Reads one JSON line (`port`, and the requests as base64), sends them all, and prints one JSON line: requests a second,
milliseconds of the median and the 99th percentile, and how many answers were no success.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from collections.abc import Iterator

import uvloop

CONNECTIONS = 32


class Client(asyncio.Protocol):
    """One connection; takes the next request as soon as an answer is whole."""

    def __init__(self, requests: Iterator[bytes], times: list[float], done: asyncio.Future[int]) -> None:
        self._requests = requests
        self._times = times
        self._done = done
        self._buffer = b""
        self._failed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._next()

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            if not self._done.done():
                self._done.set_result(self._failed)
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, blank, body = self._buffer.partition(b"\r\n\r\n")
        if not blank:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        self._times.append(time.perf_counter() - self._began)
        self._failed += not self._buffer.startswith(b"HTTP/1.1 2")
        self._buffer = b""
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionResetError("the server closed the connection"))


async def drive(port: int, requests: list[bytes]) -> dict[str, float]:
    loop, times = asyncio.get_running_loop(), []  # type: ignore[var-annotated]
    queue, ends = iter(requests), [loop.create_future() for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for end in ends:
        await loop.create_connection(lambda end=end: Client(queue, times, end), "127.0.0.1", port)  # type: ignore[misc]
    failed = sum(await asyncio.gather(*ends))
    took = time.perf_counter() - began
    times.sort()
    return {
        "rate": len(times) / took,
        "median": 1000 * times[len(times) // 2],
        "p99": 1000 * times[int(len(times) * 0.99)],
        "failed": failed,
    }


if __name__ == "__main__":
    work = json.loads(sys.stdin.readline())
    print(json.dumps(uvloop.run(drive(work["port"], [base64.b64decode(raw) for raw in work["requests"]]))))
