"""Odd values in every member of every operation: refused or taken, never a fault of ours."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from stampcard.client import WorldClient
from stampcard.core.checking import resolved
from stampcard.core.contract import Operation
from stampcard.punchh import Punchh
from tests.punchh.calls import Api

ODD: list[Any] = [
    None,
    "",
    "x" * 300,
    "\x00\u202e\U0001f4a5",
    -1,
    2**70,
    1.5,
    True,
    [],
    {},
    [None],
    {"a": [1]},
    "1e999",
]
PLAUSIBLE = {
    "email": "new@example.com",
    "password": "Passw0rd!",
    "receipt_datetime": "2026-01-15T09:00:00Z",
    "store_number": "1",
    "discount_type": "reward",
    "relation": "kid",
    "birthday": "2001-01-01",
    "user_identifiers": ["1"],
    "custom_segment_id": "11646",
    "user_id": "500000001",
    "id": "500000001",
}
OPERATIONS = [operation for operation in Punchh().contract if operation.emulation != "none"]


def members(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = resolved(schema, components).get("properties", {})
    return found


def plausible(operation: Operation, schema: Mapping[str, Any]) -> Any:
    """A body that might well be taken."""
    body: dict[str, Any] = {}
    for name, definition in members(schema, operation.components).items():
        kind = resolved(definition, operation.components).get("type", "string")
        if "object" in kind:
            body[name] = plausible(operation, definition)
        elif "array" in kind:
            items = resolved(definition, operation.components).get("items", {})
            body[name] = PLAUSIBLE.get(
                name, [plausible(operation, items)] if members(items, operation.components) else []
            )
        else:
            body[name] = PLAUSIBLE.get(name, "5")
    return body


def bodies(operation: Operation) -> Iterator[Any]:
    """A plausible body, then the same with one odd member, then bodies that are odd as a whole."""
    schema = operation.body.schema if operation.body else {}
    good = plausible(operation, schema)
    yield good
    yield {}
    for index, name in enumerate(good):
        for odd in (ODD[index % len(ODD)], ODD[(index * 5 + 3) % len(ODD)]):
            yield {**good, name: odd}
        if isinstance(good[name], dict):
            for place, inner in enumerate(good[name]):
                yield {**good, name: {**good[name], inner: ODD[place % len(ODD)]}}
    yield from ({name: odd for name in good} for odd in ODD)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_odd_values_never_break_us(world: WorldClient, api: Api, operation: Operation) -> None:
    guests = [{"email": "ada@example.com", "password": "Passw0rd!", "phone": "5551234567"}]
    redeemables = [{"id": 5, "name": "Fries", "points": 1}]
    segments = [{"id": 11646, "name": "VIP"}]
    await world.setup({"punchh": {"guests": guests, "redeemables": redeemables, "segments": segments}})
    login = {"user": {"email": "ada@example.com", "password": "Passw0rd!"}}
    mobile = (await api.send("POST", "/api2/mobile/users/login", login)).json()["access_token"]["token"]
    sso = (await api.send("POST", "/api/auth/customers/sign_in", login)).json()["authentication_token"]
    token = (
        mobile if operation.path.startswith("/api2/mobile") else sso if operation.path.startswith("/api/auth") else ""
    )
    path = operation.path.replace("{", "").replace("}", "")
    for body in bodies(operation):
        body.pop("client", None)
        body.pop("authentication_token", None)
        response = await api.send(operation.method, path, body, token)
        assert response.status_code < 500, f"{body}: {response.text}"
        assert response.status_code != 412, response.text
