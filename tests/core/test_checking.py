"""Parameters and bodies against their schemas."""

from typing import Any

import pytest

from stampcard.core.checking import BodyRule, ParameterRule, ReplyRule
from stampcard.core.errors import ReplyFault, Violation
from tests.core.conftest import THINGS, json_of

COMPONENTS = THINGS["components"]


def parameter(**schema: Any) -> ParameterRule:
    return ParameterRule({"name": "p", "in": "query", "schema": schema}, {})


def body(schema: dict[str, Any], components: dict[str, Any] = COMPONENTS) -> BodyRule:
    return BodyRule({"content": {"application/json": {"schema": schema}}}, components)


def wrong(found: list[Violation]) -> list[tuple[Any, ...]]:
    return [(v.where, v.path, v.keyword, v.limit) for v in found]


THING = {"$ref": "#/components/schemas/Thing"}


# Parameters


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "12", 12),
        ("integer", "-3", -3),
        ("integer", "9" * 30, int("9" * 30)),
        ("number", "1.5", 1.5),
        ("number", "1e3", 1000.0),
        ("boolean", "true", True),
        ("boolean", "False", False),
        ("string", "007", "007"),
    ],
)
def test_text_becomes_the_declared_type(kind: str, text: str, value: Any) -> None:
    assert parameter(type=kind).read([text]) == (value, [])


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", text)
        for text in ("", "1.5", "1e3", "x", "--1", "+1", " 1", "1_000", "\u0661", "9" * 5000, "0x10", "NaN")
    ]
    + [("number", text) for text in ("", "NaN", "inf", "1e999", "1,5", "١")]
    + [("boolean", text) for text in ("", "1", "yes", "null")],
)
def test_other_text_breaks_the_type(kind: str, text: str) -> None:
    value, found = parameter(type=kind).read([text])
    assert value is None
    assert wrong(found) == [("query", ("p",), "type", kind)]
    assert found[0].value == text


def test_the_last_of_several_values_counts_and_an_array_takes_all() -> None:
    assert parameter(type="string").read(["a", "b"]) == ("b", [])
    assert parameter(type="array", items={"type": "integer"}).read(["1", "2"]) == ([1, 2], [])


def test_limits_of_a_parameter_are_checked() -> None:
    assert wrong(parameter(type="integer", minimum=1).read(["0"])[1]) == [("query", ("p",), "minimum", 1)]
    assert wrong(parameter(enum=["a"]).read(["b"])[1]) == [("query", ("p",), "enum", ["a"])]


def test_limits_of_an_array_s_items_are_checked() -> None:
    _, found = parameter(type="array", items={"enum": ["red"]}).read(["red", "green"])
    assert wrong(found) == [("query", ("p", 1), "enum", ["red"])]


# Bodies


def test_a_good_body_has_no_violation() -> None:
    assert body(THING).check({"name": "a", "price": 1, "parts": [{"size": 1}]}) == []


def test_violations_lead_to_the_value_outermost_first() -> None:
    found = body(THING).check({"price": "dear", "parts": [{"size": None}]})
    assert wrong(found) == [
        ("body", (), "required", "name"),
        ("body", ("price",), "type", "integer"),
        ("body", ("parts", 0, "size"), "type", "integer"),
    ]


@pytest.mark.parametrize("value", [None, 1, "x", [], True])
def test_any_other_type_is_a_violation_of_type(value: Any) -> None:
    assert wrong(body(THING).check(value)) == [("body", (), "type", "object")]


@pytest.mark.parametrize("number", [2**63, 2**64, 2**70, -(2**200), int("9" * 4000)])
def test_large_integers_are_integers(number: int) -> None:
    rule = body({"type": "integer", "minimum": -(2**63)})
    assert wrong(rule.check(number)) == ([("body", (), "minimum", -(2**63))] if number < 0 else [])
    assert wrong(body({"type": "string"}).check(number)) == [("body", (), "type", "string")]


# Unknown members


def unknown(value: Any, schema: dict[str, Any] = THING) -> list[str]:
    return [diagnostic.pointer for diagnostic in body(schema).unknown(value)]


def test_members_the_contract_does_not_name_are_told_at_every_level() -> None:
    value = {"name": "a", "colour": 1, "parts": [{"size": 1}, {"weight": 2, "part": {"odd": 1}}]}
    assert unknown(value) == ["/colour", "/parts/1/weight", "/parts/1/part/odd"]


def test_an_open_object_tells_nothing() -> None:
    assert unknown({"name": "a", "labels": {"any": {"thing": 1}}}) == []


def test_pointers_are_escaped() -> None:
    assert unknown({"name": "a", "a/b~c": 1}) == ["/a~1b~0c"]


def test_members_of_every_branch_are_known() -> None:
    schema = {"oneOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}], "properties": {"c": {}}}
    assert unknown({"a": 1, "b": 1, "c": 1, "d": 1}, schema) == ["/d"]


def test_members_of_a_branch_s_branch_are_known() -> None:
    schema = {"allOf": [{"anyOf": [{"properties": {"a": {}}}, THING]}]}
    assert unknown({"a": 1, "price": 2, "d": 1}, schema) == ["/d"]


def test_a_branch_that_declares_nothing_leaves_the_object_open() -> None:
    assert (
        unknown(
            {"a": 1, "x": 1}, {"anyOf": [{"properties": {"a": {}}}, {"type": "object", "additionalProperties": True}]}
        )
        == []
    )


def test_patterns_of_names_are_known() -> None:
    schema: dict[str, Any] = {"properties": {"a": {}}, "patternProperties": {"^x_": {}}}
    assert unknown({"a": 1, "x_1": 1, "y": 1}, schema) == ["/y"]


# Replies


def reply_rule(**responses: Any) -> ReplyRule:
    return ReplyRule("show", {key.removeprefix("s"): value for key, value in responses.items()}, COMPONENTS)


def test_a_reply_on_contract_passes() -> None:
    rule = reply_rule(s200=json_of(THING), s4XX=json_of({"type": "string"}), default={"description": "Else."})
    rule.check(200, {"name": "a"})
    rule.check(404, "gone")
    rule.check(503, object())


def test_a_reply_off_contract_names_operation_and_place() -> None:
    with pytest.raises(ReplyFault, match="show: reply 200 breaks its contract at /price"):
        reply_rule(s200=json_of(THING)).check(200, {"name": "a", "price": "x"})


def test_a_status_the_contract_lacks_is_a_fault() -> None:
    with pytest.raises(ReplyFault, match="show: status 202 is not in its contract"):
        reply_rule(s200=json_of(THING)).check(202, {})
