"""Recording: byte for byte through, both directions checked, nothing of anybody in the file, cases that hold."""

from __future__ import annotations

import gzip
import json
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from stampcard.blocking import LiveWorld
from stampcard.check.signing import signature
from stampcard.cli import main
from stampcard.client import WorldClient
from stampcard.core.clock import wall_now
from stampcard.core.coverage import contracts
from stampcard.report.exchanges import Reader
from tests.loopback import Asked, flood, garbage, hang_up, reply, serving, silence
from tests.parity.test_parity import test_row as play_row
from tests.record.recording import Recording, recording

ADA = {"source_id": "ann", "name": "Ann Lovelace", "email": "ann@shop.test", "phone": "+41791234567"}


def entries(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_bytes())["log"]["entries"]
    return found


def keys(live: LiveWorld) -> dict[str, str]:
    facts = live["voucherify"]
    return {"X-App-Id": facts["app_id"], "X-App-Token": facts["app_token"]}


def publishing(url: str, headers: dict[str, str]) -> list[httpx.Response]:
    """A campaign, a customer with a birthday, a code published, read, redeemed once and once too often."""
    tenth = {
        "type": "DISCOUNT_VOUCHER",
        "discount": {"type": "PERCENT", "percent_off": 10},
        "redemption": {"quantity": 1},
    }
    campaign = {"name": "Spring", "campaign_type": "DISCOUNT_COUPONS", "type": "AUTO_UPDATE", "voucher": tenth}
    with httpx.Client(base_url=url, headers=headers, trust_env=False) as http:
        answers = [
            http.post("/v1/campaigns", json=campaign),
            http.post(
                "/v1/customers", json={**ADA, "birthdate": "1990-02-03", "address": {"city": "Zug", "line_1": "A 1"}}
            ),
            http.post("/v1/publications", json={"campaign": {"name": "Spring"}, "customer": {"source_id": "ann"}}),
        ]
        code = answers[-1].json()["voucher"]["code"]
        redeem = {
            "redeemables": [{"object": "voucher", "id": code}],
            "customer": {"source_id": "ann"},
            "order": {"amount": 900},
        }
        answers += [
            http.get(f"/v1/vouchers/{code}"),
            http.post("/v1/redemptions", json=redeem),
            http.post("/v1/redemptions", json=redeem),
            http.get("/v1/customers", params={"email": "ann@shop.test", "colour": "red"}),
            http.get("/v1/customers/nobody@shop.test"),
        ]
        return answers


def test_a_call_goes_through_byte_for_byte(tmp_path: Path) -> None:
    packed = gzip.compress(b'{"a": 1}')
    answer = reply(207, packed, "Content-Encoding: gzip", "X-Odd: \xe9", "Set-Cookie: a=1", "Set-Cookie: b=2")
    body = b'{ "spaces" : 1.0 }'
    with serving(lambda asked: answer) as upstream, recording("braze", f"{upstream.url}/base", tmp_path) as recorder:
        asked = httpx.Request(
            "POST",
            recorder.url,
            headers=[("Host", recorder.url[7:]), ("X-Two", "1"), ("X-Two", "2"), ("Content-Length", str(len(body)))],
            content=body,
            extensions={"target": b"/users/%2Ftrack/./x?b=2&a=%20"},
        )
        with httpx.Client(trust_env=False) as http:
            response = http.send(asked, stream=True)
            raw = b"".join(response.iter_raw())
            response.close()
    [got] = upstream.asked
    assert (got.method, got.target, got.body) == ("POST", "/base/users/%2Ftrack/./x?b=2&a=%20", body)
    assert got.headers["host"] == upstream.url[7:]
    assert (response.status_code, raw) == (207, packed)
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]
    [entry] = entries(recorder.path)
    assert entry["response"]["content"]["text"] == '{"a":1}'


