"""Fifty worlds on one server, used at once by eight processes: nobody sees anybody else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from stampcard.server import BackgroundServer
from tests.isolation_worker import Line, call, turns

WORLDS, WORKERS = 50, 8
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def control(stampcard_server: BackgroundServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{stampcard_server.control_url}/_stampcard", trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def used(control: httpx.Client) -> Iterator[tuple[list[Line], list[list[str]]]]:
    """The worlds, after all workers have used all of them, and the codes each world gave out."""
    lines: list[Line] = []
    for number in range(WORLDS):
        lines.append(control.post("/worlds", json={"name": f"isolated-{number}", "seed": number}).json())
        call(
            lines[-1],
            "voucherify",
            "/v1/campaigns",
            {
                "name": "Spring",
                "campaign_type": "DISCOUNT_COUPONS",
                "type": "AUTO_UPDATE",
                "voucher": {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10}},
            },
        )
    command = [sys.executable, "-m", "tests.isolation_worker"]
    workers = [subprocess.Popen(command, stdin=-1, stdout=-1, text=True, cwd=ROOT) for _ in range(WORKERS)]
    for number, worker in enumerate(workers):
        assert worker.stdin is not None
        worker.stdin.write(json.dumps({"worker": number, "workers": WORKERS, "lines": lines}) + "\n")
        worker.stdin.flush()
    made = [found for worker in workers for found in json.loads(worker.communicate()[0])]
    yield lines, [[code for number, code in made if number == world] for world in range(WORLDS)]
    for line in lines:
        control.delete(f"/worlds/{line['world']}")


def test_each_world_saw_its_own_calls_and_no_other(control: httpx.Client, used: Any) -> None:
    for line in used[0]:
        entries = control.get(f"/worlds/{line['world']}/journal").json()["entries"]
        calls = [entry for entry in entries if entry["caller"] == "outside"]
        assert len(calls) == 1 + 2 * WORKERS
        assert len({entry["id"] for entry in entries}) == len(entries)
        assert [entry for entry in entries if mentions_another(entry, line["world"])] == []


def mentions_another(entry: Any, world: str) -> bool:
    text = json.dumps(entry["request"]["body"]) if entry["kind"] == "call" else ""
    return "isolated-" in text.replace(f'"{world}"', "").replace(f'"{world}-', "")


def test_each_world_has_its_own_profiles_and_no_other(used: Any) -> None:
    lines, _ = used
    names = {line["world"]: [] for line in lines}  # type: dict[str, list[str]]
    for worker in range(WORKERS):
        for step, number in turns(worker, WORKERS, WORLDS):
            world = lines[number]["world"]
            names[world].append(f"{world}-{worker}-{step}")
    for line, other in zip(lines, lines[1:] + lines[:1], strict=True):
        asked = {
            "external_ids": names[line["world"]] + names[other["world"]],
            "fields_to_export": ["external_id", "custom_attributes"],
        }
        users = call(line, "braze", "/users/export/ids", asked)["users"]
        assert sorted(user["external_id"] for user in users) == sorted(names[line["world"]])
        assert {user["custom_attributes"]["home"] for user in users} == {line["world"]}


def test_each_world_gave_out_its_own_codes(used: Any) -> None:
    lines, codes = used
    for line, own, foreign in zip(lines, codes, codes[1:] + codes[:1], strict=True):
        assert len(set(own)) == len(own) == WORKERS
        call(line, "voucherify", f"/v1/vouchers/{own[0]}")
        call(line, "voucherify", f"/v1/vouchers/{foreign[0]}", expected=404)
