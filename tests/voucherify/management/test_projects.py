"""Projects by management keys: their own keys, their own state."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send


async def home(world: WorldClient) -> str:
    """Where the management API has the world's own project."""
    await world.setup({"voucherify": {"project": {"id": "proj_home"}}})
    return "/management/v1/projects/proj_home"


async def test_a_new_project_has_keys_that_see_it_alone(world: WorldClient) -> None:
    created = await made(world, "POST", "/management/v1/projects", {"name": "Second", "timezone": "Europe/Warsaw"})
    key = created["server_side_key"]
    keys = {"X-App-Id": key["app_id"], "X-App-Token": key["app_token"]}

    await made(world, "POST", "/v1/customers", {"source_id": "ann"}, headers=keys)

    assert (created["name"], created["timezone"], created["cluster_id"]) == ("Second", "Europe/Warsaw", "eu1")
    assert (await made(world, "GET", "/v1/customers", headers=keys))["total"] == 1
    assert (await made(world, "GET", "/v1/customers"))["total"] == 0


async def test_its_switches_open_the_client_side_api(world: WorldClient) -> None:
    body = {"name": "Shop", "client_trusted_domains": ["https://shop.example"], "client_create_customer_enabled": True}
    created = await made(world, "POST", "/management/v1/projects", body)
    key = created["client_side_key"]
    keys = {"X-Client-Application-Id": key["app_id"], "X-Client-Token": key["app_token"]}

    async def status(path: str, sent: Any, origin: str) -> int:
        response = await send(world, "POST", path, sent, headers={**keys, "Origin": origin})
        return int(response.status_code)

    assert await status("/client/v1/customers", {"source_id": "ann"}, "https://shop.example") == 200
    assert await status("/client/v1/customers", {"source_id": "ann"}, "https://else.example") == 401
    assert await status("/client/v1/publish", {"campaign": "C", "customer": "ann"}, "https://shop.example") == 403


async def test_the_management_api_reaches_it_by_its_id(world: WorldClient) -> None:
    created = await made(world, "POST", "/management/v1/projects", {"name": "Second"})
    body = {"target_url": "http://127.0.0.1:9/hook", "events": ["customer.created"]}

    await made(world, "POST", f"/management/v1/projects/{created['id']}/webhooks", body)

    assert (await made(world, "GET", f"/management/v1/projects/{created['id']}/webhooks"))["total"] == 1
    assert (await made(world, "GET", f"{await home(world)}/webhooks"))["total"] == 0


async def test_a_reset_takes_its_keys_away(world: WorldClient) -> None:
    created = await made(world, "POST", "/management/v1/projects", {"name": "Second"})
    key = created["server_side_key"]

    await world.reset()

    keys = {"X-App-Id": key["app_id"], "X-App-Token": key["app_token"]}
    assert (await send(world, "GET", "/v1/customers", headers=keys)).status_code == 401
