"""What a check may do to which server, what it says before it begins, and how its work is shared and shown."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from stampcard.blocking import LiveWorld
from stampcard.check import rendering
from stampcard.check.calls import Checked, Failure
from stampcard.check.ours import is_ours
from stampcard.check.pace import Pace
from stampcard.check.session import Plan, load, tasks
from stampcard.check.signing import falsified
from stampcard.check.target import FreshWorld, Server
from stampcard.cli import main
from stampcard.emulator import Emulator

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def forwarder(live_world: LiveWorld) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A stranger on this machine, as a tunnel to a vendor would be; it keeps method and path of every call."""
    seen: list[tuple[str, str]] = []

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.command, self.path))
            body = b'{"status": "ok", "entries": []}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Stampcard-World", "default")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_DELETE = do_PATCH = do_TRACE = do_OPTIONS = do_HEAD = do_GET

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    server.server_close()
    thread.join()


# Whose server it is


def test_a_server_is_ours_when_its_control_saw_the_call(live_world: LiveWorld) -> None:
    for vendor in ("braze", "punchh", "voucherify", "antavo"):
        assert is_ours(vendor, live_world[vendor]["url"], live_world.facts)


def test_an_address_of_this_machine_proves_nothing(
    forwarder: tuple[str, list[tuple[str, str]]], live_world: LiveWorld
) -> None:
    """Not its loopback address, not a header that looks like ours, not a ready line of another server."""
    url, seen = forwarder
    assert not is_ours("braze", url, live_world.facts)
    assert [method for method, _ in seen] == ["GET"]
    seen.clear()
    assert not is_ours("braze", url, {"control": {"url": url}})
    assert not is_ours("braze", url, {"api_key": "k"})
    assert not is_ours("braze", url, {"control": {"url": "http://127.0.0.1:9"}})
    assert not is_ours("braze", live_world["braze"]["url"], {"api_key": "k"})
    assert not is_ours("braze", live_world["punchh"]["url"], live_world.facts)


