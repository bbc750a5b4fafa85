"""Every operation asks for a key, and for the permission its contract names."""

from __future__ import annotations

import re
from typing import Any

import pytest

from stampcard.client import WorldClient
from stampcard.core.contract import Operation, load

EMULATED = [operation for operation in load("braze") if operation.emulation != "none"]
ASK = [operation for operation in EMULATED if operation.extra.get("auth", "rest") == "rest"]
GUARDED = [operation for operation in ASK if "permission" in operation.extra]


async def call(world: WorldClient, operation: Operation, key: str) -> Any:
    path = re.sub(r"\{\w+\}", "x", operation.path)
    return await world.braze.request(operation.method, path, headers={"Authorization": f"Bearer {key}"})


@pytest.mark.parametrize("operation", ASK, ids=lambda operation: operation.id)
async def test_an_unknown_key_is_refused(world: WorldClient, operation: Operation) -> None:
    response = await call(world, operation, "nobodys")
    assert response.status_code == 401
    assert response.headers["X-RateLimit-Limit"] == ""


@pytest.mark.parametrize("operation", GUARDED, ids=lambda operation: operation.id)
async def test_a_key_needs_the_permission_of_the_operation(world: WorldClient, operation: Operation) -> None:
    permission = operation.extra["permission"]
    keys = [
        {"name": "without", "key": "key-without", "permissions": ["other.permission"]},
        {"name": "with", "key": "key-with-it", "permissions": [permission]},
    ]
    await world.setup({"braze": {"api_keys": keys}})
    response = await call(world, operation, "key-without")
    assert response.status_code == 403
    assert response.json() == {"message": "You do not have permission to access this resource"}
    assert (await call(world, operation, "key-with-it")).status_code != 403


@pytest.mark.parametrize("operation", EMULATED, ids=lambda operation: operation.id)
async def test_every_answer_has_an_id(world: WorldClient, operation: Operation) -> None:
    response = await call(world, operation, world.braze["api_key"])
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", response.headers["X-Request-Id"])
