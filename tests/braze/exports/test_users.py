"""User exports."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.braze.calls import bearer, exported, track

ORDER = (
    "created_at external_id user_aliases appboy_id braze_id first_name last_name random_bucket email "
    "custom_attributes total_revenue push_subscribe email_subscribe"
).split()


async def test_keys_come_in_the_recorded_order_and_empty_ones_not_at_all(world: WorldClient) -> None:
    user = {"external_id": "ann", "first_name": "A", "last_name": "L", "email": "a@example.com", "x": 1}
    await track(world.braze, attributes=[user])
    assert list(await exported(world.braze, "ann")) == ORDER


async def test_braze_id_and_its_older_twin_are_the_same(world: WorldClient) -> None:
    await track(world.braze, attributes=[{"external_id": "ann"}])
    user = await exported(world.braze, "ann", "braze_id")
    assert user["braze_id"] == user["appboy_id"]
    assert len(user["braze_id"]) == 24


async def test_lists_show_90_days_of_activity(world: WorldClient) -> None:
    await track(world.braze, events=[{"external_id": "ann", "name": "came", "time": "2026-01-15T08:00:00Z"}])
    await world.advance("90d")
    assert "custom_events" not in await exported(world.braze, "ann")


async def test_a_profile_asked_for_twice_comes_once(world: WorldClient) -> None:
    await world.setup({"braze": {"users": [{"external_id": "ann", "email": "a@example.com"}]}})
    body = {"external_ids": ["ann"], "email_address": "a@example.com", "fields_to_export": ["external_id"]}
    response = await world.braze.post("/users/export/ids", json=body, headers=bearer(world.braze))
    assert response.json()["users"] == [{"external_id": "ann"}]


async def test_an_unknown_field_to_export_is_told(world: WorldClient) -> None:
    body = {"external_ids": ["ann"], "fields_to_export": ["email", "shoe_size"]}
    response = await world.braze.post("/users/export/ids", json=body, headers=bearer(world.braze))
    assert response.headers["X-Stampcard-Diagnostics"] == "unknown-field /fields_to_export/1"
