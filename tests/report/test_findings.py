"""What a report finds in retries, rate limits, batches and members; and how reports of several worlds become one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stampcard.core.contract import load
from stampcard.report.exchanges import Exchange, Unreadable
from stampcard.report.findings import compared, findings
from stampcard.report.rendering import as_markdown
from stampcard.report.usage import Usage, collect, merged
from tests.report.test_report import TRACK, har, har_entry, of_har, reader

EVENTS = {"events": [{"external_id": "ada", "name": "x", "time": "2026-01-15T09:00:00Z"}]}
HASTY = ("error", "came back sooner than a 429 asked for, 1 times: it did not wait")
WAITED = ("info", "met 1 rate limits and waited 1 times")
NINE = "2026-01-15T09:00:{:02d}.000Z"


def told(usage: Usage) -> list[tuple[str, str]]:
    return [(one.severity, one.message) for one in findings(usage) if "never met" not in one.message]


def twice(status: int, gap: int, body: Any = EVENTS, *headers: tuple[str, str]) -> list[dict[str, Any]]:
    """The same call again after a status; `gap` in seconds."""
    first, second = har_entry(TRACK, body, status, NINE.format(0)), har_entry(TRACK, body, at=NINE.format(gap))
    first["response"]["headers"] = [{"name": name, "value": value} for name, value in headers]
    return [first, second]


@pytest.mark.parametrize(
    ("gap", "header", "expected"),
    [
        (0, (), HASTY),
        (2, (), WAITED),
        (29, (("Retry-After", "30"),), HASTY),
        (30, (("retry-after", "30"),), WAITED),
        (
            5,
            (("X-RateLimit-Reset", "1768467610"),),
            ("error", "came back sooner than a 429 asked for, 1 times: it did not wait"),
        ),
        (10, (("X-RateLimit-Reset", "1768467610"),), WAITED),
    ],
)
def test_did_the_client_wait(tmp_path: Path, gap: int, header: Any, expected: tuple[str, str]) -> None:
    assert expected in told(of_har(tmp_path, *twice(429, gap, EVENTS, *header)))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (500, "repeated after 500 without an idempotency key: it may happen twice"),
        (0, "repeated after no answer without an idempotency key: it may happen twice"),
        (400, "repeated unchanged after 400: the answer will be the same"),
        (201, "sent again, 1 times, though it was taken: without an idempotency key it happens twice"),
    ],
)
def test_what_must_not_be_repeated(tmp_path: Path, status: int, expected: str) -> None:
    assert ("warning", expected) in told(of_har(tmp_path, *twice(status, 5)))


def test_reading_again_and_writing_with_a_key_are_no_repetition(tmp_path: Path) -> None:
    url, keyed = "https://api.voucherify.io/v1/publications", {"campaign": "Spring", "source_id": "s1"}
    got = [har_entry("https://api.voucherify.io/v1/vouchers/A", status=200)] * 2
    said = told(of_har(tmp_path, *got, har_entry(url, keyed, 200), har_entry(url, keyed, 200)))
    assert said == [("info", "sent again with the same idempotency key, 1 times")]


def test_batches_are_measured_and_held_against_the_limit(tmp_path: Path) -> None:
    url, one = "https://api.voucherify.io/v1/validations", {"object": "voucher", "id": "A"}
    usage = of_har(tmp_path, *(har_entry(url, {"redeemables": [one] * count}, 200) for count in (3, 30, 31)))
    [use] = usage.vendors["voucherify"].operations.values()
    assert use.batches == {"/redeemables": (3, 31, 30)}
    assert ("error", "/redeemables holds 31 items; the vendor takes 30") in told(usage)
    assert "`/redeemables` holds 3-31 items of 30" in as_markdown(usage, [])


def test_a_body_that_is_a_list_is_a_batch(tmp_path: Path) -> None:
    url = "https://api.voucherify.io/v1/loyalties/Club/earning-rules"
    usage = of_har(tmp_path, har_entry(url, [{"event": "order.paid"}] * 2, 200))
    [use] = usage.vendors["voucherify"].operations.values()
    assert (use.batches["/"], use.fields["/*/event"]) == ((2, 2, 100), 2)


def test_deprecated_members_are_told() -> None:
    """An operation made for the test: few contracts mark members."""
    operation = load("braze").operations["users_track"]
    old = {"deprecated": True, "type": "string"}
    body = {"content": {"application/json": {"schema": {"properties": {"colour": old, "shade": {"type": "string"}}}}}}
    query = [{"name": "hue", "in": "query", "deprecated": True, "schema": {"type": "string"}}]
    made = replace(operation, definition={"requestBody": body, "parameters": query, "responses": {}})
    sent = {"colour": "red", "shade": "dark"}
    call = Exchange("braze", made, "POST", "/users/track?hue=1", 201, "", {"hue": ["1"]}, sent, None)
    assert ("warning", "/colour is sent and deprecated") in told(collect([call]))
    assert ("warning", "?hue is sent and deprecated") in told(collect([call]))
    assert not any("shade" in message for _, message in told(collect([call])))


def test_what_a_vendor_does_not_take_is_told_from_the_second_channel(tmp_path: Path) -> None:
    entry = har_entry(TRACK, EVENTS)
    entry["response"]["headers"] = [
        {"name": "X-Stampcard-Diagnostics", "value": "reserved-name /events/0/name, unknown-field /x"}
    ]
    usage = of_har(tmp_path, entry)
    assert usage.vendors["braze"].operations["users_track"].dropped == {
        "reserved-name /events/*/name": 1,
        "unknown-field /x": 1,
    }
    assert ("warning", "not taken as it was sent: reserved-name /events/*/name (1 times)") in told(usage)


def test_the_provenance_of_all_that_is_relied_on_is_told(tmp_path: Path) -> None:
    usage = of_har(tmp_path, har_entry(TRACK, EVENTS), har_entry("https://api.voucherify.io/v1/vouchers/A", status=200))
    text = as_markdown(usage, findings(usage))
    assert "1 operations: 1 documented" in text
    assert usage.vendors["braze"].operations["users_track"].source.startswith("https://")


# Several worlds


def test_reports_of_several_worlds_become_one(tmp_path: Path) -> None:
    one = of_har(tmp_path, har_entry(TRACK, {"attributes": [{"external_id": "a"}]}), har_entry("https://x.example/"))
    other = of_har(tmp_path, har_entry(TRACK, EVENTS, 400), har_entry("https://rest.iad-01.braze.com/nope"))
    one.strangers = {"x.example": 1}
    whole = merged([one, other, one])
    use = whole.vendors["braze"].operations["users_track"]
    assert (use.calls, use.statuses) == (3, {"201": 2, "400": 1})
    assert use.batches == {"/attributes": (1, 1, 0), "/events": (1, 1, 0)}
    assert "400" not in use.never_exercised and "401" in use.never_exercised
    assert (whole.vendors["braze"].unknown, whole.strangers) == ({"GET /nope": 1}, {"x.example": 2})
    assert msgspec.json.decode(msgspec.json.encode(whole), type=Usage) == whole


def test_merging_one_changes_nothing_and_forgets_nothing(tmp_path: Path) -> None:
    usage = of_har(tmp_path, *twice(429, 0), *twice(500, 3))
    assert merged([usage]) == usage
    assert merged([merged([usage, usage]), usage]) == merged([usage, usage, usage])
    assert compared(usage, merged([usage, usage])) == []


def test_a_client_that_begins_to_repeat_has_grown(tmp_path: Path) -> None:
    before, after = of_har(tmp_path, har_entry(TRACK, EVENTS)), of_har(tmp_path, *twice(500, 3), *twice(429, 0))
    said = [one.message for one in compared(before, after)]
    assert "repeats now after 500" in said and "comes back now sooner than a 429 asks for" in said


# HAR files of others


BAD_URL = '{"request": {"method": "GET", "url": "http://[x"}, "response": {"status": 1}}'
BROKEN: list[tuple[str, str]] = [
    ('{"log": {"entries": [\n{},\n', "line 3: not JSON"),
    ('{"log":\n {"entries": [\n nope]}}', "line 3: not JSON"),
    ('{"log": {}}', "line 1: not a HAR file: it has no log.entries"),
    ('{"log": {"entries": {}}}', "line 1: not a HAR file"),
    ('{"log": {"entries": [\n  {"request": {"url": "x"}}\n]}}', "line 2: entry 0: "),
    (
        '{"log": {"entries": [\n\n{"request": {"method": "GET", "url": 7}, "response": {"status": 1}}]}}',
        "line 3: entry 0: Expected `str`",
    ),
    (
        '{"log": {"entries": [{"request": {"method": "GET", "url": "http://[x"}, "response": {"status": 1}}]}}',
        "entry 0: ",
    ),
    ("\x00", "line 1: not JSON"),
    ("", "line 1: not JSON"),
]


@pytest.mark.parametrize(("text", "reason"), BROKEN)
def test_a_har_that_cannot_be_read_is_said_with_file_line_and_reason(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "broken.har"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable) as caught:
        list(reader().har(path))
    assert str(caught.value).startswith(f"{path}, line ") and reason in str(caught.value)


def test_a_har_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"nope\.har: No such file"):
        list(reader().har(tmp_path / "nope.har"))
    (tmp_path / "binary.har").write_bytes(b'{"log": {"entries": ["\xff"]}}')
    with pytest.raises(Unreadable, match=r"binary\.har, line 1"):
        list(reader().har(tmp_path / "binary.har"))


def test_what_a_browser_adds_is_skipped(tmp_path: Path) -> None:
    """Nesting without end, members of its own, HTTP/2 names, a form as pairs, an answer in Base64."""
    stack: dict[str, Any] = {}
    for _ in range(300):
        stack = {"parent": stack}
    entry = har_entry("https://us1-api.voucherify.io/v1/customers", status=200)
    entry |= {"_initiator": {"stack": stack}, "_priority": "High", "serverIPAddress": "203.0.113.7", "time": 3.5}
    entry["request"] |= {
        "method": "POST",
        "headers": [{"name": ":authority", "value": "x"}],
        "postData": {"mimeType": "x", "params": [{"name": "source_id", "value": "ann"}]},
    }
    entry["response"]["content"] = {"text": "eyJpZCI6IDF9", "encoding": "base64"}
    path = har(tmp_path, entry)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    [read] = reader(**{"us1-api.voucherify.io": "voucherify"}).har(path)
    assert (read.body, read.answer) == ({"source_id": "ann"}, {"id": 1})
