"""A vendor's contract as one OpenAPI 3.1 document, for Postman, code generators, schemathesis and comparison."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from stampcard.core.contract import Contract, Operation
from stampcard.core.errors import ContractFault


def openapi(contract: Contract, *, group: str | None = None) -> dict[str, Any]:
    """The operations that are emulated (of one group, if named), with every component the vendor's files share, and
    the events the vendor sends out.

    Our own `x-` members stay, so that a reader of the export sees where each behaviour is known from. How calls are
    authenticated is written as OpenAPI has it, where the contract says what its `x-auth` stands for (`x-security`).
    """
    paths: dict[str, dict[str, Any]] = {}
    for operation in contract:
        if operation.definition and group in (None, operation.group):
            own = {key: value for key, value in operation.definition.items() if key not in ("x-method", "x-path")}
            own = {"tags": [operation.group], "x-service": operation.service, **own}
            if contract.document["security"]:
                own["security"] = security(contract, operation)
            paths.setdefault(operation.path, {})[operation.method.lower()] = own
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": f"{contract.vendor.capitalize()}, as stampcard emulates it",
            "version": version("stampcard"),
            "description": "Written by the stampcard project; not published by the vendor.",
        },
        "paths": paths,
        "components": contract.document["components"],
    }
    if group is None:
        document["webhooks"] = contract.document["webhooks"]
    return document


def security(contract: Contract, operation: Operation) -> list[dict[str, list[str]]]:
    """OpenAPI's `security` of an operation: the ways in, each with all its schemes; none where nothing is asked.

    Every name of `x-auth` must be proved, and any one row of a name's in `x-security` proves it. A row without schemes
    is what no header and no query proves: nothing at all, or a credential in the body, which OpenAPI has no word for.
    """
    known = contract.document["security"]
    ways: list[dict[str, list[str]]] = [{}]
    for name in operation.auth:
        if name not in known:
            raise ContractFault(f"{contract.vendor}: x-auth of {operation.id} is {name}, which x-security lacks")
        ways = [{**way, **more} for way in ways for more in known[name]]
    return [] if ways == [{}] else ways
