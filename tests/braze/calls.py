"""How a caller of Braze proves who it is."""

from __future__ import annotations

from typing import Any

from stampcard.braze.state import Workspace
from stampcard.client import Door, WorldClient


def authorize(door: Door, method: str, target: str, body: bytes, headers: dict[str, str]) -> dict[str, str]:
    """The API key as a bearer token, unless the caller brings a header of its own."""
    return {"Authorization": f"Bearer {door['api_key']}", **headers}


def bearer(door: Door) -> dict[str, str]:
    return {"Authorization": f"Bearer {door['api_key']}"}


async def track(door: Door, **arrays: list[dict[str, Any]]) -> Any:
    """POST /users/track; the answer's body."""
    response = await door.post("/users/track", json=arrays, headers=bearer(door))
    assert response.status_code in (201, 400), response.text
    return response.json()


async def exported(door: Door, external_id: str, *fields: str) -> dict[str, Any]:
    """The one profile of an external_id, with all fields or those named."""
    asked: dict[str, Any] = {"external_ids": [external_id]} | ({"fields_to_export": list(fields)} if fields else {})
    response = await door.post("/users/export/ids", json=asked, headers=bearer(door))
    assert response.status_code == 201, response.text
    (user,) = response.json()["users"]
    found: dict[str, Any] = user
    return found


def workspace(world: WorldClient) -> Workspace:
    """The state of a world in this process."""
    assert world.inside is not None
    found: Workspace = world.inside.tenants["braze"]
    return found
