"""The file: whole after every call, whatever happens to the disk or the process."""

from __future__ import annotations

import json
import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from stampcard.core.contract import load
from stampcard.record.calls import KEPT, Copy, Passed, text_of
from stampcard.record.har import HarWriter, entry
from stampcard.record.masking import Masker
from stampcard.record.recorder import Recorder

START = datetime(2026, 1, 15, 9, tzinfo=UTC)


def passed(body: bytes = b'{"a": 1}', **more: Any) -> Passed:
    made = Passed(
        "POST",
        "/users/track?x=1",
        "https://rest.example/users/track?x=1",
        START,
        [("Content-Type", "application/json")],
    )
    made.request_body.add(body)
    made.status, made.reason = 201, "Created"
    made.response_headers = [("Content-Type", "application/json; charset=utf-8")]
    made.response_body.add(b'{"message": "success"}')
    made.answered, made.ended = START + timedelta(milliseconds=40), START + timedelta(milliseconds=50)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def of(one: Passed) -> dict[str, Any]:
    return entry(one, Masker("k"), "users_track", ["request: x"])


def test_an_entry_has_all_that_har_1_2_demands() -> None:
    found = of(passed())
    assert found.keys() >= {"startedDateTime", "time", "request", "response", "cache", "timings"}
    request = "method url httpVersion cookies headers queryString postData headersSize bodySize".split()
    response = "status statusText httpVersion cookies headers content redirectURL headersSize bodySize".split()
    assert [*found["request"].keys() - set(request)] == [*found["response"].keys() - set(response)] == []
    assert not set(request) - found["request"].keys() and not set(response) - found["response"].keys()
    assert (found["time"], found["timings"]) == (50, {"send": 0, "wait": 40, "receive": 10})
    assert found["startedDateTime"] == "2026-01-15T09:00:00.000Z"
    assert found["request"]["queryString"] == [{"name": "x", "value": "1"}]
    assert found["request"]["postData"] == {"mimeType": "application/json", "text": '{"a":1}'}
    assert found["_stampcard"] == {"operation": "users_track", "differences": ["request: x"]}


def test_the_file_is_whole_after_every_call(tmp_path: Path) -> None:
    writer = HarWriter(tmp_path / "a.har", "braze")
    for count in range(4):
        log = json.loads((tmp_path / "a.har").read_bytes())["log"]
        assert (log["version"], len(log["entries"])) == ("1.2", count)
        writer.add(of(passed()))
    writer.close()
    lines = (tmp_path / "a.har").read_bytes().splitlines()
    assert len(lines) == 6, "an entry a line"


def test_a_file_of_somebody_else_s_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        HarWriter(tmp_path / "a.har", "braze")
    assert (tmp_path / "a.har").read_bytes() == b"mine"


def test_a_disk_that_is_full_costs_a_call_and_not_the_file(tmp_path: Path) -> None:
    writer, said = HarWriter(tmp_path / "a.har", "braze"), list[str]()
    recorder = Recorder(load("braze"), Masker("k"), writer, said.append)
    recorder.note(passed())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "a.har").stat().st_size + 100, hard))
    try:
        recorder.note(passed())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(json.loads((tmp_path / "a.har").read_bytes())["log"]["entries"]) == 1
    assert said[-1] == "    not written: File too large"
    recorder.note(passed())
    assert len(json.loads((tmp_path / "a.har").read_bytes())["log"]["entries"]) == 2
    assert recorder.summary().startswith("3 calls, ") and recorder.summary().endswith("1 NOT WRITTEN")


def test_the_file_is_for_its_owner_s_eyes(tmp_path: Path) -> None:
    HarWriter(tmp_path / "a.har", "braze").close()
    assert (tmp_path / "a.har").stat().st_mode & 0o077 == 0


def test_what_cannot_be_masked_is_left_out() -> None:
    image = passed(b"\xff\xd8\xff secret")
    assert "secret" not in json.dumps(of(image))
    long = passed(b'{"password": "' + b"x" * KEPT + b'"}')
    assert "too long" in of(long)["request"]["postData"]["comment"]
    odd = passed(response_headers=[("Content-Encoding", "br")])
    assert "text" not in of(odd)["response"]["content"]


@pytest.mark.parametrize("packing", ["gzip", "deflate", "br"])
def test_a_body_that_lies_about_its_packing_is_left_out(packing: str) -> None:
    body = Copy()
    body.add(b"plain")
    assert text_of(body, [("Content-Encoding", packing)]) is None
