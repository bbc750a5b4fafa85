"""A contract as one OpenAPI document: what `x-auth` stands for."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.core.contract import load
from stampcard.core.errors import ContractFault
from stampcard.core.export import openapi
from tests.core.conftest import Folder

SCHEME = {"type": "http", "scheme": "bearer"}
KNOWN = {
    "usual": [{"Key": []}],
    "body": [{}],
    "either": [{"Key": []}, {"Id": [], "Secret": []}],
    "signature": [{"Signature": []}],
}


def security_of(folder: Folder, auth: Any) -> Any:
    """`security` of an operation with this `x-auth` (None: without)."""
    schemes = {name: SCHEME for name in ("Key", "Id", "Secret", "Signature")}
    folder.documents["security.yaml"] = {"x-security": KNOWN, "components": {"securitySchemes": schemes}}
    if auth is not None:
        folder.paths["/v1/crash"]["get"]["x-auth"] = auth
    document = openapi(load("shop", folder.write()))
    assert document["components"]["securitySchemes"] == schemes
    return document["paths"]["/v1/crash"]["get"]["security"]


@pytest.mark.parametrize(
    ("auth", "security"),
    [
        (None, [{"Key": []}]),
        ("signature", [{"Signature": []}]),
        ("body", []),
        ([], []),
        (["body", "signature"], [{"Signature": []}]),
        ("either", [{"Key": []}, {"Id": [], "Secret": []}]),
        (["signature", "either"], [{"Signature": [], "Key": []}, {"Signature": [], "Id": [], "Secret": []}]),
    ],
)
def test_every_name_is_proved_by_any_of_its_rows(folder: Folder, auth: Any, security: list[Any]) -> None:
    assert security_of(folder, auth) == security


def test_the_index_may_name_what_the_file_does_not(folder: Folder) -> None:
    rows = folder.documents["index.yaml"]["operations"]
    next(one for one in rows if one["id"] == "crash")["auth"] = "signature"
    assert security_of(folder, None) == [{"Signature": []}]
    assert security_of(folder, "body") == []


def test_a_name_that_nobody_explains_is_a_fault(folder: Folder) -> None:
    with pytest.raises(ContractFault, match=r"shop: x-auth of crash is magic, which x-security lacks"):
        security_of(folder, ["signature", "magic"])


def test_a_contract_that_says_nothing_has_no_security(folder: Folder) -> None:
    document = openapi(load("shop", folder.write()))
    assert not [one for item in document["paths"].values() for one in item.values() if "security" in one]
