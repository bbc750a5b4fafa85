"""Requests and responses as the vendors see them."""

import pytest

from stampcard.core.codec import BadJson
from stampcard.core.http import Headers, Request, Response


def request(target: str, body: bytes = b"", **headers: str) -> Request:
    return Request("POST", target, Headers((name.replace("_", "-"), value) for name, value in headers.items()), body)


def test_headers_are_found_without_case_and_kept_in_order() -> None:
    headers = Headers([("X-A", "1"), ("x-b", "2"), ("X-a", "3")])
    assert (headers.get("x-a"), headers.get("x-c"), headers.get("x-c", "none"), "x-b" in headers) == (
        "1",
        "",
        "none",
        True,
    )
    assert headers.items == (("X-A", "1"), ("x-b", "2"), ("X-a", "3"))


def test_the_target_stays_as_it_was_sent() -> None:
    asked = request("/v1/a%2Fb?x=%20&y=1?2")
    assert (asked.target, asked.raw_path, asked.raw_query) == ("/v1/a%2Fb?x=%20&y=1?2", "/v1/a%2Fb", "x=%20&y=1?2")


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("a=1&b=2&a=3", {"a": ["1", "3"], "b": ["2"]}),
        ("a=&b", {"a": [""], "b": [""]}),
        ("a=x+y%20z%C3%A9", {"a": ["x y zé"]}),
        ("a=%FF", {"a": ["\ufffd"]}),
        ("a;b=1", {"a;b": ["1"]}),
        ("", {}),
    ],
)
def test_query_parameters_are_decoded_in_order(query: str, values: dict[str, list[str]]) -> None:
    assert request(f"/?{query}").query == values


@pytest.mark.parametrize(
    ("given", "read"),
    [("Application/JSON; charset=utf-8", "application/json"), ("text/plain ", "text/plain"), ("", ""), (";", "")],
)
def test_a_media_type_has_no_parameters(given: str, read: str) -> None:
    assert request("/", content_type=given).media_type == read


def test_a_body_that_is_no_json_is_refused_each_time_it_is_read() -> None:
    asked = request("/", b"{")
    for _ in range(2):
        with pytest.raises(BadJson):
            _ = asked.json


@pytest.mark.parametrize(("status", "ok"), [(199, False), (200, True), (299, True), (300, False)])
def test_ok_is_the_two_hundreds(status: int, ok: bool) -> None:
    assert Response(status).ok is ok
