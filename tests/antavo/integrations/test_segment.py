"""The inbound endpoint of the Segment destination."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.antavo.calls import call, profile


async def test_an_event_with_the_key_in_its_body(world: WorldClient) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann"}]}})
    body = {"api_key": world.antavo["api_key"], "customer": "ann", "action": "point_add", "data": {"points": 5}}

    response = await world.antavo.post("/v1/webhook/segment", json=body)

    assert (response.status_code, response.json()) == (202, {})
    assert (await profile(world.antavo))["score"] == 5


async def test_a_wrong_key_and_an_unknown_member(world: WorldClient) -> None:
    body = {"customer": "ann", "action": "profile"}

    wrong = await world.antavo.post("/v1/webhook/segment", json={**body, "api_key": "nobody"})
    unknown = await world.antavo.post("/v1/webhook/segment", json={**body, "api_key": world.antavo["api_key"]})

    assert wrong.status_code == 401
    assert (unknown.status_code, unknown.json()["status"], unknown.json()["error"]["code"]) == (404, "error", 160212)


async def test_only_the_key_in_the_body_counts(world: WorldClient) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann"}]}})
    body = {"api_key": "nobody", "customer": "ann", "action": "profile"}

    signed = await call(world.antavo, "POST", "/v1/webhook/segment", body)

    assert signed.status_code == 401
