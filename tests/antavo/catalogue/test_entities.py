"""The Entities API: PUT creates, POST updates, not found is HTTP 400."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call

REWARD = {"name": "Coffee", "description": "Hot", "price": 40, "type": "physical"}


async def put(world: WorldClient, path: str, body: Any) -> Any:
    return await call(world.antavo, "PUT", path, body)


async def test_a_reward_is_created_inactive_and_can_be_claimed_once_active(world: WorldClient) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann", "points": 50}]}})
    made = (await put(world, "/entities/rewards/reward", REWARD)).json()
    claim = f"/customers/ann/activities/rewards/{made['id']}/claim"

    before = await call(world.antavo, "POST", claim)
    await call(world.antavo, "POST", f"/entities/rewards/reward/{made['id']}", {"status": "active"})

    assert (made["status"], before.json()["error"]["code"]) == ("inactive", 160321)
    assert (await call(world.antavo, "POST", claim)).json()["spent"] == 40


@pytest.mark.parametrize("name", ["name", "description", "price", "type"])
async def test_what_a_reward_needs(world: WorldClient, name: str) -> None:
    body = {key: value for key, value in REWARD.items() if key != name}

    response = await put(world, "/entities/rewards/reward", body)

    error = {"type": "BadRequestException", "code": 0, "message": f"'{name}' property is required"}
    assert (response.status_code, response.json()) == (400, {"error": error})


@pytest.mark.parametrize(
    "change",
    [
        {"type": "cake"},
        {"price": -1},
        {"price": "many"},
        {"stock": -1},
        {"starts_at": "soon"},
        {"repeat_interval": "x"},
    ],
)
async def test_values_a_claim_could_not_read_are_refused(world: WorldClient, change: dict[str, Any]) -> None:
    assert (await put(world, "/entities/rewards/reward", REWARD | change)).status_code == 400


async def test_a_record_of_another_type(world: WorldClient) -> None:
    made = await put(world, "/entities/stores/store/north", {"name": "North", "city": "Oslo"})
    again = await put(world, "/entities/stores/store/north", {"name": "North"})
    changed = await call(world.antavo, "POST", "/entities/Stores/Store/north", {"city": "Bergen"})

    assert made.json() == {"id": "north", "status": "inactive", "name": "North", "city": "Oslo"}
    assert again.json()["error"]["message"] == "The ID is required and needs to be unique"
    assert changed.json()["city"] == "Bergen"


async def test_lists_are_filtered_by_an_attribute(world: WorldClient) -> None:
    for name, city in (("a", "Oslo"), ("b", "Bergen"), ("c", "Oslo")):
        await put(world, f"/entities/stores/store/{name}", {"city": city})

    rows = (await call(world.antavo, "GET", "/entities/stores/store?city=Oslo&limit=1")).json()

    assert [row["id"] for row in rows["data"]] == ["a"]
    assert rows["next"] == "/entities/stores/store?city=Oslo&limit=1&offset=1"


async def test_only_inactive_records_are_archived(world: WorldClient) -> None:
    await put(world, "/entities/stores/store/a", {"name": "A"})
    await call(world.antavo, "POST", "/entities/stores/store/a", {"status": "active"})

    active = await call(world.antavo, "DELETE", "/entities/stores/store/a")
    await call(world.antavo, "POST", "/entities/stores/store/a", {"status": "inactive"})
    archived = await call(world.antavo, "DELETE", "/entities/stores/store/a")

    assert (active.status_code, archived.json()) == (400, ["OK"])
    assert (await call(world.antavo, "DELETE", "/entities/stores/store/a")).status_code == 404
    response = await call(world.antavo, "GET", "/entities/stores/store/a")
    assert (response.status_code, response.json()["error"]["message"]) == (400, "Entity not found")


async def test_unknown_types_are_refused_and_custom_ones_are_set_up(world: WorldClient) -> None:
    unknown = await call(world.antavo, "GET", "/entities/custom/lounge")
    await world.setup({"antavo": {"entity_types": ["lounge"]}})

    assert (unknown.status_code, unknown.json()["error"]["code"]) == (400, 350300)
    assert (await call(world.antavo, "GET", "/entities/custom/lounge")).json() == {"data": []}


ROWS = [
    {"method": "PUT", "type": "stores/store", "id": "a", "data": {"name": "A"}},
    {"method": "GET", "type": "stores/store", "id": "nowhere"},
    {"method": "PUT", "type": "stores/store", "id": "b", "data": {"name": "B"}},
]


@pytest.mark.parametrize(
    ("handling", "errors", "made"), [("skip", 1, ["a", "b"]), ("fail", 1, ["a"]), ("pre-check", 1, [])]
)
async def test_several_calls_at_once(world: WorldClient, handling: str, errors: int, made: list[str]) -> None:
    found = (await call(world.antavo, "POST", "/entities", {"entities": ROWS, "error_handling": handling})).json()

    assert (found["total"], found["errors"]) == (3, errors)
    assert found["results"][1]["error"]["error"]["message"] == "Entity not found"
    assert [r["id"] for r in (await call(world.antavo, "GET", "/entities/stores/store")).json()["data"]] == made
