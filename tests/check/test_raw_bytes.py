"""Bytes that no HTTP client would send, to our own server: it answers or hangs up, and never fails or hangs."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stampcard.blocking import LiveWorld

QUIET = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
VENDORS = ("braze", "punchh", "voucherify", "antavo", "control")
PATHS = {
    "braze": b"/users/track",
    "punchh": b"/api2/mobile/users",
    "voucherify": b"/v1/customers",
    "antavo": b"/events",
    "control": b"/_stampcard/worlds",
}
REFUSALS = range(400, 500)


def exchange(url: str, raw: bytes) -> list[int]:
    """The statuses answered until the server closes the connection, after we have closed our side of it.

    A server that neither answers nor closes within 20 seconds raises TimeoutError.
    """
    parts = urlsplit(url)
    answer = bytearray()
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20) as client:
        try:
            client.sendall(raw)
            client.shutdown(socket.SHUT_WR)
            while part := client.recv(65536):
                answer += part
        except (ConnectionResetError, BrokenPipeError):
            pass  # It hung up while we were still talking, as it may.
    return [int(status) for status in STATUS.findall(bytes(answer))]


def url_of(live_world: LiveWorld, name: str) -> str:
    return str(live_world.facts[name]["url"])


TOKENS = st.sampled_from(
    [
        b"GET",
        b"POST",
        b" ",
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b"HTTP/1.1",
        b"HTTP/9.9",
        b"/",
        b"//",
        b"/../..",
        b"%",
        b"%00",
        b"%zz",
        b"?",
        b"#",
        b"\xff\xfe",
        b"Host: x",
        b"Content-Length: 5",
        b"Content-Length: -1",
        b"Content-Length: 99999999999999999999",
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: gzip, chunked",
        b"Expect: 100-continue",
        b"Upgrade: h2c",
        b"Connection: close",
        b"Authorization: Bearer \xc3\x28",
        b"5\r\nhello\r\n0\r\n\r\n",
        b"fffffffffffffffff\r\n",
        b"{",
        b"[" * 50,
    ]
)
PIECES = st.lists(st.one_of(TOKENS, st.binary(max_size=12)), max_size=14).map(b"".join)
LINES = st.lists(st.one_of(TOKENS, st.binary(max_size=30)), max_size=4).map(b"".join)


@pytest.mark.parametrize("vendor", VENDORS)
def test_any_bytes_at_all(live_world: LiveWorld, vendor: str) -> None:
    url = url_of(live_world, vendor)

    @QUIET
    @given(PIECES)
    def send(raw: bytes) -> None:
        assert all(status < 500 for status in exchange(url, raw + b"\r\n\r\n"))

    send()
    assert_alive(live_world, vendor)


@pytest.mark.parametrize("vendor", VENDORS)
def test_any_bytes_in_the_place_of_a_target_a_header_or_a_body(live_world: LiveWorld, vendor: str) -> None:
    url, path = url_of(live_world, vendor), PATHS[vendor]

    @QUIET
    @given(LINES, LINES, st.one_of(PIECES, st.binary(max_size=200)))
    def send(target: bytes, header: bytes, body: bytes) -> None:
        length = b"Content-Length: %d\r\nContent-Type: application/json\r\nConnection: close\r\n" % len(body)
        for line, extra in ((path + target, b"X-A: a"), (path, b"X-A: " + header), (path, header)):
            raw = b"POST " + line + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n" + extra + b"\r\n" + length + b"\r\n" + body
            # 501 is ours for a documented operation; nothing here leads to one.
            assert all(status < 500 for status in exchange(url, raw))

    send()
    assert_alive(live_world, vendor)


@pytest.mark.parametrize("vendor", ["braze", "voucherify"])
def test_any_body_bytes_of_a_client_that_is_let_in(live_world: LiveWorld, vendor: str) -> None:
    """Signed calls need their body's signature; these two take a key, and get as far as the handler."""
    facts, path = live_world[vendor], PATHS[vendor]
    proofs = {
        "braze": f"Authorization: Bearer {facts.get('api_key')}",
        "voucherify": f"X-App-Id: {facts.get('app_id')}\r\nX-App-Token: {facts.get('app_token')}",
    }

    @QUIET
    @given(st.one_of(PIECES, st.binary(max_size=300)))
    def send(body: bytes) -> None:
        head = f"Host: 127.0.0.1\r\n{proofs[vendor]}\r\nContent-Type: application/json\r\nConnection: close\r\n"
        raw = b"POST " + path + b" HTTP/1.1\r\n" + head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body
        (status,) = exchange(facts["url"], raw)
        assert status < 500

    send()


def assert_alive(live_world: LiveWorld, vendor: str) -> None:
    """It still answers an ordinary call."""
    raw = b"GET " + PATHS[vendor] + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    (status,) = exchange(url_of(live_world, vendor), raw)
    assert status == 200 if vendor == "control" else status in REFUSALS
