"""Serving an emulator over real sockets: one uvicorn, a port for control and one per vendor."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, TypeVar

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from stampcard.asgi import Application
from stampcard.control import control_app
from stampcard.emulator import Emulator

T = TypeVar("T")


class Line:
    """A connection's transport that can hold what is written, so that head and body of an answer leave together.

    Each write wakes the reader at the other end, which costs more than the answer itself.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._held: list[bytes] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def hold(self) -> None:
        self._held = []

    def write(self, data: bytes) -> None:
        if self._held is None:
            self._transport.write(data)
        else:
            self._held.append(data)

    def release(self) -> None:
        """Write what was held, and hold no more."""
        held, self._held = self._held, None
        if held:
            self._transport.write(b"".join(held))

    def close(self) -> None:
        self.release()
        self._transport.close()


class _Protocol(HttpToolsProtocol):
    """Lets a fault break the connection, and an answer leave in one piece."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.transport = Line(transport)  # type: ignore[assignment]

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["stampcard.transport"] = self.transport  # type: ignore[typeddict-unknown-key]


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(emulator: Emulator, host: str = "127.0.0.1", port: int = 0) -> list[socket.socket]:
    """Open control's port and one per vendor (`port`, +1 ... +4; 0 takes free ones) and tell the emulator.

    Raises OSError when a port is taken; then none stays open.
    """
    sockets: list[socket.socket] = []
    try:
        for offset, name in enumerate(("control", *emulator.vendors)):
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            opened = socket.socket(family, socket.SOCK_STREAM)
            sockets.append(opened)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            wanted = port + offset if port else 0
            try:
                opened.bind((host, wanted))
            except OSError as error:
                raise OSError(error.errno, f"{name} cannot listen on {host}:{wanted}: {error.strerror}") from error
            opened.listen(2048)
            opened.setblocking(False)
            emulator.ports[opened.getsockname()[1]] = name
    except OSError:
        for opened in sockets:
            opened.close()
        emulator.ports.clear()
        raise
    emulator.bind_host = host
    return sockets


@contextlib.asynccontextmanager
async def serving(emulator: Emulator, sockets: list[socket.socket], *, frozen: bool = False) -> AsyncIterator[None]:
    """Serve while the block runs; `frozen` is the mode of worlds created over control."""
    config = uvicorn.Config(
        Application(emulator, control_app(emulator, frozen=frozen)),
        http=_Protocol,
        ws="none",
        proxy_headers=False,
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    # Contracts and modules live as long as the server: keep them out of every collection.
    if gc.isenabled():
        gc.collect()
    gc.freeze()
    gc.enable()
    # Records and journal entries live long and hold no cycles: look for garbage a tenth as often.
    gc.set_threshold(10_000, 20, 50)
    serve = asyncio.create_task(server.serve(sockets=sockets))
    clocks = asyncio.create_task(emulator.run_clocks())
    try:
        while not server.started and not serve.done():
            await asyncio.sleep(0.001)
        yield
    finally:
        server.should_exit = True
        clocks.cancel()
        await asyncio.wait([serve, clocks])
        # What the server or the clocks died of is ours, and must not go unseen.
        for task in (serve, clocks):
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, on uvloop where it exists."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main)


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


class BackgroundServer:
    """A server on a thread of its own, for callers that are not asynchronous (tests, notebooks)."""

    def __init__(self, *, frozen: bool = True) -> None:
        self.emulator = Emulator()
        self._frozen = frozen
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._main, name="stampcard", daemon=True)

    def start(self) -> BackgroundServer:
        """Serve on free loopback ports; returns once they answer."""
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            raise self._error
        return self

    def stop(self) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def control_url(self) -> str:
        port = next(port for port, name in self.emulator.ports.items() if name == "control")
        return f"http://{self.emulator.bind_host}:{port}"

    def _main(self) -> None:
        try:
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(self._serve())
        except BaseException as error:
            self._error = error
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with serving(self.emulator, listen(self.emulator), frozen=self._frozen):
            self._ready.set()
            await self._stop.wait()