def test_a_stranger_is_read_and_never_written_to(
    forwarder: tuple[str, list[tuple[str, str]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, seen = forwarder
    file = tmp_path / "voucherify.json"
    file.write_text(json.dumps({"app_id": "a", "app_token": "t"}))
    where = ["--url", url, "--credentials", str(file), "--rate", "10000", "--max-examples", "3"]
    assert main(["check", "voucherify", "--group", "publications", *where]) == 1
    told = capsys.readouterr()
    first, *listed = told.err.splitlines()
    assert first == (
        f"1 operations and 0 chains of voucherify against {url}: GET only (--allow-writes for the rest), "
        "at most 10000 calls a second"
    )
    assert listed[0] == "  GET /v1/publications"
    assert seen
    assert {(method, path.partition("?")[0]) for method, path in seen} == {("GET", "/v1/publications")}


def test_what_will_be_called_is_told_before_anything_is(
    forwarder: tuple[str, list[tuple[str, str]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, seen = forwarder
    file = tmp_path / "voucherify.json"
    file.write_text(json.dumps({"app_id": "a", "app_token": "t"}))
    assert main(["check", "voucherify", "--url", url, "--credentials", str(file), "--dry-run"]) == 0
    told = capsys.readouterr().err.splitlines()
    assert "at most 2 calls a second" in told[0]
    assert url in told[0]
    assert all(line.startswith("  GET /") for line in told[1:])
    assert "  GET /v1/publications/create" not in told, "a GET that makes something is no reading"
    assert seen == []


def test_a_target_that_is_only_read_cannot_be_written_to() -> None:
    target = Server("braze", {"url": "http://127.0.0.1:9", "api_key": "k"}, read_only=True)
    try:
        with pytest.raises(AssertionError, match="only read"):
            target.send(httpx.Request("POST", "http://127.0.0.1:9/users/track"))
    finally:
        target.close()


# A running stampcard


def test_worlds_of_its_own_are_made_on_a_running_stampcard_and_removed(
    live_world: LiveWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    control = live_world.facts["control"]["url"]
    before = httpx.get(f"{control}/_stampcard/worlds", trust_env=False).json()
    command = ["check", "antavo", "--group", "clubs", "--control", control, "--max-examples", "1", "--max-calls", "0"]
    assert main(command) == 0, capsys.readouterr().out
    told = capsys.readouterr()
    assert "POST /v1/clubs and on" in told.out
    assert control in told.err
    assert httpx.get(f"{control}/_stampcard/worlds", trust_env=False).json() == before
    assert live_world.journal(vendor="antavo") == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--control", "http://127.0.0.1:9"], "no stampcard at http://127.0.0.1:9"),
        (["--control", "http://127.0.0.1:9", "--url", "http://127.0.0.1:9"], "leave out"),
        (["--url", "ftp://x", "--credentials", "{file}"], "no http or https URL"),
        (["--credentials", "{file}"], "no http or https URL"),
        (["--credentials", "{folder}/none.json", "--url", "http://x"], "No such file"),
    ],
)
def test_what_cannot_begin_says_why(
    options: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "facts.json"
    file.write_text('{"api_key": "k"}')
    given = [option.format(file=file, folder=tmp_path) for option in options]
    assert main(["check", "antavo", "--group", "faq", *given]) == 2
    assert says in capsys.readouterr().err


# Pace


async def test_calls_are_evenly_spaced_and_a_server_that_had_enough_is_left_alone() -> None:
    clock = [datetime(2026, 1, 1, tzinfo=UTC)]
    sent: list[float] = []

    async def wait(seconds: float) -> None:
        clock[0] += timedelta(seconds=seconds)

    pace = Pace(4, wait, now=lambda: clock[0])
    for number in range(6):
        await pace.turn()
        sent.append((clock[0] - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds())
        if number == 3:
            pace.hold(10)
    assert sent == [0, 0.25, 0.5, 0.75, 10.75, 11.0]


def test_a_server_s_retry_after_is_heeded() -> None:
    held: list[float] = []

    class Watched(Pace):
        def hold(self, seconds: float) -> None:
            held.append(seconds)

    later = {"Retry-After": "7"}
    busy = httpx.MockTransport(lambda request: httpx.Response(429, headers=later, stream=httpx.ByteStream(b"")))
    target = Server("braze", {"url": "http://vendor.test", "api_key": "k"})
    target._http, target._pace = httpx.AsyncClient(transport=busy), Watched(None, asyncio.sleep)
    try:
        assert target.send(httpx.Request("GET", "http://vendor.test/catalogs")).status_code == 429
    finally:
        target.close()
    assert held == [7.0]


# Proofs


@pytest.mark.parametrize(
    ("vendor", "method", "path", "ways"),
    [
        ("braze", "GET", "/catalogs", ["left out", "with a wrong api_key"]),
        ("voucherify", "GET", "/v1/customers", ["left out", "without X-App-Id", "without X-App-Token", "app_token"]),
        (
            "punchh",
            "POST",
            "/api2/mobile/users",
            ["left out", "without x-pch-digest", "without Authorization", "secret", "token", "another call"],
        ),
        ("antavo", "GET", "/customers/ada", ["left out", "api_secret", "another call", "an hour ago"]),
    ],
)
def test_each_proof_is_left_out_or_wrong_on_its_own(vendor: str, method: str, path: str, ways: list[str]) -> None:
    target = FreshWorld(Emulator(), vendor)
    try:
        request = httpx.Request(method, target.facts["url"] + path)
        found = dict(falsified(vendor, target.facts, request, target.now))
    finally:
        target.close()
    assert len(found) == len(ways)
    assert all(any(way in name for name in found) for way in ways), list(found)
    assert found["left out"] == {}
    assert len({json.dumps(headers, sort_keys=True) for headers in found.values()}) == len(ways)


# Workers, seeds and tasks


def test_processes_share_the_work_and_find_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["check", "antavo", "--group", "offers", "--max-examples", "2", "--max-calls", "5"]
    told = []
    for workers in ("1", "2"):
        assert main([*command, "--workers", workers]) == 0
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]


def test_a_plan_for_reading_has_neither_chains_nor_writes() -> None:
    plan = Plan("voucherify", writes=False)
    assert {kind for kind, _ in tasks(plan)} == {"operation"}
    assert {label.split()[0] for label in load(plan).labels()} == {"GET"}


# Rendering


def broken() -> Checked:
    failures = [Failure("Undocumented HTTP status code", "418: no\x00pe", "curl x")]
    return Checked("id", "GET /x", failures=failures, dropped=2, faults=["Traceback: oh"], preparation=["curl first"])


def test_the_summary_tells_failures_faults_and_what_to_run_first() -> None:
    found = broken()
    found.statuses[418] += 3
    found.unanswered = 1
    text = rendering.as_text([found, Checked("ok", "GET /ok")])
    assert "GET /x                                                                4         4  418 x3, none x1" in text
    assert "2 more failures are not told" in text
    assert "a fault of stampcard's own\n  Traceback: oh" in text
    assert "`stampcard up --frozen`, after these:\n  curl first" in text
    assert text.endswith("2 operations, 0 chains, 4 calls; 1 broke the contract\n")


def test_junit_has_a_failed_case_for_what_is_broken() -> None:
    text = rendering.as_junit([broken(), Checked("ok", "GET /ok")], "name")
    assert 'tests="2" failures="1" errors="0"' in text
    assert "\x00" not in text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_progress_is_a_bar_on_a_terminal_and_plain_lines_elsewhere(stream: Any) -> None:
    shown = stream()
    outcomes = [Checked(str(number), f"GET /{number}") for number in range(20)]
    assert list(rendering.followed(outcomes, 20, shown)) == outcomes
    text = shown.getvalue()
    if stream is Terminal:
        assert "\x1b[" in text
        assert "20/20" in text
    else:
        assert text.splitlines()[0] == "2 of 20 done, 0 broken"
        assert text.splitlines()[-1] == "20 of 20 done, 0 broken"
        assert len(text.splitlines()) == 10
