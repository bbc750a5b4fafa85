"""Fifty worlds on one server, used at once by eight processes: nobody sees anybody else."""

from __future__ import annotations

import http.client
import json
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from stampcard.server import BackgroundServer

WORLDS, WORKERS, ROUNDS = 50, 8, 1

Line = dict[str, Any]


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
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        made = [found for worker in pool.map(work, range(WORKERS), [lines] * WORKERS) for found in worker]
    yield lines, [[code for number, code in made if number == world] for world in range(WORLDS)]
    for line in lines:
        control.delete(f"/worlds/{line['world']}")


def work(worker: int, lines: list[Line]) -> list[tuple[int, str]]:
    """Everything one worker does: it goes round the worlds, starting at one of its own. World and code of each send."""
    made = []
    for step in range(WORLDS * ROUNDS):
        number = (step + worker * WORLDS // WORKERS) % WORLDS
        line, name = lines[number], f"{lines[number]['world']}-{worker}-{step}"
        call(line, "braze", "/users/track", {"attributes": [{"external_id": name, "home": line["world"]}]})
        body = {"campaign": {"name": "Spring"}, "customer": {"source_id": name}, "source_id": f"send-{worker}-{step}"}
        made.append((number, call(line, "voucherify", "/v1/publications", body)["voucher"]["code"]))
    return made


def call(line: Line, vendor: str, path: str, body: Any = None, expected: int = 200) -> Any:
    """A call with a world's own credentials (POST with a body, else GET) and the status it must have."""
    keys = {
        "braze": lambda keys: {"Authorization": f"Bearer {keys['api_key']}"},
        "voucherify": lambda keys: {"X-App-Id": keys["app_id"], "X-App-Token": keys["app_token"]},
    }[vendor](line[vendor])
    connection = http.client.HTTPConnection(urlsplit(line[vendor]["url"]).netloc, timeout=60)
    headers = {"Content-Type": "application/json", **keys}
    connection.request("GET" if body is None else "POST", path, body and json.dumps(body), headers)
    response = connection.getresponse()
    raw = response.read()
    connection.close()
    assert response.status in (expected, expected + 1), raw
    assert response.getheader("X-Stampcard-World") == line["world"]
    return json.loads(raw)


def test_each_world_saw_its_own_calls_and_no_other(control: httpx.Client, used: Any) -> None:
    for line in used[0]:
        entries = control.get(f"/worlds/{line['world']}/journal").json()["entries"]
        calls = [entry for entry in entries if entry["caller"] == "outside"]
        assert len(calls) == 1 + 2 * WORKERS * ROUNDS
        assert len({entry["id"] for entry in entries}) == len(entries)
        assert [entry for entry in entries if mentions_another(entry, line["world"])] == []


def mentions_another(entry: Any, world: str) -> bool:
    text = json.dumps(entry["request"]["body"]) if entry["kind"] == "call" else ""
    return "isolated-" in text.replace(f'"{world}"', "").replace(f'"{world}-', "")


def test_each_world_has_its_own_profiles_and_no_other(used: Any) -> None:
    lines, _ = used
    names = {line["world"]: [] for line in lines}  # type: dict[str, list[str]]
    for worker in range(WORKERS):
        for step in range(WORLDS * ROUNDS):
            world = lines[(step + worker * WORLDS // WORKERS) % WORLDS]["world"]
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
        assert len(set(own)) == len(own) == WORKERS * ROUNDS
        call(line, "voucherify", f"/v1/vouchers/{own[0]}")
        call(line, "voucherify", f"/v1/vouchers/{foreign[0]}", expected=404)
