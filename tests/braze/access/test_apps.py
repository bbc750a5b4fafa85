"""Apps of the workspace."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.braze.calls import bearer


async def test_apps_of_the_setup_are_listed_beside_the_first_one(world: WorldClient) -> None:
    app = {"id": "00000000-0000-4000-8000-000000000009", "name": "Phone"}
    await world.setup({"braze": {"apps": [app]}})
    response = await world.braze.get("/app_group/apps", headers=bearer(world.braze))
    assert [row["api_key"] for row in response.json()["apps"]] == [world.braze["app_id"], app["id"]]
