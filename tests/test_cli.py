"""The command line as other tools rely on it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

STAMPCARD = [sys.executable, "-m", "stampcard"]
READY = {
    "braze": {"url", "api_key", "app_id"},
    "punchh": {"url", "client", "secret", "admin_key", "location_key", "business_key"},
    "voucherify": {
        "url",
        "app_id",
        "app_token",
        "client_app_id",
        "client_token",
        "management_id",
        "management_token",
    },
    "antavo": {"url", "stack", "api_key", "api_secret"},
}


@pytest.fixture(scope="module")
def ready() -> Iterator[dict[str, Any]]:
    """The ready line of a server that `stampcard up` runs, stopped by Ctrl-C at the end."""
    server = subprocess.Popen([*STAMPCARD, "up", "--port", "0", "--json"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    with server.stdout:
        yield json.loads(server.stdout.readline())
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=20) == 0


def test_the_ready_line_names_every_url_and_credential(ready: dict[str, Any]) -> None:
    assert ready["world"] == "default"
    assert set(ready["control"]) == {"url"}
    assert {vendor: set(ready[vendor]) for vendor in READY} == READY


def test_every_url_of_the_ready_line_answers(ready: dict[str, Any]) -> None:
    assert httpx.get(f"{ready['control']['url']}/_stampcard/health", trust_env=False).json()["status"] == "ok"
    for vendor in READY:
        assert httpx.get(f"{ready[vendor]['url']}/no/such/path", trust_env=False).status_code == 404


def test_the_default_world_has_the_same_credentials_everywhere(ready: dict[str, Any]) -> None:
    from stampcard import Emulator

    emulator = Emulator()
    here = emulator.describe(emulator.add_world("default"))
    for vendor, members in READY.items():
        for member in members - {"url"}:
            assert ready[vendor][member] == here[vendor][member]


def test_the_server_s_own_calls_work_when_pasted() -> None:
    """Every line under "Try it" of the plain output answers 2xx."""
    server = subprocess.Popen([*STAMPCARD, "up", "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    with server.stdout:
        lines: list[str] = []
        while not (lines and "antavo POST" in lines[-1]):
            lines.append(server.stdout.readline())
            assert lines[-1], f"the server ended early: {lines}"
        for line in lines[lines.index("Try it:\n") + 1 :]:
            command = line.strip().replace("curl ", "curl -sf -o /dev/null -w '%{http_code}' ", 1)
            if " | curl" in line:
                command = line.strip().replace("| curl", "| curl -sf -o /dev/null -w '%{http_code}'")
            done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
            assert done.stdout.startswith("2"), (line, done)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=20) == 0


def test_a_taken_port_is_said_in_words(ready: dict[str, Any]) -> None:
    port = ready["control"]["url"].rpartition(":")[2]
    done = subprocess.run([*STAMPCARD, "up", "--port", port], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"control cannot listen on 127.0.0.1:{port}" in done.stderr


def test_a_setup_file_that_does_not_fit_is_said_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "setup.yaml"
    file.write_text("brace: {}\n", encoding="utf-8")
    command = [*STAMPCARD, "up", "--port", "0", "--setup", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "/brace: unknown" in done.stderr


def test_coverage_counts_every_documented_operation() -> None:
    done = subprocess.run([*STAMPCARD, "coverage", "--json"], capture_output=True, text=True, check=True)
    vendors = json.loads(done.stdout)["vendors"]
    counts = {name: vendor["documented"] for name, vendor in vendors.items()}
    assert counts == {"braze": 134, "punchh": 287, "voucherify": 386, "antavo": 132}
    for vendor in vendors.values():
        assert vendor["documented"] == vendor["stateful"] + vendor["static"] + vendor["not_emulated"]
        assert {"id", "group", "method", "path", "emulation", "provenance", "source"} == set(vendor["operations"][0])


def test_the_setup_schema_is_a_json_schema() -> None:
    import jsonschema

    done = subprocess.run([*STAMPCARD, "schema"], capture_output=True, text=True, check=True)
    jsonschema.Draft202012Validator.check_schema(json.loads(done.stdout))
