"""`stampcard check`, as a person or a pipeline runs it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree

import pytest

from stampcard.blocking import LiveWorld
from stampcard.cli import main

pytestmark = pytest.mark.filterwarnings("ignore")

CHECK = ["check", "antavo", "--group", "events", "--max-examples", "3"]


def test_a_fresh_world_keeps_its_contract(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    junit = tmp_path / "check.xml"
    assert main([*CHECK, "--junit", str(junit)]) == 0
    told = capsys.readouterr()
    assert "against a fresh world: all operations" in told.err
    assert "0 broke the contract" in told.out
    suite = ElementTree.fromstring(junit.read_text(encoding="utf-8"))
    assert suite.attrib["failures"] == "0"
    assert "POST /events" in {case.attrib["name"] for case in suite}


def test_the_same_seed_makes_the_same_calls(capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for _ in range(2):
        main([*CHECK, "--seed", "5"])
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]


def test_a_live_server_is_checked_over_sockets(
    live_world: LiveWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps(live_world.facts))
    command = ["check", "braze", "--group", "user_export", "--max-examples", "2", "--credentials", str(facts)]
    main([*command, "--url", live_world["braze"]["url"]])
    assert "user" in capsys.readouterr().out
    assert live_world.journal(vendor="braze")


class Garbage(BaseHTTPRequestHandler):
    """A server that is none of ours and keeps nothing."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"\xff<garbage")

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def garbage() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Garbage)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def at(url: str, credentials: Path) -> list[str]:
    return ["--url", url, "--credentials", str(credentials)]


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    file = tmp_path / "antavo.json"
    file.write_text(json.dumps({"api_key": "key", "api_secret": "secret", "stack": "st2"}))
    return file


def test_a_server_of_garbage_is_told_call_by_call(
    garbage: str, credentials: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    junit = tmp_path / "check.xml"
    assert main([*CHECK, *at(garbage, credentials), "--allow-writes", "--rate", "1000", "--junit", str(junit)]) == 1
    told = capsys.readouterr().out
    assert "curl -sS -i --globoff --path-as-is -X POST" in told
    assert "200 with credentials left out" in told
    assert ElementTree.fromstring(junit.read_text(encoding="utf-8")).attrib["failures"] != "0"


def test_nobody_there_is_told_too(credentials: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CHECK, *at("http://127.0.0.1:9", credentials), "--allow-writes", "--rate", "1000"]) == 1
    told = capsys.readouterr().out
    assert "no answer" in told
    assert "given up, as nobody answers" in told


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--url", "http://127.0.0.1:9"], "--credentials FILE"),
        (["--group", "nothing"], "no emulated operation in group 'nothing'"),
        (["--url", "http://127.0.0.1:9", "--credentials", "{file}"], "not JSON"),
    ],
)
def test_what_cannot_begin_says_why(
    options: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.json"
    file.write_text("{")
    assert main(["check", "antavo", *(option.format(file=file) for option in options)]) == 2
    assert says in capsys.readouterr().err