def test_a_host_the_client_signed_is_left_alone(tmp_path: Path) -> None:
    with serving(lambda asked: reply(200)) as upstream, recording("antavo", upstream.url, tmp_path) as recorder:
        httpx.get(f"{recorder.url}/x", headers={"Host": "api.st2.eu.antavo.com"}, trust_env=False)
    assert upstream.asked[0].headers["host"] == "api.st2.eu.antavo.com"


def test_both_directions_are_checked_and_told_without_values(tmp_path: Path, live_world: LiveWorld) -> None:
    with recording("voucherify", live_world["voucherify"]["url"], tmp_path) as recorder:
        answers = publishing(recorder.url, keys(live_world))
        httpx.post(f"{recorder.url}/v1/nope", json={"a": 1}, trust_env=False)
        httpx.post(f"{recorder.url}/v1/customers", json=[1], headers=keys(live_world), trust_env=False)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 400, 200, 404]
    said = "\n".join(recorder.said)
    assert "POST /v1/publications 200 create-publication" in said
    assert "    request: the parameter colour is not documented" in said
    assert "    request: the contract has no such path" in said
    assert "    request: / breaks type object" in said
    assert "shop.test" not in said and "Lovelace" not in said


def test_a_reply_off_its_contract_is_told(tmp_path: Path) -> None:
    def answer(asked: Asked) -> bytes:
        status = 201 if asked.target == "/users/track" else 418
        return reply(status, b'{"message": 7}', "Content-Type: application/json")

    with serving(answer) as upstream, recording("braze", upstream.url, tmp_path) as recorder:
        httpx.post(f"{recorder.url}/users/track", json={"attributes": [{"external_id": "a"}]}, trust_env=False)
        httpx.get(f"{recorder.url}/events/list", trust_env=False)
    assert [line for line in recorder.said if line.startswith("    ")] == [
        "    reply 201: /message breaks const success",
        "    reply: the status 418 is not in the contract",
    ]


def test_nothing_of_anybody_is_in_the_file(tmp_path: Path, live_world: LiveWorld) -> None:
    with recording("voucherify", live_world["voucherify"]["url"], tmp_path) as recorder:
        publishing(recorder.url, keys(live_world))
    text = recorder.path.read_text(encoding="utf-8")
    facts = live_world["voucherify"]
    for secret in (facts["app_id"], facts["app_token"], "shop.test", "Lovelace", "+41791234567", "1990-02-03", "A 1"):
        assert secret not in text, secret
    document = json.loads(text)["log"]
    assert (document["version"], document["creator"]["name"]) == ("1.2", "stampcard")
    created, published = (json.loads(entry["request"]["postData"]["text"]) for entry in document["entries"][1:3])
    searched = document["entries"][6]["request"]["queryString"]
    assert {"name": "email", "value": created["email"]} in searched
    assert published["customer"]["source_id"] == "ann"


GUEST = {"email": "gus@shop.test", "password": "Passw0rd!", "first_name": "Gustav", "last_name": "Mahler"}


def punchh(live: LiveWorld, url: str, method: str, path: str, body: Any = None, token: str = "") -> httpx.Response:
    content = json.dumps({"client": live["punchh"]["client"], **body}).encode() if body is not None else None
    headers = {"Content-Type": "application/json"} if content else {}
    asked = httpx.Request(method, url + path, content=content, headers=headers)
    facts = {**live["punchh"], **({"token": token} if token else {})}
    with httpx.Client(trust_env=False) as http:
        asked.headers.update(signature("punchh", facts, asked, wall_now()))
        return http.send(asked)


