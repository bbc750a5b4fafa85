"""Small loopback servers that misbehave, one way each."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import threading
from collections.abc import Callable, Iterator

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
MEGABYTE = 1024 * 1024

Behaviour = Callable[[socket.socket, threading.Event], None]


def hangs(client: socket.socket, stop: threading.Event) -> None:
    stop.wait()


def dribbles(client: socket.socket, stop: threading.Event) -> None:
    """A byte now and then, for ever: no single read takes long."""
    client.sendall(OK + b"Content-Length: 1000000\r\n\r\n")
    while not stop.wait(0.02):
        client.sendall(b" ")


def dribbles_headers(client: socket.socket, stop: threading.Event) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not stop.wait(0.02):
        client.sendall(b"a")


def resets(client: socket.socket, stop: threading.Event) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def says_nothing(client: socket.socket, stop: threading.Event) -> None:
    """Closes without an answer."""


def speaks_no_http(client: socket.socket, stop: threading.Event) -> None:
    client.sendall(bytes(range(256)) * 8)


def breaks_off(client: socket.socket, stop: threading.Event) -> None:
    client.sendall(OK + b'Content-Length: 100\r\n\r\n{"half"')


def answers_garbage(client: socket.socket, stop: threading.Event) -> None:
    client.sendall(OK + b"Content-Length: 9\r\nConnection: close\r\n\r\n\xff\xfe<[{\x00]}>")


def has_an_odd_type(client: socket.socket, stop: threading.Event) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: ;;/=\xe9\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")


def nests_deeply(client: socket.socket, stop: threading.Event) -> None:
    body = b"[" * 100_000 + b"]" * 100_000
    client.sendall(OK + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)


def sends_50_megabytes(client: socket.socket, stop: threading.Event) -> None:
    client.sendall(OK + b"Content-Length: %d\r\n\r\n" % (50 * MEGABYTE))
    for _ in range(50):
        client.sendall(b" " * MEGABYTE)


def sends_without_end(client: socket.socket, stop: threading.Event) -> None:
    client.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while not stop.is_set():
        client.sendall(b"100000\r\n" + b" " * MEGABYTE + b"\r\n")


BOMB = gzip.compress(bytes(100 * MEGABYTE), 9)


def sends_a_bomb(client: socket.socket, stop: threading.Event) -> None:
    client.sendall(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB)


@contextlib.contextmanager
def server(behave: Behaviour) -> Iterator[str]:
    """Its URL while the block runs."""
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.settimeout(5)
            client.recv(MEGABYTE)
            behave(client, stop)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                threading.Thread(target=serve, args=(client,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        stop.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
