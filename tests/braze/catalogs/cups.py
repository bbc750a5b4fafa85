"""A catalog that has a field of every type, and calls about it."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.braze.calls import bearer

FIELDS = {"id": "string", "title": "string", "price": "number", "new": "boolean", "since": "time"}
FIELDS |= {"tags": "array", "more": "object"}


def fields(**types: str) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in types.items()]


async def call(world: WorldClient, method: str, path: str, body: Any = None) -> Any:
    return await world.braze.request(method, path, json=body, headers=bearer(world.braze))


async def item(world: WorldClient, item_id: str = "a") -> Any:
    return (await call(world, "GET", f"/catalogs/cups/items/{item_id}")).json()["items"][0]