def signing_up(live: LiveWorld, url: str) -> None:
    """A guest signs up with a signature, reads the balance with the token got, and changes a name."""
    made = punchh(live, url, "POST", "/api2/mobile/users", {"user": GUEST})
    assert made.status_code == 200, made.text
    token = made.json()["access_token"]["token"]
    path = f"/api2/mobile/users/balance?client={live['punchh']['client']}"
    assert punchh(live, url, "GET", path, token=token).status_code == 200
    changed = punchh(live, url, "PUT", "/api2/mobile/users", {"user": {"first_name": "Alma"}}, token)
    assert changed.status_code == 200, changed.text
    assert punchh(live, url, "POST", "/api2/mobile/users", {"user": GUEST}).status_code == 422


def test_signatures_survive_and_a_guest_s_token_correlates(tmp_path: Path, live_world: LiveWorld) -> None:
    with recording("punchh", live_world["punchh"]["url"], tmp_path) as recorder:
        signing_up(live_world, recorder.url)
    found = entries(recorder.path)
    token = json.loads(found[0]["response"]["content"]["text"])["access_token"]["token"]
    sent = {one["name"].lower(): one["value"] for one in found[1]["request"]["headers"]}
    assert sent["authorization"] == f"Bearer {token}" and token.startswith("masked")
    text = recorder.path.read_text(encoding="utf-8")
    for secret in (live_world["punchh"]["client"], live_world["punchh"]["secret"], "shop.test", "Mahler", "Passw0rd!"):
        assert secret not in text, secret


def read(recorder: Recording, vendor: str, upstream: str) -> Any:
    host = upstream.removeprefix("http://").partition("/")[0]
    return list(Reader(contracts(), {}, {host: vendor}).har(recorder.path))


@pytest.mark.parametrize("vendor", ["voucherify", "punchh"])
async def test_cases_made_of_a_recording_hold_against_a_fresh_world(
    tmp_path: Path, live_world: LiveWorld, world: WorldClient, vendor: str, capsys: pytest.CaptureFixture[str]
) -> None:
    upstream = live_world[vendor]["url"]
    with recording(vendor, upstream, tmp_path) as recorder:
        publishing(recorder.url, keys(live_world)) if vendor == "voucherify" else signing_up(live_world, recorder.url)
    out = tmp_path / "cases.yaml"
    host = f"{upstream.removeprefix('http://')}={vendor}"
    assert main(["report", "--har", str(recorder.path), "--host", host, "--cases", str(out)]) in (0, 1)
    rows = yaml.safe_load(out.read_text(encoding="utf-8"))
    assert len(rows) == {"voucherify": 8, "punchh": 4}[vendor]
    assert {row["provenance"] for row in rows} == {"observed"}
    for row in rows:
        await world.reset()
        await play_row(world, vendor, row)
    last = rows[5] if vendor == "voucherify" else rows[2]
    assert last["before"] and last["reply"]["contains"]


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (silence, 504, "    the upstream said nothing for 0.2 s"),
        (hang_up, 502, "    the upstream cannot be read: RemoteProtocolError"),
        (garbage, 502, "    the upstream cannot be read: RemoteProtocolError"),
    ],
)
def test_a_hostile_upstream_is_told_per_call_and_the_run_goes_on(
    tmp_path: Path, answer: Any, status: int, said: str
) -> None:
    def odd(asked: Asked) -> Any:
        return reply(200, b"{}", "Content-Type: application/json") if asked.target == "/good" else answer(asked)

    with serving(odd) as upstream, recording("braze", upstream.url, tmp_path, timeout=0.2) as recorder:
        bad = httpx.get(f"{recorder.url}/events/list", trust_env=False)
        good = httpx.get(f"{recorder.url}/good", trust_env=False)
    assert (bad.status_code, bad.headers["x-stampcard-record"], good.status_code) == (status, "error", 200)
    assert any(line.startswith(said) for line in recorder.said)
    first, second = entries(recorder.path)
    assert (first["response"]["status"], second["response"]["status"]) == (0, 200)
    assert first["response"]["_error"]


