"""Serving an emulator over real sockets: one uvicorn, a port for control and one per vendor."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, NamedTuple, TypeVar

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from stampcard.asgi import Application
from stampcard.control import control_app
from stampcard.emulator import Emulator

T = TypeVar("T")


class Line:
    """The connection under one request, for what ASGI says in several messages or not at all."""

    __slots__ = ("_cycle", "_protocol")

    def __init__(self, protocol: _Protocol, cycle: RequestResponseCycle) -> None:
        self._protocol = protocol
        self._cycle = cycle

    def take_body(self, most: int) -> bytes | None:
        """The body when all of it is there and no longer than that, else None: then it is to be received as ever."""
        cycle = self._cycle
        if cycle.more_body or cycle.disconnected or cycle.waiting_for_100_continue or len(cycle.body) > most:
            return None
        body, cycle.body = bytes(cycle.body), bytearray()
        cycle.message_event.clear()
        cycle.flow.resume_reading()
        return body

    def answer(self, status: int, headers: str, body: bytes) -> bool:
        """Write a whole answer and be done with the request; `headers` are lines, each with its end.

        False when it cannot be written now: then it is to be sent as ever, which waits.
        """
        cycle = self._cycle
        if cycle.response_started or cycle.flow.write_paused:
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.disconnected:
            end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
            shown = b"" if cycle.scope["method"] == "HEAD" else body
            whole = b"".join((STATUS_LINE[status], headers.encode("latin-1"), end, shown))
            self._protocol.write(whole, last=not cycle.keep_alive)
            cycle.on_response()
        return True

    def abort(self) -> None:
        """Break the connection; nothing is sent any more."""
        self._cycle.disconnected = True
        self._cycle.transport.abort()


class _Protocol(HttpToolsProtocol):
    """Hands the application the line under each request, and lets answers of many connections leave together.

    A write wakes a reader that sleeps at the other end, which costs more than the rest of it. While other requests
    are under way an answer is held until they had their turn: the first one then wakes whoever waits for all.
    """

    _held = b""

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self.cycle.scope["stampcard.line"] = Line(self, self.cycle)  # type: ignore[typeddict-unknown-key]

    def write(self, answer: bytes, *, last: bool) -> None:
        """Send an answer, now or soon; after the last one the connection ends."""
        if last:
            self.transport.write(answer)
            self.transport.close()
        elif len(self.tasks) == 1:
            self.transport.write(answer)
        else:
            # Before any task that a later request of this connection gets: callbacks run in the order they came.
            self._held = answer
            self.loop.call_soon(self._release)

    def _release(self) -> None:
        held, self._held = self._held, b""
        if held and not self.transport.is_closing():
            self.transport.write(held)

    def send_400_response(self, msg: str) -> None:
        self._release()
        super().send_400_response(msg)

    def shutdown(self) -> None:
        self._release()
        super().shutdown()


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


_Serving = tuple[_Server, list[socket.socket]]


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


class Certificate(NamedTuple):
    """Files in PEM: a certificate with its chain, and its key where that is in another file."""

    certfile: str
    keyfile: str | None = None


def _server(application: Application, certificate: Certificate | None = None) -> _Server:
    config = uvicorn.Config(
        application,
        http=_Protocol,
        ws="none",
        proxy_headers=False,
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
        ssl_certfile=certificate.certfile if certificate else None,
        ssl_keyfile=certificate.keyfile if certificate else None,
    )
    config.load()
    return _Server(config)


def _servers(application: Application, sockets: list[socket.socket], certificate: Certificate | None) -> list[_Serving]:
    """The servers there are to be, each with its sockets; the first socket is control's."""
    if certificate is None:
        return [(_server(application), sockets)]
    try:
        secure = _server(application, certificate)
    except OSError as error:
        for opened in sockets:
            opened.close()
        names = " and ".join(name for name in certificate if name)
        raise OSError(f"no certificate and key can be read from {names}: {error}") from error
    return [(_server(application), sockets[:1]), (secure, sockets[1:])]


@contextlib.asynccontextmanager
async def serving(
    emulator: Emulator, sockets: list[socket.socket], *, frozen: bool = False, certificate: Certificate | None = None
) -> AsyncIterator[None]:
    """Serve while the block runs; `frozen` is the mode of worlds created over control.

    With a `certificate` the vendors speak TLS; control, the first of the sockets, never does. Raises OSError for a
    certificate that cannot be read.
    """
    application = Application(emulator, control_app(emulator, frozen=frozen))
    groups = _servers(application, sockets, certificate)
    emulator.scheme = "https" if certificate is not None else "http"
    # Contracts and modules live as long as the server: keep them out of every collection.
    if gc.isenabled():
        gc.collect()
    gc.freeze()
    gc.enable()
    # Records and journal entries live long and hold no cycles: look for garbage seldom, and at little at a time.
    gc.set_threshold(10_000, 5, 200)
    serve = [asyncio.create_task(server.serve(sockets=opened)) for server, opened in groups]
    clocks = asyncio.create_task(emulator.run_clocks())
    try:
        while not all(server.started for server, _ in groups) and not any(task.done() for task in serve):
            await asyncio.sleep(0.001)
        yield
    finally:
        for server, _ in groups:
            server.should_exit = True
        clocks.cancel()
        await asyncio.wait([*serve, clocks])
        # What the server or the clocks died of is ours, and must not go unseen.
        for task in (*serve, clocks):
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
