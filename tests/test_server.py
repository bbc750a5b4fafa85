"""Real sockets: which vendor answers where, broken connections, large bodies, many clients, a quiet end."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from stampcard import Emulator
from stampcard.blocking import LiveWorld
from stampcard.server import BackgroundServer, listen, serving
from tests.sockets import authorization, connected, port_of

VENDORS = ("braze", "punchh", "voucherify", "antavo")
HOSTS = {
    "braze": "rest.iad-01.braze.com",
    "punchh": "sandbox.punchh.com",
    "voucherify": "api.voucherify.io",
    "antavo": "api.st2.antavo.com",
}


Knock = Callable[..., dict[str, Any]]


def told(response: http.client.HTTPResponse) -> dict[str, Any]:
    """Headers of ours, and the status."""
    return {"status": response.status, "operation": response.getheader("x-stampcard-operation")}


@pytest.fixture
def knock(live_world: LiveWorld) -> Knock:
    """Call a port with any Host header; tells the status and the operation that was meant."""

    def call(name: str, method: str, path: str, host: str | None = None, body: bytes | None = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", port_of(live_world, name), timeout=20)
        connection.request(method, path, body=body, headers={"Host": host} if host else {})
        response = connection.getresponse()
        response.read()
        connection.close()
        return told(response)

    return call


PATHS = {
    "braze": ("/campaigns/list", "GET"),
    "punchh": ("/api2/mobile/users/profile", "GET"),
    "voucherify": ("/v1/campaigns", "GET"),
    "antavo": ("/customers/1", "GET"),
}


@pytest.mark.parametrize("vendor", VENDORS)
def test_each_port_has_its_vendor(knock: Any, vendor: str, stampcard_server: BackgroundServer) -> None:
    path, method = PATHS[vendor]
    operation = knock(vendor, method, path)["operation"]
    assert operation in stampcard_server.emulator.vendors[vendor].contract.operations


@pytest.mark.parametrize("port", ["control", *VENDORS])
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendor_s_host_name_is_served_on_every_port(
    knock: Any, port: str, vendor: str, stampcard_server: BackgroundServer
) -> None:
    path, method = PATHS[vendor]
    for host in (HOSTS[vendor], f"{HOSTS[vendor].upper()}:443"):
        operation = knock(port, method, path, host)["operation"]
        assert operation in stampcard_server.emulator.vendors[vendor].contract.operations


def test_control_answers_on_its_port_whatever_the_host(knock: Any) -> None:
    assert knock("control", "GET", "/_stampcard/health")["status"] == 200
    assert knock("control", "GET", "/_stampcard/health", "stampcard.test")["status"] == 200
    assert knock("braze", "GET", "/_stampcard/health", "stampcard.localhost")["status"] != 200


# Ports


def test_the_ports_follow_one_another() -> None:
    emulator, base = Emulator(), free_row(5)
    sockets = listen(emulator, port=base)
    assert emulator.ports == dict(zip(range(base, base + 5), ("control", *VENDORS), strict=True))
    for opened in sockets:
        opened.close()


def test_a_port_that_is_taken_is_named_and_none_stays_open() -> None:
    emulator, base = Emulator(), free_row(5)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", base + 2))
        taken.listen()
        with pytest.raises(OSError, match=f"punchh cannot listen on 127.0.0.1:{base + 2}"):
            listen(emulator, port=base)
    assert emulator.ports == {}
    for opened in listen(emulator, port=base):
        opened.close()


def free_row(length: int) -> int:
    """The first of so many free ports in a row."""
    for base in range(23_000, 60_000, length):
        opened = []
        try:
            for port in range(base, base + length):
                opened.append(socket.create_server(("127.0.0.1", port)))
        except OSError:
            continue
        finally:
            for one in opened:
                one.close()
        return base
    raise AssertionError("no free ports")


# Faults on the wire


def test_a_dropped_connection_breaks_without_an_answer(
    live_world: LiveWorld, capfd: pytest.CaptureFixture[str]
) -> None:
    live_world.faults({"drop": True, "times": 1})
    key = authorization(live_world)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{live_world['braze']['url']}/campaigns/list", headers=key, trust_env=False)
    [entry] = live_world.journal()
    assert (entry["status"], entry["error"]) == (None, "fault injected")
    assert "ASGI" not in capfd.readouterr().err


@pytest.mark.parametrize("row", [{"status": 503}, {"status": 204}, {"status": 304}, {"status": 304, "garbage": True}])
def test_a_status_is_answered_and_the_connection_goes_on(live_world: LiveWorld, row: dict[str, Any]) -> None:
    live_world.faults({**row, "times": 2})
    with httpx.Client(
        base_url=live_world["braze"]["url"], headers=authorization(live_world), trust_env=False
    ) as client:
        assert [client.get("/campaigns/list").status_code for _ in range(2)] == [row["status"]] * 2
        assert client.get("/no/such/path").status_code == 404
    assert live_world.world.facts["world"] == live_world.name


def test_a_delay_is_waited_for(live_world: LiveWorld) -> None:
    live_world.faults({"delay": 0.3, "status": 500, "times": 1})
    began = time.monotonic()
    httpx.get(f"{live_world['braze']['url']}/campaigns/list", headers=authorization(live_world), trust_env=False)
    assert time.monotonic() - began >= 0.3


# Bodies


@pytest.mark.parametrize("vendor", VENDORS)
def test_fifty_megabytes_are_answered_by_the_vendor(live_world: LiveWorld, vendor: str) -> None:
    path = {
        "braze": "/users/track",
        "punchh": "/api2/mobile/users",
        "voucherify": "/v1/publications",
        "antavo": "/events",
    }
    body = b'{"a": "' + b"x" * 50_000_000 + b'"}'
    headers = {"Content-Type": "application/json"}
    response = httpx.post(
        live_world[vendor]["url"] + path[vendor], content=body, headers=headers, trust_env=False, timeout=60
    )
    assert 400 <= response.status_code < 500 or response.status_code == 501


def test_a_client_that_leaves_in_the_middle_changes_nothing(live_world: LiveWorld) -> None:
    head = f"POST /users/track HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization(live_world)['Authorization']}\r\n"
    with connected(live_world) as opened:
        opened.sendall(
            head.encode() + b'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"attributes": []}'
        )
        time.sleep(0.05)
    time.sleep(0.05)
    assert live_world.journal() == []


def test_a_chunked_body_is_read_whole(live_world: LiveWorld) -> None:
    def parts() -> Iterator[bytes]:
        yield b'{"attr'
        yield b'ibutes": "x"}'

    url = f"{live_world['braze']['url']}/users/track"
    httpx.post(url, content=parts(), headers=authorization(live_world), trust_env=False)
    [entry] = live_world.journal()
    assert entry["request"]["body"] == {"attributes": "x"}


@pytest.mark.parametrize("cause", ["12", "x", "-1", "9" * 6000, ""])
def test_the_cause_header_of_a_receiver_is_taken_or_left(live_world: LiveWorld, cause: str) -> None:
    url = f"{live_world['braze']['url']}/campaigns/list"
    httpx.get(url, headers={**authorization(live_world), "X-Stampcard-Cause": cause}, trust_env=False)
    [entry] = live_world.journal()
    assert entry["cause"] == (12 if cause == "12" else None)


# The end


def test_a_stop_is_quick_and_frees_the_ports(capfd: pytest.CaptureFixture[str]) -> None:
    server = BackgroundServer().start()
    ports = list(server.emulator.ports)
    idle = socket.create_connection(("127.0.0.1", ports[0]))
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 5
    idle.close()
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
    assert "Traceback" not in capfd.readouterr().err
    assert "stampcard" not in {thread.name for thread in threading.enumerate() if thread is server._thread}


async def test_a_request_under_way_is_answered_before_the_end() -> None:
    emulator = Emulator()
    sockets = listen(emulator)
    url = f"http://127.0.0.1:{next(iter(emulator.ports))}/_stampcard"
    async with httpx.AsyncClient(trust_env=False) as client:
        async with serving(emulator, sockets):
            world = emulator.add_world("w", frozen=True)
            asking = asyncio.create_task(client.post(f"{url}/worlds/w/settle", json={}))

            async def slow() -> None:
                await asyncio.sleep(0.3)

            world.clock.after(timedelta(), slow, name="slow")
            await asyncio.sleep(0.1)
        assert json.loads((await asking).content)["fired"][0]["what"] == "slow"
