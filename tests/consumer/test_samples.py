"""Samples of events: they fit their own description, and are the same every time."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.consumer.samples import merged, sample
from stampcard.consumer.sending import body_of
from stampcard.core import codec
from stampcard.core.contract import load

VENDORS = ("braze", "punchh", "voucherify", "antavo")
EVENTS = [(vendor, name) for vendor in VENDORS for name in load(vendor).events]


@pytest.mark.parametrize(("vendor", "name"), EVENTS)
def test_a_sample_fits_its_description_and_is_the_same_again(vendor: str, name: str) -> None:
    event = load(vendor).events[name]
    media, body = body_of(event, 7)
    event.check_body(media, body)
    assert body_of(event, 7) == (media, body)


@pytest.mark.parametrize(
    ("vendor", "name", "member"), [("punchh", "users", "content_id"), ("voucherify", "voucher.created", "id")]
)
def test_events_are_told_apart_by_their_identity(vendor: str, name: str, member: str) -> None:
    event = load(vendor).events[name]
    first, second = (codec.decode(body_of(event, number)[1]) for number in (1, 2))
    assert first.pop(member) != second.pop(member)
    assert first == second


CASES: list[tuple[dict[str, Any], Any]] = [
    ({"const": 5}, 5),
    ({"enum": ["a", "b"]}, "a"),
    ({"type": ["null", "integer"]}, 1),
    ({"type": "integer", "minimum": 9}, 9),
    ({"type": "string", "format": "date"}, "2026-01-15"),
    ({"type": "string", "pattern": "^cust_"}, "cust_1"),
    ({"type": "array", "minItems": 2, "items": {"type": "boolean"}}, [True, True]),
    ({"type": "object", "required": ["id"]}, {"id": "id"}),
    ({"allOf": [{"properties": {"a": {"type": "string"}}}], "properties": {"a": {"const": "x"}}}, {"a": "x"}),
    ({"anyOf": [{"type": "boolean"}, {"type": "string"}]}, True),
    ({"$ref": "#/components/schemas/Deep"}, {"next": {}}),
    ({}, None),
]


@pytest.mark.parametrize(("schema", "expected"), CASES)
def test_what_a_schema_becomes(schema: dict[str, Any], expected: Any) -> None:
    deep = {"type": "object", "properties": {"next": {"type": "object"}}}
    assert sample(schema, {"schemas": {"Deep": deep}}) == expected


def test_a_schema_that_holds_itself_comes_to_an_end() -> None:
    tree = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Tree"}}}
    components = {"schemas": {"Tree": tree}}
    value, depth = sample(tree, components), 0
    while value:
        value, depth = value["child"], depth + 1
    assert 1 < depth < 20


def test_what_is_composed_keeps_every_demand() -> None:
    one = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
    whole = merged({"allOf": [one], "properties": {"b": {"type": "integer"}}}, {})
    assert whole["properties"].keys() == {"a", "b"}
