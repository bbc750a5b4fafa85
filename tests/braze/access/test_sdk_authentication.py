"""Keys of SDK authentication: one of an app's is the primary one."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.braze.calls import bearer


async def create(world: WorldClient, name: str, **more: Any) -> str:
    body = {"app_id": world.braze["app_id"], "rsa_public_key_str": "PEM", "description": name, **more}
    response = await world.braze.post("/app_group/sdk_authentication/create", json=body, headers=bearer(world.braze))
    assert response.status_code == 201
    key: str = response.json()["id"]
    return key


async def primary(world: WorldClient) -> list[str]:
    query = {"app_id": world.braze["app_id"]}
    path = "/app_group/sdk_authentication/keys"
    keys = (await world.braze.get(path, params=query, headers=bearer(world.braze))).json()["keys"]
    return [key["description"] for key in keys if key["is_primary"]]


async def test_a_new_primary_key_takes_the_place_of_the_old(world: WorldClient) -> None:
    await create(world, "one", make_primary=True)
    await create(world, "two")
    assert await primary(world) == ["one"]
    await create(world, "three", make_primary=True)
    assert await primary(world) == ["three"]


async def test_a_former_primary_key_can_be_deleted(world: WorldClient) -> None:
    first = await create(world, "one", make_primary=True)
    await create(world, "two", make_primary=True)
    body = {"app_id": world.braze["app_id"], "key_id": first}
    response = await world.braze.request(
        "DELETE", "/app_group/sdk_authentication/delete", json=body, headers=bearer(world.braze)
    )
    assert [key["description"] for key in response.json()["keys"]] == ["two"]
