"""Asynchronous events: a bearer token, a queue, an outcome by correlation id."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import WorldClient
from tests.antavo.access.test_auth import ask
from tests.antavo.access.test_auth import set_up as set_up_client
from tests.antavo.calls import call, profile
from tests.antavo.workflows.test_runs import receiver

EVENT = {"customer": "ann", "action": "point_add", "data": {"points": 5}}


async def token(world: WorldClient) -> dict[str, str]:
    await set_up_client(world)
    await world.setup({"antavo": {"members": [{"id": "ann", "points": 100}]}})
    return {"Authorization": f"Bearer {(await ask(world)).json()['access_token']}"}


async def submit(world: WorldClient, headers: dict[str, str], **change: Any) -> httpx.Response:
    body = {name: value for name, value in {**EVENT, **change}.items() if value is not None}
    return await world.antavo.post("/v1/async/events", json=body, headers=headers)


async def outcome(world: WorldClient, headers: dict[str, str], name: str) -> dict[str, Any]:
    response = await world.antavo.get(f"/v1/async/events/{name}", headers=headers)
    assert response.status_code == 200
    found: dict[str, Any] = response.json()["payload"]
    return found


async def test_an_event_is_processed_from_the_queue(world: WorldClient) -> None:
    headers = await token(world)

    queued = (await submit(world, headers)).json()["payload"]
    waiting = await outcome(world, headers, queued["correlation_id"])
    await world.settle()
    done = await outcome(world, headers, queued["correlation_id"])

    assert (queued["status"], waiting["status"], done["status"]) == ("queued", "exported", "processed")
    assert done["response"]["error"] == []
    success = done["response"]["success"]
    assert (success["score"], success["spendable"], success["created_at"]) == (105, 105, 1768467600)
    assert success["events"][0]["points"] == 5


async def test_an_event_that_fails_says_why_with_http_200(world: WorldClient) -> None:
    headers = await token(world)

    await submit(world, headers, action="opt_in", data={}, correlation_id="mine")
    await world.settle()

    detail = {"type": "RuntimeException", "code": 112101, "message": "Customer has already been opted-in."}
    assert await outcome(world, headers, "mine") == {"status": "error", "response": {"success": [], "error": detail}}


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"customer": None}, 203401, "Property 'customer' cannot be empty"),
        ({"customer": ""}, 203401, "Property 'customer' cannot be empty"),
        ({"action": None}, 203401, "Property 'action' cannot be empty"),
        ({"data": None}, 203401, "Property 'data' cannot be empty"),
        ({"action": "point_spend"}, 203404, "Invalid action: point_spend"),
        ({"callback_url": "https://evil.example/x"}, 0, "callback_url does not match a trusted site"),
    ],
)
async def test_what_is_not_queued(world: WorldClient, change: dict[str, Any], code: int, message: str) -> None:
    headers = await token(world)

    response = await submit(world, headers, **change)

    detail = {"type": "BadRequestException", "code": code, "message": message}
    assert (response.status_code, response.json()) == (400, {"status": "error", "error": detail})


async def test_a_correlation_id_is_used_once(world: WorldClient) -> None:
    headers = await token(world)

    assert (await submit(world, headers, correlation_id="mine")).status_code == 200
    assert (await submit(world, headers, correlation_id="mine")).status_code == 400


async def test_an_unknown_correlation_id(world: WorldClient) -> None:
    headers = await token(world)

    response = await world.antavo.get("/v1/async/events/nothing", headers=headers)

    assert (response.status_code, response.json()["error"]["code"]) == (400, 203408)


async def test_a_signature_is_no_token_and_a_token_no_signature(world: WorldClient) -> None:
    headers = await token(world)

    signed = await call(world.antavo, "POST", "/v1/async/events", EVENT)
    bearer = await world.antavo.get("/customers/ann", headers=headers)

    detail = {"type": "UnauthorizedException", "code": 220052, "message": "Bearer token authentication failed"}
    assert (signed.status_code, signed.json()) == (401, {"error": detail})
    assert (bearer.status_code, bearer.json()["error"]["code"]) == (401, 101021)


async def test_tokens_expire_on_the_virtual_clock(world: WorldClient) -> None:
    headers = await token(world)

    await world.advance("1h")

    assert (await submit(world, headers)).status_code == 401


async def test_the_outcome_goes_to_the_callback(world: WorldClient) -> None:
    headers = await token(world)
    async with receiver() as (found, url):
        await world.setup({"antavo": {"trusted_sites": [{"name": "shop", "url": url}]}})
        await submit(world, headers, callback_url=f"{url}/done")
        await world.settle()

    assert found.requests[0].startswith("POST /done HTTP/1.1")
    assert '"status":"processed"' in found.requests[0]
    assert (await profile(world.antavo))["score"] == 105
