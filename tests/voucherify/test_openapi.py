"""Our contract against the vendor's own OpenAPI document, with an exact list of differences that may only shrink."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from stampcard.core.contract import load
from tests.voucherify.agreement import Comparison, Document, Schema

VENDORS_OWN = Path(__file__).parents[2].parent / "shared" / "reference" / "voucherify"
EDITIONS = ("openapi.json", "openapi-docs.json")
LISTED = Path(__file__).with_name("differences.yaml")


def test_the_contract_agrees_with_the_vendors_document() -> None:
    if not VENDORS_OWN.is_dir():
        pytest.skip(
            "the vendor's OpenAPI document (github.com/voucherifyio/voucherify-openapi) is not beside the checkout"
        )
    theirs = [Document(json.loads((VENDORS_OWN / name).read_bytes())) for name in EDITIONS]

    found = set(differences(theirs))

    rows = yaml.safe_load(LISTED.read_text(encoding="utf-8"))
    assert all(row["reason"] for row in rows)
    listed = [difference for row in rows for difference in row["differences"]]
    assert len(listed) == len(set(listed)), "a difference is listed twice"
    assert sorted(found - set(listed)) == [], "new differences: agree with the vendor instead"
    assert sorted(set(listed) - found) == [], "these differences are gone: take them off the list"


def differences(theirs: list[Document]) -> Iterator[str]:
    contract = load("voucherify")
    ours = Document({"components": contract.document["components"]})
    comparison = Comparison(ours, *theirs)
    for operation in contract:
        known = [document.operations.get(operation.id, {}) for document in theirs]
        if operation.emulation == "none" or not any(known):
            continue
        body = operation.definition.get("requestBody")
        if body:
            schemas = [list(request_schemas(other)) for other in known]
            yield from comparison.requests(f"{operation.id} request", json_schema(body), schemas)
        for status, reply in operation.definition["responses"].items():
            mine = json_schema(reply)
            if status < "300" and mine:
                schemas = [list(reply_schemas(other, status)) for other in known]
                if any(schemas):
                    yield from comparison.replies(f"{operation.id} {status}", mine, schemas)
                else:
                    yield f"status {operation.id} {status}"


def json_schema(part: Mapping[str, Any]) -> Schema:
    schema: Schema = part.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def request_schemas(operation: Mapping[str, Any]) -> Iterator[Schema]:
    schema = json_schema(operation.get("requestBody", {}))
    if schema:
        yield schema


def reply_schemas(operation: Mapping[str, Any], status: str) -> Iterator[Schema]:
    schema = json_schema(operation.get("responses", {}).get(status, {}))
    if schema:
        yield schema
