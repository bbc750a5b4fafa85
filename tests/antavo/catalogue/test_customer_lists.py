"""Customer lists: drafts first, 400 when there is none."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.antavo.calls import call


async def test_a_list_from_draft_to_archive(world: WorldClient) -> None:
    path = "/entities/core/customer-list"
    made = (await call(world.antavo, "PUT", path, {"name": "VIP"})).json()
    one = f"{path}/{made['id']}"

    assert made["status"] == "draft"
    changed = await call(world.antavo, "POST", one, {"name": "VIPs", "status": "active"})
    assert changed.json() == {"name": "VIPs", "id": made["id"], "status": "active"}
    assert (await call(world.antavo, "DELETE", one)).status_code == 400
    await call(world.antavo, "POST", one, {"status": "inactive"})
    assert (await call(world.antavo, "DELETE", one)).json() == ["ok"]
    assert (await call(world.antavo, "GET", path)).json() == {"data": []}


async def test_an_unknown_list(world: WorldClient) -> None:
    response = await call(world.antavo, "GET", "/entities/core/customer-list/x")

    error = {"type": "BadRequestException", "code": 300400, "message": "Customer List not found"}
    assert (response.status_code, response.json()) == (400, {"error": error})
