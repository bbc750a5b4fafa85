"""Calls out: ours in process, loopback over a socket, the rest refused; every one journalled."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from stampcard.core.errors import CallTimedOut, ConnectionDropped, HostRefused, WireError
from stampcard.core.http import Response
from stampcard.core.journal import Entry
from stampcard.core.wire import MAX_RESPONSE, is_loopback
from tests.core.conftest import Town

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Two: a\r\n\r\nok"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def send(town: Town, url: str, method: str = "GET", **options: Any) -> Response:
    return await town.world.wire.send(method, url, caller="shop", cause=7, **options)


def last(town: Town) -> Entry:
    return list(town.world.journal)[-1]


@asynccontextmanager
async def neighbour(talk: Talk) -> AsyncIterator[str]:
    """A service of the user's own on this machine; yields its URL."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def answering(raw: bytes, heard: list[bytes] | None = None) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if heard is not None:
            heard.append(head)
        writer.write(raw)
        await writer.drain()

    return talk


# Hosts of ours


async def test_a_vendor_s_host_is_answered_in_process_by_its_front_door(town: Town) -> None:
    response = await send(town, "https://api.shop.example/v1/things/a?x=1", headers={"X-Key": "key-w"})
    assert (response.status, response.json) == (404, {"error": "no a"})


async def test_a_call_between_vendors_is_journalled_once_where_it_arrived(town: Town) -> None:
    response = await send(town, "https://api.shop.example/v1/things", headers={"X-Key": "key-w"})
    [entry] = town.world.journal
    assert (entry.id, entry.caller, entry.vendor, entry.cause) == (response.entry, "shop", "shop", 7)


@pytest.mark.parametrize("key", ["key-other", "nonsense"])
async def test_a_call_that_arrives_elsewhere_is_journalled_in_the_caller_s_world_too(town: Town, key: str) -> None:
    town.add_world("other")
    response = await send(town, "https://api.shop.example/v1/things", headers={"X-Key": key})
    [entry] = town.world.journal
    assert (entry.id, entry.vendor, entry.status) == (response.entry, "shop", response.status)
    assert entry.url == "https://api.shop.example/v1/things"


async def test_the_callee_sees_host_body_and_length(town: Town) -> None:
    await send(town, "https://API.shop.example:443/v1/things", "POST", headers=[("X-Key", "key-w")], body=b"{}")
    headers = dict(last(town).request_headers)
    assert (headers["Host"], headers["Content-Length"]) == ("API.shop.example:443", "2")


# The vendor's own limit holds on the wire


async def test_a_body_over_the_vendor_s_limit_is_refused_there(town: Town) -> None:
    response = await send(
        town, "https://api.shop.example/v1/things", "POST", headers={"X-Key": "key-w"}, body=b"1" * 1001
    )
    assert response.status == 413


# Refusals


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://api.shop.example.evil.example/",
        "http://10.0.0.1/",
        "http://2130706433/",
        "http://0.0.0.0/",
        "http://localhost.example/",
        "ftp://api.shop.example/v1/things",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "/v1/things",
        "",
        "http://",
        "http://[::1/",
        "http://api.shop.example:port/",
        "http://api.shop.example:99999/",
        "nonsense://",
    ],
)
async def test_every_other_host_is_refused_and_journalled(town: Town, url: str) -> None:
    with pytest.raises(HostRefused) as refused:
        await send(town, url)
    assert (last(town).id, last(town).error, last(town).url) == (refused.value.entry, str(refused.value), url)
    assert (last(town).status, last(town).cause) == (0, 7)


async def test_a_refusal_says_how_to_allow_the_host(town: Town) -> None:
    with pytest.raises(HostRefused, match=r"^example\.com is .*stampcard\.allowed_hosts"):
        await send(town, "https://example.com/")


@pytest.mark.parametrize(
    ("host", "ours"),
    [("localhost", True), ("a.localhost", True), ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True)]
    + [(host, False) for host in ("", "0.0.0.0", "10.1.1.1", "::", "localhost.com", "xlocalhost", "127.0.0.1.nip.io")],
)
def test_loopback_is_this_machine_and_no_other(host: str, ours: bool) -> None:
    assert is_loopback(host) is ours


# Over a socket


async def test_loopback_goes_out_over_a_socket_with_its_cause(town: Town) -> None:
    heard: list[bytes] = []
    async with neighbour(answering(OK, heard)) as url:
        response = await send(town, f"{url}/hook?a=%20b", "POST", headers={"X-A": "1"}, body=b"body")
    assert (response.status, response.body, last(town).status) == (200, b"ok", 200)
    lines = heard[0].decode().lower().split("\r\n")
    assert lines[0] == "post /hook?a=%20b http/1.1"
    assert {"x-a: 1", "x-stampcard-cause: 7", "content-length: 4"} <= set(lines)
    assert sum(line.startswith("host:") for line in lines) == 1


