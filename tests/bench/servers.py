"""The two servers that are compared, each a process of its own."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.bench.requests import CAMPAIGN, voucherify

ROOT = Path(__file__).parents[2]
SETTLE = {"campaign_type": "DISCOUNT_COUPONS", "type": "AUTO_UPDATE"}
DISCOUNT = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10}}


def environment() -> dict[str, str]:
    """Both servers start from compiled modules, as installed ones do, whatever this shell says about bytecode."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "stampcard-bench-pycache"), **kept}


@contextmanager
def running(*command: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server, and the first line it prints."""
    server = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment()
    )
    assert server.stdout is not None
    try:
        yield server, server.stdout.readline()
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


@contextmanager
def bare() -> Iterator[tuple[int, int]]:
    """Port and process id of the bare app."""
    with running("-m", "tests.bench.bare") as (server, line):
        port = int(line)
        answered(f"http://127.0.0.1:{port}/health")
        yield port, server.pid


@contextmanager
def stampcard() -> Iterator[tuple[dict[str, Any], int]]:
    """Ready line and process id of `stampcard up`."""
    with running("-m", "stampcard", "up", "--port", "0", "--json") as (server, line):
        facts = json.loads(line)
        answered(f"{facts['control']['url']}/_stampcard/health")
        yield facts, server.pid


def answered(url: str) -> None:
    """Wait for the first 200."""
    while True:
        try:
            with urllib.request.urlopen(url) as response:
                assert response.status == 200
                return
        except OSError:
            time.sleep(0.001)


def start_up(server: Any) -> float:
    """Seconds from nothing to the first 200."""
    began = time.perf_counter()
    with server():
        return time.perf_counter() - began


def resident(pid: int) -> float:
    """Megabytes a process holds (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def busy(pid: int) -> float:
    """Seconds a process has had a processor (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(port: int, requests: list[bytes]) -> dict[str, float]:
    work = json.dumps({"port": port, "requests": [base64.b64encode(raw).decode() for raw in requests]})
    command = [sys.executable, "-m", "tests.bench.load"]
    ran = subprocess.run(command, input=work + "\n", capture_output=True, text=True, cwd=ROOT, check=False)
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def prepare(facts: dict[str, Any]) -> None:
    """What the measured calls need: a campaign that makes a code for whoever asks."""
    body = {"name": CAMPAIGN, **SETTLE, "voucher": DISCOUNT}
    url = f"{facts['voucherify']['url']}/v1/campaigns"
    httpx.post(url, json=body, headers=voucherify(facts), trust_env=False).raise_for_status()
