"""Drift: contracts held against documents of the vendors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from stampcard.cli import main
from stampcard.drift.differences import Difference, differences, read
from stampcard.drift.openapi import shapes
from stampcard.drift.shapes import UnreadableDocument, place

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "voucherify" / "openapi-docs.json"


def document(properties: dict[str, Any], required: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """An OpenAPI document of one operation that takes and answers one object."""
    schema = {"type": "object", "properties": properties, "required": list(required)}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    post = {"requestBody": {"content": content}, "responses": {"200": {"description": "Done.", "content": content}}}
    return {
        "openapi": "3.1.0",
        "paths": {"/things/{id}": {"post": post | more}},
        "components": {"schemas": {"Thing": schema}},
    }


def compared(ours: dict[str, Any], theirs: dict[str, Any]) -> list[Difference]:
    mine = shapes(ours)
    return differences(mine, shapes(theirs), set(mine))


def test_the_same_document_has_no_differences() -> None:
    one = document({"a": {"type": "string"}})
    assert compared(one, one) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "severity", "side", "what"),
    [
        ({"a": {"type": "string"}, "b": {}}, {"a": {"type": "string"}}, "error", "ours", "answer 200 /b"),
        (
            {"a": {"type": "string"}},
            {"a": {"type": "integer"}},
            "error",
            "both",
            "answer 200 /a: string here, number there",
        ),
        (
            {"a": {"enum": ["x"]}},
            {"a": {"enum": ["x", "y"]}},
            "warning",
            "both",
            "answer 200 /a: values only here none; only there y",
        ),
        ({"a": {}}, {"a": {}, "b": {}}, "info", "theirs", "answer 200 /b"),
    ],
)
def test_a_difference_has_a_side_and_a_severity(
    ours: dict[str, Any], theirs: dict[str, Any], severity: str, side: str, what: str
) -> None:
    assert Difference(severity, ("POST", "/things/{}"), side, what) in compared(document(ours), document(theirs))


def test_a_member_they_require_and_we_lack_is_an_error() -> None:
    found = compared(document({"a": {}}), document({"a": {}, "b": {}}, required=("b",)))
    assert Difference("error", ("POST", "/things/{}"), "theirs", "answer 200 /b") in found


def test_an_operation_they_have_and_our_index_lacks_is_an_error() -> None:
    assert differences({}, shapes(document({})), set()) == [
        Difference("error", ("POST", "/things/{}"), "theirs", "operation")
    ]


@pytest.mark.parametrize("path", ["/v1/things/{thingId}", "v1/things/:id/", "/v1/things/<id>"])
def test_a_place_is_the_same_however_it_is_written(path: str) -> None:
    assert place("post", path) == ("POST", "/v1/things/{}")


def test_a_postman_collection_is_read(tmp_path: Path) -> None:
    request = {
        "method": "POST",
        "url": {"raw": "{{url}}/users/track", "host": ["{{url}}"], "path": ["users", "track"]},
        "body": {"mode": "raw", "raw": '{"attributes": [{"external_id": "a", "age": 3}]}'},
    }
    item = {"name": "Users", "item": [{"name": "Track", "request": request, "response": [{"code": 201, "body": "{}"}]}]}
    path = tmp_path / "braze.json"
    path.write_text(json.dumps({"info": {}, "item": [item]}), encoding="utf-8")
    shape = read(path)["POST", "/users/track"]
    assert shape.request["/attributes/*/age"].types == {"number"}
    assert list(shape.answers) == ["201"]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.json", "{", "not JSON"),
        ("a.yaml", "a: [", "a.yaml"),
        ("a.json", "[]", "neither"),
        ("a.json", '{"swagger": "2.0"}', "neither"),
        (
            "a.json",
            '{"openapi": "3.0.0", "paths": {"/a": {"get": {"requestBody": {"$ref": "#/nope"}}}}}',
            "leads nowhere",
        ),
    ],
)
def test_a_document_that_cannot_be_read_is_said_with_its_reason(
    tmp_path: Path, name: str, text: str, reason: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableDocument, match=reason):
        read(path)


@pytest.mark.parametrize("vendor", ["braze", "punchh", "voucherify", "antavo"])
def test_an_export_agrees_with_itself(tmp_path: Path, vendor: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contract", "export", vendor, "--format", "openapi-yaml"]) == 0
    path = tmp_path / "own.yaml"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["openapi"] == "3.1.0"
    assert main(["contract", "diff", vendor, "--spec", str(path)]) == 0
    assert ": 0 error" in capsys.readouterr().out


def test_lint_says_that_handlers_fit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contract", "lint"]) == 0
    assert "operations fit their handlers" in capsys.readouterr().out


@pytest.mark.skipif(not REFERENCE.is_file(), reason="the vendor's document is not part of the repository")
def test_the_vendor_s_own_document_can_be_compared(capsys: pytest.CaptureFixture[str]) -> None:
    main(["contract", "diff", "voucherify", "--spec", str(REFERENCE)])
    out = capsys.readouterr().out
    assert "voucherify against openapi-docs.json:" in out
    assert "theirs  operation" not in out