async def test_redirects_are_not_followed(town: Town) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: https://example.com/\r\nContent-Length: 0\r\n\r\n"
    async with neighbour(answering(moved)) as url:
        assert (await send(town, url)).status == 302
    assert len(town.world.journal) == 1


async def test_text_in_headers_reaches_the_socket_whatever_it_is(town: Town) -> None:
    heard: list[bytes] = []
    async with neighbour(answering(OK, heard)) as url:
        await send(town, url, headers={"X-Name": "Zoë 名"})
    assert "Zoë 名".encode() in heard[0]


@pytest.mark.parametrize("headers", [{"X-Name": "a\r\nX-Evil: 1"}, {"X Name": "a"}, {"": "a"}, {"Náme": "a"}])
async def test_a_header_that_is_none_is_never_sent(town: Town, headers: dict[str, str]) -> None:
    heard: list[bytes] = []
    async with neighbour(answering(OK, heard)) as url:
        with pytest.raises(WireError):
            await send(town, url, headers=headers)
        with pytest.raises(WireError):
            await send(town, "https://api.shop.example/v1/things", headers=headers)
    assert heard == []


async def test_silence_is_a_time_out(town: Town) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with neighbour(talk) as url:
        with pytest.raises(CallTimedOut, match=r"no answer within 0\.1 s"):
            await send(town, url, timeout=0.1)
    assert "0.1 s" in last(town).error


async def test_an_answer_that_drips_is_a_time_out(town: Town) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(50):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with neighbour(talk) as url:
        with pytest.raises(CallTimedOut):
            await send(town, url, timeout=0.2)


@pytest.mark.parametrize(
    "raw",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", b"this is no HTTP\r\n\r\n"],
    ids=["nothing", "cut off", "no HTTP"],
)
async def test_a_broken_answer_is_a_dropped_connection(town: Town, raw: bytes) -> None:
    async with neighbour(answering(raw)) as url:
        with pytest.raises(ConnectionDropped):
            await send(town, url)
    assert last(town).status == 0
    assert last(town).error


async def test_nobody_listening_is_a_dropped_connection(town: Town) -> None:
    async with neighbour(answering(OK)) as url:
        pass
    with pytest.raises(ConnectionDropped):
        await send(town, url)


async def test_an_answer_without_end_is_cut(town: Town) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 2**20)
            await writer.drain()

    async with neighbour(talk) as url:
        with pytest.raises(ConnectionDropped, match=f"over {MAX_RESPONSE} bytes"):
            await send(town, url)


# Faults by host


@pytest.mark.parametrize("host", ["api.shop.example", "example.com"])
async def test_a_fault_answers_for_its_host_and_is_journalled(town: Town, host: str) -> None:
    town.world.faults.replace([{"host": host, "status": 503, "times": 1}])
    response = await send(town, f"https://{host}/v1/things", headers={"X-Key": "key-w"})
    assert (response.status, last(town).status, last(town).vendor) == (503, 503, host)
    assert len(town.world.journal) == 1


async def test_a_dropped_host_is_a_dropped_connection(town: Town) -> None:
    town.world.faults.replace([{"host": "api.shop.example", "drop": True}])
    with pytest.raises(ConnectionDropped) as dropped:
        await send(town, "https://api.shop.example/v1/things")
    assert dropped.value.entry == last(town).id


async def test_a_delay_counts_against_the_timeout_without_real_waiting(town: Town) -> None:
    town.world.faults.replace([{"host": "api.shop.example", "delay": "1h"}])
    with pytest.raises(CallTimedOut):
        await send(town, "https://api.shop.example/v1/things")
    assert (
        await send(town, "https://api.shop.example/v1/things", timeout=7200, headers={"X-Key": "key-w"})
    ).status == 200


async def test_a_drop_in_the_callee_s_world_is_told_in_the_caller_s(town: Town) -> None:
    town.add_world("other").faults.replace([{"drop": True}])
    with pytest.raises(ConnectionDropped) as dropped:
        await send(town, "https://api.shop.example/v1/things", headers={"X-Key": "key-other"})
    [entry] = town.world.journal
    assert dropped.value.entry == entry.id


async def test_a_slow_callee_is_a_time_out_though_it_did_its_work(town: Town) -> None:
    town.world.faults.replace([{"operation": "add", "delay": 20}])
    with pytest.raises(CallTimedOut):
        await send(
            town, "https://api.shop.example/v1/things", "POST", headers={"X-Key": "key-w"}, body=b'{"name": "a"}'
        )
    assert "a" in town.store.things
