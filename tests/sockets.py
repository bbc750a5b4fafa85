"""Raw connections to a server: for what a client library would not let a test send, or would not show."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from stampcard.blocking import LiveWorld


def port_of(live: LiveWorld, name: str) -> int:
    port: int | None = urlsplit(live.facts[name]["url"]).port
    assert port
    return port


def connected(live: LiveWorld, name: str = "braze") -> socket.socket:
    opened = socket.create_connection(("127.0.0.1", port_of(live, name)), timeout=20)
    opened.settimeout(20)
    return opened


def read_all(opened: socket.socket) -> bytes:
    parts = []
    try:
        while part := opened.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def authorization(live_world: LiveWorld) -> dict[str, str]:
    return {"Authorization": f"Bearer {live_world['braze']['api_key']}"}
