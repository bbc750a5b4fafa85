"""What goes over a connection: kept, pipelined, odd, broken off; answers whole, in order, and each to its asker."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from stampcard.blocking import LiveWorld
from stampcard.server import BackgroundServer
from tests.sockets import authorization, connected, port_of, read_all

GET = b"GET /campaigns/list HTTP/1.1\r\nHost: x\r\n\r\n"


def test_a_connection_is_kept(live_world: LiveWorld) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(live_world, "braze"), timeout=20)
    connection.connect()
    opened = connection.sock
    for path in ("/campaigns/list", "/nothing", "/campaigns/list"):
        connection.request("GET", path)
        connection.getresponse().read()
    assert connection.sock is opened
    connection.close()


def test_pipelined_requests_are_answered_in_order(live_world: LiveWorld) -> None:
    paths = [b"/campaigns/list", b"/nothing", b"/users/track", b"/campaigns/list"]
    raw = b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n" % (path, b"Connection: close\r\n" if last else b"")
                   for path, last in zip(paths, (False, False, False, True), strict=True))  # fmt: skip
    with connected(live_world) as opened:
        opened.sendall(raw)
        answer = read_all(opened)
    statuses = re.findall(rb"HTTP/1.1 (\d+)", answer)
    lone = b""
    with connected(live_world) as opened:
        opened.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        lone = read_all(opened).split()[1]
    assert statuses == [lone, b"404", statuses[2], lone]
    assert len(statuses) == 4


def test_a_drop_in_a_pipeline_ends_it(live_world: LiveWorld, stampcard_server: BackgroundServer) -> None:
    live_world.faults({"drop": True, "times": 1})
    key = authorization(live_world)["Authorization"]
    known = GET.replace(b"\r\n\r\n", b"\r\nAuthorization: %s\r\n\r\n" % key.encode())
    with connected(live_world) as opened:
        opened.sendall(GET + known + GET)
        assert read_all(opened).count(b"HTTP/1.1") <= 1
    time.sleep(0.1)
    assert stampcard_server._loop is not None
    assert [task for task in asyncio.all_tasks(stampcard_server._loop) if "run_asgi" in repr(task)] == []


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET //evil.example/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET http://evil.example/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /%zz%ff%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"HEAD /campaigns/list HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"OPTIONS /campaigns/list HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"BREW /campaigns/list HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /campaigns/list HTTP/1.1\r\nHost: " + b"[" * 50 + b"\r\nConnection: close\r\n\r\n",
        b"GET /campaigns/list HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n",
    ],
    ids=lambda raw: raw[:24].decode("latin-1").strip(),
)
def test_odd_requests_end_in_a_client_error(live_world: LiveWorld, raw: bytes) -> None:
    with connected(live_world) as opened:
        opened.sendall(raw)
        opened.shutdown(socket.SHUT_WR)
        answer = read_all(opened)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 501")), answer[:200]


def test_many_connections_at_once(live_world: LiveWorld) -> None:
    async def one(number: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(live_world, "braze"))
        await asyncio.sleep(0.05)
        writer.write(b"GET /nothing/%d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % number)
        answer = await reader.read()
        writer.close()
        return answer[:12]

    async def all_of_them() -> set[bytes]:
        return set(await asyncio.gather(*(one(number) for number in range(300))))

    assert asyncio.run(all_of_them()) == {b"HTTP/1.1 404"}


def test_many_threads_share_a_world(live_world: LiveWorld) -> None:
    def one(number: int) -> int:
        url = f"{live_world['braze']['url']}/nothing/{number}"
        return httpx.get(url, headers=authorization(live_world), trust_env=False).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(80))) == {404}
    entries = live_world.journal()
    assert sorted(entry["id"] for entry in entries) == list(range(1, 81))


# The line under a request


def raw(method: str, *fields: str, body: str = "") -> bytes:
    lines = [f"{method} /nothing HTTP/1.1", "Host: x", *fields]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}" if body else "X-None: 1", "", body]).encode()


def test_a_head_request_gets_the_length_and_no_body(live_world: LiveWorld) -> None:
    with connected(live_world) as opened:
        opened.sendall(raw("HEAD") + raw("GET", "Connection: close"))
        answer = read_all(opened)
    lengths = [int(length) for length in re.findall(rb"content-length: (\d+)", answer)]
    heads = answer.split(b"\r\n\r\n")
    assert len(lengths) == 2 and lengths[0] > 0
    assert heads[1].startswith(b"HTTP/1.1 404") and len(heads[2]) == lengths[1]


def test_a_client_that_asks_to_go_on_is_told_so_first(live_world: LiveWorld) -> None:
    with connected(live_world) as opened:
        whole = raw("POST", "Expect: 100-continue", "Connection: close", body="{}")
        opened.sendall(whole[:-2])
        assert opened.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        opened.sendall(whole[-2:])
        assert read_all(opened).startswith(b"HTTP/1.1 404")


@pytest.mark.parametrize("asked", [b"HTTP/1.1\r\nConnection: close", b"HTTP/1.0"])
def test_a_connection_that_is_not_kept_says_so_and_ends(live_world: LiveWorld, asked: bytes) -> None:
    with connected(live_world) as opened:
        opened.sendall(b"GET /nothing %s\r\nHost: x\r\n\r\n" % asked)
        answer = read_all(opened)
    assert answer.count(b"connection: close\r\n") == 1


def test_a_reader_that_is_slow_gets_every_answer_whole(live_world: LiveWorld) -> None:
    """More answers than the connection's buffers hold, asked for before the first is read."""
    profile = {"external_id": "ada", **{f"member_{number}": "x" * 250 for number in range(200)}}
    key = authorization(live_world)["Authorization"]
    url = live_world["braze"]["url"]
    made = httpx.post(
        f"{url}/users/track", json={"attributes": [profile]}, headers={"Authorization": key}, trust_env=False
    )
    assert made.status_code == 201
    body = json.dumps({"external_ids": ["ada"]})
    head = f"POST /users/export/ids HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\nContent-Type: application/json\r\n"
    one = f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()
    with connected(live_world) as opened:
        for _ in range(200):
            opened.sendall(one)
        time.sleep(0.5)
        with opened.makefile("rb") as stream:
            sizes = {len(one_answer(stream)) for _ in range(200)}
    assert len(sizes) == 1 and sizes.pop() > 50_000


