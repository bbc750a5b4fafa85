"""What crossed the wire: bounded, filtered, masked when read."""

import json
from typing import Any

import msgspec
import pytest

from stampcard.core import journal
from stampcard.core.clock import FROZEN_START
from stampcard.core.journal import BODY_LIMIT, Entry, Journal

SECRET = "sesame-open-0123456789"


def entry(number: int, **more: Any) -> Entry:
    values = {"caller": "outside", "vendor": "shop", "kind": "call", **more}
    return Entry(id=number, at=FROZEN_START, **values)


def filled(size: int, *entries: Entry) -> Journal:
    book = Journal(size)
    for one in entries:
        book.add(one)
    return book


def seen(**more: Any) -> dict[str, Any]:
    return journal.view(entry(1, **more))


def body_of(raw: bytes) -> Any:
    view = seen(request_body=raw, response_body=raw)
    assert view["request"]["body"] == view["response"]["body"]
    return view["request"]["body"]


def test_only_the_newest_entries_are_kept() -> None:
    book = filled(3, *(entry(number) for number in range(1, 6)))
    assert [one.id for one in book] == [3, 4, 5]
    assert len(book) == 3


def test_entries_are_told_in_order_of_their_ids() -> None:
    """A call is journalled when it ends; what it caused ended before."""
    assert [one.id for one in filled(9, entry(2, cause=1), entry(3, cause=1), entry(1))] == [1, 2, 3]


def test_ids_are_reserved_one_by_one_until_a_reset() -> None:
    book = filled(9, entry(1))
    assert [book.next_id(), book.next_id()] == [1, 2]
    book.reset()
    assert (len(book), book.next_id()) == (0, 1)


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, [1, 2, 3, 4]),
        ({"vendor": "shop"}, [1, 2, 4]),
        ({"operation": "add"}, [2, 4]),
        ({"status": 404}, [4]),
        ({"cause": 1}, [2, 3]),
        ({"since": 2}, [3, 4]),
        ({"since": 1, "vendor": "shop", "operation": "add", "status": 201}, [2]),
        ({"vendor": "nobody"}, []),
    ],
)
def test_filters_narrow_together(filters: dict[str, Any], ids: list[int]) -> None:
    book = filled(
        9,
        entry(1, operation="list", status=200),
        entry(2, operation="add", status=201, cause=1),
        entry(3, vendor="bank", status=200, cause=1),
        entry(4, operation="add", status=404, cause=3),
    )
    assert [one.id for one in book.select(**filters)] == ids


def test_an_event_has_neither_request_nor_response() -> None:
    view = seen(kind="event", summary="a thing happened")
    assert {"request", "response"} & view.keys() == set()
    assert (view["summary"], view["status"], view["error"]) == ("a thing happened", None, None)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", f"Bearer {SECRET}", "Bearer sesa…"),
        ("authorization", SECRET, "sesa…"),
        ("X-App-Token", SECRET, "sesa…"),
        ("X-App-Token", "short", "…"),
        ("X-Client-Token", SECRET, "sesa…"),
        ("X-Management-Token", SECRET, "sesa…"),
        ("Content-Type", "text/plain", "text/plain"),
    ],
)
def test_secret_headers_are_masked_both_ways(name: str, value: str, shown: str) -> None:
    view = seen(request_head=f"{name}\0{value}".encode(), response_head=f"{name}\0{value}")
    assert view["request"]["headers"] == view["response"]["headers"] == {name: shown}


@pytest.mark.parametrize(
    "raw",
    [
        b'{"user": {"password": "%s"}, "list": [{"API_KEY": "%s"}]}' % (SECRET.encode(), SECRET.encode()),
        b'{"token": ["%s"], "secret": {"a": "%s"}}' % (SECRET.encode(), SECRET.encode()),
        b"user=ann&password=%s&x=1" % SECRET.encode(),
        b"access%%5Ftoken=%s" % SECRET.encode(),
        b'{"password": "%s",}' % SECRET.encode(),
        b'{"password": "a\\"%s"' % SECRET.encode(),
        b"{'password': '%s'}" % SECRET.encode(),
        b'\xef\xbb\xbf{"password" : "%s"}' % SECRET.encode(),
    ],
    ids=["members", "nested", "form", "encoded name", "not quite JSON", "cut off", "single quotes", "byte order mark"],
)
def test_secrets_in_bodies_are_masked(raw: bytes) -> None:
    assert SECRET not in json.dumps(body_of(raw))


def test_secret_numbers_are_masked_and_null_is_not() -> None:
    assert body_of(b'{"password": 123456, "token": null, "secret": true, "a": 1}') == {
        "password": "…",
        "token": None,
        "secret": True,
        "a": 1,
    }


@pytest.mark.parametrize(
    "start",
    [b'{"password": "%s", "x": "', b'{"password":"a\\"%s", "x": "', b"password=%s&x="],
    ids=["JSON", "an escaped quote", "form"],
)
def test_a_long_body_is_cut_and_still_masked(start: bytes) -> None:
    raw = start % SECRET.encode() + b"x" * BODY_LIMIT
    view = body_of(raw[: BODY_LIMIT + 1])
    assert view["truncated"] is True
    assert SECRET not in view["text"]
    assert len(view["text"]) > BODY_LIMIT - 100


def test_a_secret_that_the_cut_runs_through_is_masked() -> None:
    raw = b'{"x": "' + b"x" * (BODY_LIMIT - 40) + b'", "password": "' + SECRET.encode() * 3
    assert "sesame" not in body_of(raw[: BODY_LIMIT + 1])["text"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("/v1/things?limit=1&x=a%20b", "/v1/things?limit=1&x=a%20b"),
        (f"/v1?token={SECRET}&limit=1", "/v1?token=sesa…&limit=1"),
        (f"https://h/v1?a=1&API_KEY={SECRET}", "https://h/v1?a=1&API_KEY=sesa…"),
        (f"/v1?api%5Fkey={SECRET}", "/v1?api%5Fkey=sesa…"),
        (f"https://ann:{SECRET}@h/v1", "https://…@h/v1"),
    ],
)
def test_secrets_in_urls_are_masked(url: str, shown: str) -> None:
    assert seen(url=url)["request"]["url"] == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"", None),
        (b'{"a": [1, null]}', {"a": [1, None]}),
        (b"plain words", "plain words"),
        (b"a=1&b=2", "a=1&b=2"),
        (b"my token=1 is no form, is it?\n", "my token=1 is no form, is it?\n"),
        (b"\x00\xff", {"binary": 2}),
    ],
)
def test_bodies_are_shown_as_what_they_are(raw: bytes, shown: Any) -> None:
    assert body_of(raw) == shown


def test_a_view_is_json() -> None:
    msgspec.json.encode(seen(request_body=b'{"a": 1e308}', diagnostics=(journal.Diagnostic("c", "info", "m", "/a"),)))
