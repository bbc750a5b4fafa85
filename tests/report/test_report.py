"""The consumer contract: from a journal, from a HAR, and against an earlier one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from stampcard.blocking import LiveWorld
from stampcard.cli import main
from stampcard.client import WorldClient
from stampcard.core.coverage import contracts
from stampcard.report.exchanges import Reader, Unreadable
from stampcard.report.findings import compared, findings
from stampcard.report.rendering import as_json, as_junit, as_markdown
from stampcard.report.usage import Usage, collect

HOSTS = {"braze": {"rest.*.braze.com": "api"}, "voucherify": {"api.voucherify.io": "api"}}


def reader(**hosts: str) -> Reader:
    return Reader(contracts(), HOSTS, hosts)


def har_entry(url: str, body: Any = None, status: int = 201, at: str = "2026-01-15T09:00:00.000Z") -> dict[str, Any]:
    posted = {"mimeType": "application/json", "text": json.dumps(body)} if body is not None else {}
    return {
        "startedDateTime": at,
        "request": {"method": "POST" if posted else "GET", "url": url, "headers": [], "postData": posted},
        "response": {"status": status, "content": {"mimeType": "application/json", "text": "{}"}},
    }


def har(folder: Path, *entries: dict[str, Any]) -> Path:
    path = folder / "recorded.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": list(entries)}}), encoding="utf-8")
    return path


def of_har(folder: Path, *entries: dict[str, Any]) -> Usage:
    return collect(reader().har(har(folder, *entries)))


TRACK = "https://rest.iad-01.braze.com/users/track"


async def test_the_journal_tells_operations_fields_and_answers(world: WorldClient) -> None:
    key = {"Authorization": f"Bearer {world.braze['api_key']}"}
    body = {"attributes": [{"external_id": "ada", "first_name": "Ada"}, {"external_id": "bob"}], "colour": "red"}
    await world.braze.post("/users/track", json=body, headers=key)
    await world.braze.get("/no/such/path", headers=key)
    usage = collect(reader().journal(await world.journal()))
    use = usage.vendors["braze"].operations["users_track"]
    assert (use.calls, use.statuses, use.emulation) == (1, {"201": 1}, "stateful")
    assert use.fields["/attributes/*/external_id"] == 2
    assert use.batches["/attributes"] == (2, 2, 0)
    assert "/colour" in use.undocumented
    assert usage.vendors["braze"].unknown == {"GET /no/such/path": 1}


def test_a_har_is_read_and_other_hosts_are_only_counted(tmp_path: Path) -> None:
    read = reader()
    entries = (har_entry(TRACK, {"attributes": []}), har_entry("https://example.com/x"))
    usage = collect(read.har(har(tmp_path, *entries)))
    assert list(usage.vendors["braze"].operations) == ["users_track"]
    assert read.strangers == {"example.com": 1}


def test_a_named_host_is_a_vendor_s(tmp_path: Path) -> None:
    path = har(tmp_path, har_entry("http://localhost:9999/v1/publications", {"campaign": "Spring"}))
    usage = collect(reader(**{"localhost:9999": "voucherify"}).har(path))
    assert list(usage.vendors["voucherify"].operations) == ["create-publication"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("{", "not JSON"), ("{}", "log.entries"), ('{"log": {"entries": [{}]}}', "entry 0"), ("[]", "log.entries")],
)
def test_a_har_that_cannot_be_read_is_said_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "broken.har"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable, match=reason):
        list(reader().har(path))


def test_repeating_after_a_500_without_a_key_is_a_finding(tmp_path: Path) -> None:
    sent = {"events": [{"external_id": "ada", "name": "x", "time": "2026-01-15T09:00:00Z"}]}
    usage = of_har(tmp_path, har_entry(TRACK, sent, 500), har_entry(TRACK, sent))
    assert "repeated after 500" in " ".join(finding.message for finding in findings(usage))


def test_not_waiting_after_a_429_is_an_error(tmp_path: Path) -> None:
    usage = of_har(tmp_path, har_entry(TRACK, {"attributes": []}, 429), har_entry(TRACK, {"attributes": []}))
    assert [f.severity for f in findings(usage) if "did not wait" in f.message] == ["error"]


def test_the_same_source_id_again_is_counted(tmp_path: Path) -> None:
    url, body = "https://api.voucherify.io/v1/publications", {"campaign": "Spring", "source_id": "s1"}
    usage = of_har(tmp_path, har_entry(url, body, 200), har_entry(url, body, 200))
    use = usage.vendors["voucherify"].operations["create-publication"]
    assert (use.keys, use.repeated) == (["/source_id"], 1)


def test_a_use_that_grew_is_an_error_and_one_that_shrank_is_not(tmp_path: Path) -> None:
    small = of_har(tmp_path, har_entry(TRACK, {"attributes": [{"external_id": "a"}]}))
    large = of_har(tmp_path, har_entry(TRACK, {"attributes": [{"external_id": "a", "email": "a@example.com"}]}))
    assert [f.message for f in compared(small, large)] == ["a new field: /attributes/*/email"]
    assert compared(large, small) == []


def test_the_three_forms_say_the_same(tmp_path: Path) -> None:
    usage = of_har(tmp_path, har_entry(TRACK, {"attributes": []}), har_entry("https://rest.iad-01.braze.com/nope"))
    found = findings(usage)
    assert "| users_track | 1 | 201 ×1 |" in as_markdown(usage, found)
    assert json.loads(as_json(usage))["vendors"]["braze"]["unknown"] == {"GET /nope": 1}
    suite = ElementTree.fromstring(as_junit(found))
    assert suite.get("failures") == "1"


def test_the_command_ratchets(tmp_path: Path, live_world: LiveWorld, capsys: pytest.CaptureFixture[str]) -> None:
    control, kept = live_world.facts["control"]["url"], str(tmp_path / "contract.json")
    command = ["report", "--url", control, "--world", live_world.name]
    key = {"Authorization": f"Bearer {live_world['braze']['api_key']}"}
    body = {"attributes": [{"external_id": "ada"}]}
    live_world.run(live_world.world.braze.post("/users/track", json=body, headers=key))
    assert main([*command, "--write", kept]) == 0
    assert main([*command, "--against", kept]) == 0
    live_world.run(live_world.world.braze.post("/users/export/ids", json={"external_ids": ["ada"]}, headers=key))
    assert main([*command, "--against", kept]) == 1
    assert "a new operation is used" in capsys.readouterr().out
