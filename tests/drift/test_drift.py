"""Drift: contracts held against documents of the vendors."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from stampcard.cli import main
from stampcard.core.contract import contracts_folder, load
from stampcard.core.export import openapi
from stampcard.drift.differences import Difference, differences, read
from stampcard.drift.openapi import shapes
from stampcard.drift.shapes import UnreadableDocument, place

COLLECTION = Path(__file__).with_name("braze.postman_collection.json")
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
        ({"a": {"type": "string"}, "b": {}}, {"a": {"type": "string"}}, "warning", "ours", "answer 200 /b"),
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


def test_a_member_we_always_send_and_they_do_not_have_is_an_error() -> None:
    found = compared(document({"a": {}, "b": {}}, required=("b",)), document({"a": {}}))
    assert Difference("error", ("POST", "/things/{}"), "ours", "answer 200 /b") in found


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
        ("a.json", '{\n  "a": }', r"a.json:2:8: not JSON: Expecting value"),
        ("a.yaml", "b: 1\na: [", r"a.yaml:3:1: not YAML: "),
        ("a.json", "[]", "neither"),
        ("a.json", '{"swagger": "2.0"}', "neither"),
        (
            "a.json",
            '{"openapi": "3.0.0", "paths": {"/a": {"get": {"requestBody": {"$ref": "#/nope"}}}}}',
            r"a.json:1: #/nope: leads nowhere",
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
    assert yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["openapi"] == "3.1.0"
    assert main(["contract", "diff", vendor, "--spec", str(path)]) == 0
    assert ": 0 error" in capsys.readouterr().out


def test_lint_says_that_handlers_fit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contract", "lint"]) == 0
    assert "operations fit their handlers" in capsys.readouterr().out


@pytest.mark.skipif(not REFERENCE.is_file(), reason="the vendor's document is not part of the repository")
def test_the_vendor_s_own_document_can_be_compared(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    assert main(["contract", "diff", "voucherify", "--spec", str(REFERENCE), "--write", str(known)]) == 1
    header, *rows, count = capsys.readouterr().out.splitlines()
    assert header.split() == ["severity", "operation", "only", "in", "what"]
    assert len(rows) > 100
    assert {row.split()[0] for row in rows} == {"error", "warning"}
    assert count.startswith("voucherify against openapi-docs.json: ")
    assert not [row for row in rows if "theirs  operation" in row], "the index lists all of them"
    assert main(["contract", "diff", "voucherify", "--spec", str(REFERENCE), "--against", str(known)]) == 0
    assert ": 0 error, 0 warning, 0 info; " in capsys.readouterr().out


def test_a_postman_collection_shows_what_is_new_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contract", "diff", "braze", "--spec", str(COLLECTION), "--show", "info"]) == 1
    rows = [row.split(maxsplit=4) for row in capsys.readouterr().out.splitlines()[1:-1]]
    assert ["error", "PUT", "/catalogs/sparkles", "theirs", "operation"] in rows
    assert [
        "error",
        "POST",
        "/users/track",
        "both",
        "answer 201 /attributes_processed: number here, string there",
    ] in rows
    assert ["info", "POST", "/users/track", "theirs", "request /sparkle"] in rows
    assert ["warning", "GET", "/catalogs", "ours", "operation"] in rows
    assert ["warning", "GET", "/catalogs/{}/items/{}", "ours", "operation"] not in rows


@pytest.mark.parametrize(
    ("text", "says"), [("{", "not kept by"), ("5", "not kept by"), ("[5]", "not kept by"), (None, "No such file")]
)
def test_what_is_known_must_have_been_kept(
    text: str | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = tmp_path / "known.json"
    if text is not None:
        known.write_text(text)
    assert main(["contract", "diff", "braze", "--spec", str(COLLECTION), "--against", str(known)]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("vendor", ["braze", "punchh", "voucherify", "antavo"])
def test_an_export_has_the_links_and_is_the_same_in_both_formats(
    vendor: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """That openapi-spec-validator accepts it is told by tests/contracts/test_openapi.py."""
    assert main(["contract", "export", vendor]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == openapi(load(vendor))
    assert main(["contract", "export", vendor, "--format", "openapi-yaml"]) == 0
    assert yaml.load(capsys.readouterr().out, Loader=yaml.CSafeLoader) == document
    declared = [
        link["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]
    known = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
    assert len(declared) >= 18
    assert set(declared) <= known


def test_lint_names_file_and_line_of_a_contract_that_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(contracts_folder(), tmp_path / "contracts", ignore=shutil.ignore_patterns(".compiled-*"))
    file = tmp_path / "contracts" / "antavo" / "catalogue" / "offers.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "    odd: [\n", encoding="utf-8")
    line = file.read_text(encoding="utf-8").count("\n") + 1
    assert main(["contract", "lint", "--contracts", str(tmp_path / "contracts")]) == 2
    assert re.match(rf"stampcard: antavo/catalogue/offers\.yaml:{line}:1: not YAML: ", capsys.readouterr().err)
