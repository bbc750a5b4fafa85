"""Readings of Braze's documents that are not the default; more are rows of tests/parity/braze/switches.yaml."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer, exported, workspace

NOW = "2026-01-15T09:00:00Z"
LARGE = {f"key{number}": "x" * 200 for number in range(300)}
"""About 60 KB."""

PURCHASE = {"external_id": "ann", "product_id": "cup", "currency": "USD", "price": 1, "time": NOW}


@pytest.mark.parametrize(("most", "status"), [(100, 201), (50, 400)])
async def test_properties_of_a_purchase_are_limited(world: WorldClient, most: int, status: int) -> None:
    await world.setup({"braze": {"switches": {"purchase_properties_kb": most}}})

    answer = await world.braze.post(
        "/users/track", json={"purchases": [{**PURCHASE, "properties": LARGE}]}, headers=bearer(world.braze)
    )

    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("value", [LARGE, [LARGE]])
@pytest.mark.parametrize(("most", "kept"), [(100, True), (50, False)])
async def test_nested_objects_are_limited(world: WorldClient, most: int, kept: bool, value: Any) -> None:
    await world.setup({"braze": {"switches": {"nested_objects_kb": most}}})

    await world.braze.post(
        "/users/track", json={"attributes": [{"external_id": "ann", "large": value}]}, headers=bearer(world.braze)
    )

    assert ("large" in workspace(world).by_external_id["ann"].custom) is kept


@pytest.mark.parametrize(("reading", "made"), [("honour_false", 3), ("update_only", 1)])
async def test_events_and_purchases_of_an_alias_make_a_profile(world: WorldClient, reading: str, made: int) -> None:
    """Attributes do so with either reading."""
    await world.setup({"braze": {"switches": {"alias_events": reading}}})
    shared = {"_update_existing_only": False, "time": NOW}
    aliases = [{"user_alias": {"alias_label": "card", "alias_name": name}} for name in "abc"]
    event = {**aliases[1], **shared, "name": "visit"}
    purchase = {**aliases[2], **shared, "product_id": "cup", "currency": "USD", "price": 1}
    attributes = {**aliases[0], "_update_existing_only": False, "points": 1}
    body = {"attributes": [attributes], "events": [event], "purchases": [purchase]}

    answer = await world.braze.post("/users/track", json=body, headers=bearer(world.braze))

    assert answer.status_code == 201
    assert len(workspace(world).by_alias) == made


@pytest.mark.parametrize(("reading", "shown"), [("longitude_first", [10.5, 60.0]), ("latitude_first", [60.0, 10.5])])
async def test_coordinates_come_in_either_order(world: WorldClient, reading: str, shown: list[float]) -> None:
    place = {"longitude": 10.5, "latitude": 60}
    await world.setup({"braze": {"switches": {"last_coordinates": reading}}})
    body = {"attributes": [{"external_id": "ann", "current_location": place}]}

    await world.braze.post("/users/track", json=body, headers=bearer(world.braze))

    assert (await exported(world.braze, "ann"))["last_coordinates"] == shown
