"""Definitions of custom events, and what is tracked against them."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.management.test_projects import home

STARS = {"properties": {"stars": {"type": "number", "optional": False}}}


async def test_a_definition_is_created_read_changed_and_deleted(world: WorldClient) -> None:
    place = f"{await home(world)}/custom-event-schemas"

    created = await made(world, "POST", place, {"name": "review", "schema": STARS})
    own = f"{place}/{created['id']}"
    changed = await made(world, "PUT", own, {"schema": {"properties": {"text": {"type": "string", "optional": True}}}})

    assert created["schema"] == STARS and "updated_at" not in created
    assert list(changed["schema"]["properties"]) == ["stars", "text"] and "updated_at" in changed
    assert (await made(world, "GET", place))["data"] == [changed] and await made(world, "GET", own) == changed
    await made(world, "DELETE", own)
    assert (await send(world, "GET", own)).status_code == 404


async def test_events_are_held_against_their_definition(world: WorldClient) -> None:
    await made(world, "POST", f"{await home(world)}/custom-event-schemas", {"name": "review", "schema": STARS})

    async def track(**metadata: object) -> tuple[int, str]:
        body = {"event": "review", "customer": "ann", "metadata": metadata}
        response = await send(world, "POST", "/v1/events", body)
        return response.status_code, response.json().get("details", "")

    assert await track(stars=5, unknown="kept out of nothing") == (200, "")
    assert await track(stars="5") == (400, "stars: must be a number, property is required (actual value is '5')")
    assert (await track())[0] == 400
