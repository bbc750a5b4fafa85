"""The line that comes with a failure repeats it, in a shell, byte for byte."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from stampcard import Emulator
from stampcard.blocking import LiveWorld
from stampcard.check.chains import check_chain, links_of
from stampcard.check.curl import curl
from stampcard.check.running import check_operation, operations
from stampcard.check.target import FreshWorld, Server
from stampcard.check.target import LiveWorld as OnServer
from stampcard.server import BackgroundServer
from tests.check.mutants import answering

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]

AWKWARD: dict[str, bytes] = {
    "none": b"",
    "quotes": b'it\'s "so" $HOME `id` \\n %s !',
    "an at sign": b"@/etc/passwd",
    "lines": b"a\r\nb\n\tc",
    "no text": bytes(range(256)),
    "a zero": b"a\0b",
    "other scripts": "Grüße 你好 \u202e".encode(),
    "one digit after an escape": b"\x001\x7f9",
}


def lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@pytest.fixture(scope="module")
def mirror() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that keeps what it is sent."""
    kept: list[dict[str, Any]] = []

    class Mirror(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            kept.append({"path": self.path, "method": self.command, "headers": lower(self.headers), "body": body})
            self.send_response(204)
            self.end_headers()

        do_GET = do_DELETE = do_PUT = do_POST

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", kept
    server.shutdown()
    server.server_close()
    thread.join()


def run(line: str) -> str:
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=True, timeout=30)
    return done.stdout.decode(errors="replace")


@pytest.mark.parametrize("name", AWKWARD)
def test_a_line_sends_the_same_bytes(name: str, mirror: tuple[str, list[dict[str, Any]]]) -> None:
    url, kept = mirror
    target = "/a/../b/%2F;x=[1]{2}?q=a%20b&q='\"&r=*"
    headers = {"Content-Type": "application/json", "X-Note": "it's; 100%", "X-Empty": ""}
    run(curl(httpx.Request("POST", url + target, content=AWKWARD[name] or None, headers=headers)))
    got = kept.pop()
    assert got["body"] == AWKWARD[name]
    assert got["path"] == httpx.URL(url + target).raw_path.decode()
    assert got["headers"].items() >= lower(headers).items()
    assert "accept" not in got["headers"]


def test_a_line_adds_no_content_type_of_its_own(mirror: tuple[str, list[dict[str, Any]]]) -> None:
    url, kept = mirror
    run(curl(httpx.Request("PUT", url, content=b"x")))
    assert "content-type" not in kept.pop()["headers"]


CHAINS = {
    "braze": "content_blocks_create",
    "punchh": "dashboard_locations__post",
    "voucherify": "create-category",
    "antavo": "customer_lists_create",
}


@pytest.mark.parametrize("vendor", CHAINS)
def test_the_lines_of_a_fresh_world_repeat_a_chain_on_a_frozen_server(vendor: str, default_world: LiveWorld) -> None:
    """With the preparation first, as the summary says; all that differs is the ports `up` would have."""
    emulator = Emulator()
    found = list(operations(emulator.vendors[vendor].contract))
    root = next(one for one in found if one.definition.raw["operationId"] == CHAINS[vendor])
    links = links_of(found)
    links[root.label][0].definition["x-status"] = 418  # type: ignore[index]
    target = FreshWorld(emulator, vendor)
    try:
        checked = check_chain(root, links, target)
        own = target.line
    finally:
        target.close()
    (failure,) = checked.failures
    assert re.search("not 418: 200 ", failure.message)
    answers = []
    for line in [*checked.preparation, *failure.curl.split("\n  ")]:
        for name in (vendor, "control"):
            line = line.replace(own[name]["url"], default_world.facts[name]["url"])
        if vendor == "antavo":  # It signs the host, with the port `up` would have.
            line = line.replace("curl ", "curl -H 'Host: 127.0.0.1:8104' ")
        answers.append(run(line))
    assert [re.match(r"HTTP/1.1 20[01] ", answer) is not None for answer in answers] == [True] * len(answers)
    assert "x-stampcard-world: default" in answers[-1]


@pytest.fixture
def default_world(stampcard_server: BackgroundServer) -> Iterator[LiveWorld]:
    """The world of `stampcard up --frozen`."""
    live = LiveWorld(stampcard_server.control_url, name="default", frozen=True)
    yield live
    live.delete()
    live.close()


@pytest.mark.parametrize("vendor", ["braze", "punchh", "voucherify", "antavo"])
def test_a_failure_on_a_live_server_is_repeated_by_its_line(vendor: str, stampcard_server: BackgroundServer) -> None:
    emulator, place = stampcard_server.emulator, PLACES[vendor]
    broken = emulator.vendors[vendor]
    kept, rule = broken.handlers, broken.contract.operations[place].replies
    found = next(one for one in operations(broken.contract) if one.definition.raw["operationId"] == place)
    answering(lambda reply: replace(reply, status=207))(broken, place)
    target = OnServer(stampcard_server.control_url, vendor)
    try:
        checked = check_operation(found, target, examples=1, max_calls=0)
        failure = next(one for one in checked.failures if one.message.startswith("207"))
        assert run(failure.curl).startswith("HTTP/1.1 207 ")
    finally:
        broken.handlers = kept  # type: ignore[misc]
        broken.contract.operations[place].__dict__["replies"] = rule
        target.close()


PLACES = {
    "braze": "catalogs_list",
    "punchh": "mobile_users_profile__get",
    "voucherify": "get-customer",
    "antavo": "customer_get",
}


def test_a_server_that_is_nobody_s_is_repeated_too(mirror: tuple[str, list[dict[str, Any]]], tmp_path: Path) -> None:
    url, kept = mirror
    facts = {"url": url, "api_key": "k", "api_secret": "s", "stack": "st2"}
    found = next(one for one in operations(Emulator().antavo.contract, group="faq"))
    target = Server("antavo", facts)
    try:
        checked = check_operation(found, target, examples=1, max_calls=0)
    finally:
        target.close()
    kept.clear()
    run(checked.failures[0].curl)
    assert kept[0]["path"].startswith("/faq")
    assert json.dumps(checked.statuses) == '{"204": 5}'