def test_an_answer_that_breaks_off_is_cut_for_the_client_too(tmp_path: Path) -> None:
    half = b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n" + b"x" * 50
    with serving(lambda asked: half) as upstream, recording("braze", upstream.url, tmp_path) as recorder:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{recorder.url}/events/list", trust_env=False)
    assert recorder.said[-1].startswith("    the upstream cannot be read")


def test_50_mb_go_through_and_are_not_kept(tmp_path: Path) -> None:
    size = 50 * 1024 * 1024
    with serving(flood) as upstream, recording("braze", upstream.url, tmp_path) as recorder:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with httpx.stream("GET", f"{recorder.url}/events/list", trust_env=False) as response:
            got = sum(len(part) for part in response.iter_raw())
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert got == size
    assert (after - before) * 1024 < size // 2, "held in memory"
    content = entries(recorder.path)[0]["response"]["content"]
    assert content["size"] == size and "could not be masked and are left out: too long" in content["comment"]
    assert recorder.path.stat().st_size < 10_000


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(b"0" * 200 * 1024 * 1024, 9)
    with serving(lambda asked: reply(200, bomb, "Content-Encoding: gzip")) as upstream:
        with recording("braze", upstream.url, tmp_path) as recorder:
            with httpx.stream("GET", f"{recorder.url}/events/list", trust_env=False) as response:
                assert sum(len(part) for part in response.iter_raw()) == len(bomb)
    assert "left out" in entries(recorder.path)[0]["response"]["content"]["comment"]


# The command


def started(tmp_path: Path, upstream: str, *options: str) -> tuple[subprocess.Popen[str], str, Path]:
    path = tmp_path / "out.har"
    command = [sys.executable, "-m", "stampcard", "record", "voucherify", "--upstream", upstream, "--out", str(path)]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert f" passes every call on to {upstream} and writes {path}" in line, line
    return process, line.split()[0], path


def test_the_command_records_until_it_is_told_to_stop(tmp_path: Path, live_world: LiveWorld) -> None:
    cases = tmp_path / "cases.yaml"
    process, url, path = started(tmp_path, live_world["voucherify"]["url"], "--cases", str(cases), "--pseudonyms", "k")
    publishing(url, keys(live_world))
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=30)
    assert (process.returncode, error) == (0, "")
    assert "8 calls, 1 with differences, 0 without a whole answer" in out
    assert len(entries(path)) == len(yaml.safe_load(cases.read_text(encoding="utf-8"))) == 8


def test_what_was_recorded_before_a_crash_is_there(tmp_path: Path, live_world: LiveWorld) -> None:
    process, url, path = started(tmp_path, live_world["voucherify"]["url"])
    for number in range(5):
        httpx.get(f"{url}/v1/vouchers/{number}", headers=keys(live_world), trust_env=False)
    process.kill()
    process.communicate()
    host = live_world["voucherify"]["url"].removeprefix("http://")
    assert len(list(Reader(contracts(), {}, {host: "voucherify"}).har(path))) >= 4
    assert main(["report", "--har", str(path), "--host", f"{host}=voucherify"]) == 0


BAD: list[tuple[list[str], str]] = [
    (["--upstream", "api.voucherify.io", "--out", "x.har"], "not a base URL such as"),
    (["--upstream", "http://x/?a=1", "--out", "x.har"], "not a base URL such as"),
    (["--upstream", "http://127.0.0.1:9", "--out", "taken.har"], "taken.har is there already; nothing was recorded"),
    (["--upstream", "http://127.0.0.1:9", "--out", "no/such/x.har"], "No such file"),
    (["--upstream", "http://127.0.0.1:9", "--out", "x.har", "--timeout", "0"], "more than 0 seconds"),
]


@pytest.mark.parametrize(("options", "said"), BAD)
def test_what_cannot_begin_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken.har").write_text("mine", encoding="utf-8")
    assert main(["record", "voucherify", *options]) == 2
    assert said in capsys.readouterr().err
    assert (tmp_path / "taken.har").read_text(encoding="utf-8") == "mine"
