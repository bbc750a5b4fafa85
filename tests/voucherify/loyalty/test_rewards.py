"""Rewards and their assignments."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, send
from tests.voucherify.loyalty.test_loyalties import program


async def material(world: WorldClient, **more: Any) -> Any:
    product = (await made(world, "POST", "/v1/products", {"source_id": "mug", "name": "Mug"}))["id"]
    body = {"name": "A mug", "type": "MATERIAL", "parameters": {"product": {"id": product}}, **more}
    return await made(world, "POST", "/v1/rewards", body)


async def test_what_a_reward_is_must_exist(world: WorldClient) -> None:
    await discount_campaign(world)

    async def key(kind: str, parameters: dict[str, Any]) -> str:
        body = {"name": "R", "type": kind, "parameters": parameters}
        found: str = (await send(world, "POST", "/v1/rewards", body)).json().get("key", "")
        return found

    assert await key("CAMPAIGN", {"campaign": {"id": "Spring"}}) == ""
    assert await key("CAMPAIGN", {"campaign": {"id": "camp_none"}}) == "not_found"
    assert await key("CAMPAIGN", {}) == "missing_param"
    assert await key("MATERIAL", {"product": {"id": "mug"}}) == "not_found"
    assert await key("COIN", {"coin": {"exchange_ratio": 0.5}}) == ""


async def test_an_assignment_has_its_price(world: WorldClient) -> None:
    campaign = await program(world)
    reward = (await material(world))["id"]
    path = f"/v1/rewards/{reward}/assignments"

    missing = await send(world, "POST", path, {"campaign": "Club"})
    made_one = await made(world, "POST", path, {"campaign": "Club", "parameters": {"loyalty": {"points": 39}}})
    again = await send(world, "POST", path, {"campaign": "Club", "parameters": {"loyalty": {"points": 39}}})
    in_use = await send(world, "DELETE", f"/v1/rewards/{reward}")

    assert missing.json()["details"] == "Parameter 'parameters.loyalty' is required"
    assert (made_one["related_object_id"], made_one["parameters"]) == (campaign["id"], {"loyalty": {"points": 39}})
    assert again.json()["details"] == f"Duplicated reward_assignment exists with id {made_one['id']}"
    assert in_use.json()["key"] == "resource_in_use" and in_use.json()["related_object_ids"] == [made_one["id"]]


async def test_an_assignment_is_changed_and_taken_back(world: WorldClient) -> None:
    await program(world)
    reward = (await material(world))["id"]
    body = {"campaign": "Club", "parameters": {"loyalty": {"points": 39}}}
    path = f"/v1/rewards/{reward}/assignments"
    one = f"{path}/{(await made(world, 'POST', path, body))['id']}"

    changed = await made(world, "PUT", one, {"parameters": {"loyalty": {"points": 10}}})
    await made(world, "DELETE", one)
    await made(world, "DELETE", f"/v1/rewards/{reward}")

    assert changed["parameters"]["loyalty"]["points"] == 10
    assert (await send(world, "GET", f"/v1/rewards/{reward}")).json()["resource_type"] == "reward"
