"""Catalogs: fields and selections, and the limits that need many rows to reach."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.braze.calls import bearer

FIELDS = {"id": "string", "title": "string", "price": "number", "new": "boolean", "since": "time"}
FIELDS |= {"tags": "array", "more": "object"}


def fields(**types: str) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in types.items()]


async def call(world: WorldClient, method: str, path: str, body: Any = None) -> Any:
    return await world.braze.request(method, path, json=body, headers=bearer(world.braze))


@pytest.fixture
async def cups(world: WorldClient) -> WorldClient:
    """A world with a catalog that has a field of every type."""
    catalog = {"name": "cups", "description": "", "fields": fields(**FIELDS)}
    response = await call(world, "POST", "/catalogs", {"catalogs": [catalog]})
    assert response.status_code == 201
    return world


async def item(world: WorldClient, item_id: str = "a") -> Any:
    return (await call(world, "GET", f"/catalogs/cups/items/{item_id}")).json()["items"][0]


async def test_a_deleted_field_takes_its_values_along(cups: WorldClient) -> None:
    await call(cups, "POST", "/catalogs/cups/items/a", {"items": [{"title": "A", "price": 1}]})
    await call(cups, "DELETE", "/catalogs/cups/fields/price")
    assert await item(cups) == {"id": "a", "title": "A"}


async def test_a_catalog_has_up_to_500_fields(world: WorldClient) -> None:
    many = fields(id="string", **{f"f{n}": "string" for n in range(500)})
    response = await call(world, "POST", "/catalogs", {"catalogs": [{"name": "wide", "fields": many}]})
    assert response.json()["errors"][0]["id"] == "too-many-fields"
    await call(world, "POST", "/catalogs", {"catalogs": [{"name": "wide", "fields": many[:500]}]})
    response = await call(world, "POST", "/catalogs/wide/fields", {"fields": fields(one="string")})
    assert response.json()["errors"][0]["id"] == "catalog-exceeds-fields-limit"


async def test_a_catalog_has_a_bounded_number_of_selections(cups: WorldClient) -> None:
    answers = [
        await call(cups, "POST", "/catalogs/cups/selections", {"selection": {"name": f"s{n}"}}) for n in range(31)
    ]
    assert answers[29].status_code == 202
    assert answers[30].json()["errors"][0]["id"] == "selection-limit-reached"


async def test_a_catalog_is_set_up_with_items(world: WorldClient) -> None:
    fields = [{"name": "id", "type": "string"}, {"name": "price", "type": "number"}]
    catalog = {"name": "cups", "fields": fields, "items": [{"id": "a", "price": "5"}]}
    await world.setup({"braze": {"catalogs": [catalog]}})
    response = await world.braze.get("/catalogs/cups/items", headers=bearer(world.braze))
    assert response.json()["items"] == [{"id": "a", "price": 5}]
    with pytest.raises(ControlRefused, match="invalid-fields"):
        await world.setup({"braze": {"catalogs": [catalog | {"items": [{"id": "a", "size": 1}]}]}})