def one_answer(stream: Any) -> bytes:
    """The body of the next answer of a connection."""
    assert stream.readline().startswith(b"HTTP/1.1 20")
    length = 0
    while (line := stream.readline()) != b"\r\n":
        name, _, value = line.partition(b": ")
        length = int(value) if name == b"content-length" else length
    return bytes(stream.read(length))


def test_answers_to_many_connections_leave_together_and_each_whole(live_world: LiveWorld) -> None:
    """One turn of the loop holds answers back until all had their turn: none is lost, mixed up or sent twice."""

    async def one(number: int) -> list[bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(live_world, "braze"))
        found = []
        for turn in range(20):
            writer.write(b"GET /nothing/%d/%d HTTP/1.1\r\nHost: x\r\n\r\n" % (number, turn))
            head = await reader.readuntil(b"\r\n\r\n")
            [length] = re.findall(rb"content-length: (\d+)", head)
            found.append(head[:12] + await reader.readexactly(int(length)))
        writer.write(b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        rest = await reader.read()
        writer.close()
        assert rest.count(b"HTTP/1.1") == 1
        return found

    async def all_of_them() -> list[list[bytes]]:
        return await asyncio.gather(*(one(number) for number in range(40)))

    answers = [answer for found in asyncio.run(all_of_them()) for answer in found]
    assert len(answers) == 800
    assert len(set(answers)) == 1


def test_an_answer_does_not_wait_for_a_slow_request(live_world: LiveWorld) -> None:
    live_world.faults({"delay": 5, "status": 500, "operation": "campaigns_list", "times": 1})
    url, key = live_world["braze"]["url"], authorization(live_world)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(httpx.get, f"{url}/campaigns/list", headers=key, trust_env=False, timeout=20)
        time.sleep(0.3)
        assert httpx.get(f"{url}/nothing", headers=key, trust_env=False).status_code == 404
        assert not slow.done()
        assert slow.result().status_code == 500


def test_garbage_after_a_request_is_answered_after_it(live_world: LiveWorld) -> None:
    with connected(live_world) as other, connected(live_world) as opened:
        other.sendall(raw("GET") * 20)
        opened.sendall(raw("GET") + b"nonsense\r\n\r\n")
        answer = read_all(opened)
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) in ([b"404", b"400"], [b"400"])
