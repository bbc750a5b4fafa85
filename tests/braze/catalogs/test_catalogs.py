"""Catalogs: fields and selections, and the limits that need many rows to reach."""

from __future__ import annotations

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.braze.calls import bearer
from tests.braze.catalogs.cups import call, fields, item


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
