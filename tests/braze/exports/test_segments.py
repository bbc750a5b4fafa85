"""Segments as exports show them, and how large they were."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.braze.calls import bearer, track

SEGMENT = "00000000-0000-4000-8000-0000000000e1"


async def get(world: WorldClient, path: str, **query: Any) -> Any:
    response = await world.braze.get(path, params=query, headers=bearer(world.braze))
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_tracked_segment_is_measured_every_day(world: WorldClient) -> None:
    gold = {"filter": "Custom Attribute", "name": "plan", "comparison": "equals", "value": "gold"}
    row = {"name": "Gold", "id": SEGMENT, "filters": [gold], "analytics_tracking": True}
    await world.setup({"braze": {"segments": [row]}})
    await track(world.braze, attributes=[{"external_id": "ann", "plan": "gold"}])
    await world.advance("2d")
    await track(world.braze, attributes=[{"external_id": "bob", "plan": "gold"}])
    rows = (await get(world, "/segments/data_series", segment_id=SEGMENT, length=7))["data"]
    assert rows == [
        {"time": "2026-01-15", "size": 1},
        {"time": "2026-01-16", "size": 1},
        {"time": "2026-01-17", "size": 2},
    ]


async def test_a_segment_tells_its_filters_in_words(world: WorldClient) -> None:
    gold = {"filter": "Custom Attribute", "name": "plan", "comparison": "equals", "value": "gold"}
    await world.setup({"braze": {"segments": [{"name": "Gold", "id": SEGMENT, "filters": [gold]}]}})
    body = await get(world, "/segments/details", segment_id=SEGMENT)
    assert (body["name"], body["text_description"]) == ("Gold", "Custom Attribute plan equals gold")
