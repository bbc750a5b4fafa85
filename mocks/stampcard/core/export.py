"""A vendor's contract as one OpenAPI 3.1 document, for Postman, code generators, schemathesis and comparison."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from stampcard.core.contract import Contract


def openapi(contract: Contract, *, group: str | None = None) -> dict[str, Any]:
    """The operations that are emulated (of one group, if named), with every component the vendor's files share, and
    the events the vendor sends out.

    Our own `x-` members stay, so that a reader of the export sees where each behaviour is known from.
    """
    paths: dict[str, dict[str, Any]] = {}
    for operation in contract:
        if operation.definition and group in (None, operation.group):
            own = {key: value for key, value in operation.definition.items() if key not in ("x-method", "x-path")}
            own = {"tags": [operation.group], "x-service": operation.service, **own}
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
