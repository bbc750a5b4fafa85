"""An exported document is served by Prism, a mock server that others wrote: it reads every path and every schema."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from stampcard.core import codec
from stampcard.core.contract import load
from stampcard.core.export import openapi

PRISM = Path(__file__).with_name("prism")
SIGNED = "ANTAVO-HMAC-SHA256 Credential=k/20260115/st2/api/antavo_request, SignedHeaders=date;host, Signature=0"
CALLS: dict[str, tuple[str, list[dict[str, str]], list[str]]] = {
    "braze": ("/catalogs", [{"Authorization": "Bearer key"}], ["catalogs", "message"]),
    "punchh": ("/api2/mobile/users/balance", [{"x-pch-digest": "0", "Authorization": "Bearer token"}], []),
    "voucherify": (
        "/v1/customers/cust_1",
        [{"X-App-Id": "id", "X-App-Token": "token"}, {"Authorization": "Bearer token"}],
        ["id", "object", "source_id"],
    ),
    "antavo": ("/customers/ada", [{"Authorization": SIGNED}], ["id", "score", "spendable"]),
}
"""What is asked of each: a path, the ways to prove who asks, and members its answer must have."""

OPEN = ("punchh", "antavo")
"""Vendors with a page that nobody has to prove anything for."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.slow
@pytest.mark.parametrize("vendor", CALLS)
def test_prism_serves_an_exported_document(vendor: str, tmp_path: Path) -> None:
    prism = PRISM / "node_modules" / ".bin" / "prism"
    if shutil.which("node") is None or not prism.exists():
        pytest.skip("Prism is not installed: `make test` does that where there is npm")
    document = tmp_path / f"{vendor}.json"
    document.write_bytes(codec.encode(openapi(load(vendor))))
    port = free_port()
    command = [str(prism), "mock", "--host", "127.0.0.1", "--port", str(port), str(document)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as serving:
        watchdog = threading.Timer(120, serving.kill)
        watchdog.start()
        try:
            assert serving.stdout is not None
            told = []
            for line in serving.stdout:
                told.append(line)
                if "Prism is listening" in line:
                    break
            else:
                pytest.fail("Prism refused the document:\n" + "".join(told[-20:]))
            assert_answers(vendor, port)
        finally:
            watchdog.cancel()
            serving.kill()


def assert_answers(vendor: str, port: int) -> None:
    """Whole proofs are let in, any part of one left out is not."""
    path, ways, members = CALLS[vendor]
    assert asked(port, path, {}).status_code == 401
    for proofs in ways:
        response = asked(port, path, proofs)
        assert response.status_code == 200, response.text
        body: Any = response.json()
        assert set(members) <= set(body)
        for left_out in proofs:
            less = {name: value for name, value in proofs.items() if name != left_out}
            assert asked(port, path, less).status_code == 401, left_out
    if vendor in OPEN:
        assert asked(port, "/oauth/authorize?client_id=a&redirect_uri=b", {}).status_code != 401


def asked(port: int, path: str, headers: dict[str, str]) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{port}{path}", headers=headers, trust_env=False, timeout=30)
