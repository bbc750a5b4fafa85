"""Content consumption and online treasure hunts: what a member is shown."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.antavo.calls import call, event


async def test_content_to_visit(world: WorldClient) -> None:
    content = {"title": "Our summer", "url": "https://example.com/summer", "type": "video", "points": 10}
    await world.setup({"antavo": {"members": [{"id": "ann"}], "content_activities": [content]}})

    response = await call(world.antavo, "GET", "/customers/ann/activities/content-consumption")

    assert response.json()["data"] == [{**content, "activity_type": "content_consumption", "status": "active"}]


async def test_hunts_that_run_now(world: WorldClient) -> None:
    hunt = {"title": "Quest", "url": "https://example.com/page", "points": 200, "success_message": "Found!"}
    later = {**hunt, "title": "Later", "starts_at": "2026-03-01T00:00:00Z"}
    await world.setup({"antavo": {"members": [{"id": "ann"}], "treasure_hunts": [hunt, later]}})

    response = await call(world.antavo, "GET", "/customers/ann/activities/treasure-hunt")

    assert response.json()["data"] == [{**hunt, "type": "treasure", "status": "active"}]


async def test_finding_a_treasure_is_refused_by_name(world: WorldClient) -> None:
    """The event is documented by name; what it carries, and where the message is answered, is not."""
    await world.setup({"antavo": {"members": [{"id": "ann"}]}})

    response = await event(world.antavo, "treasure_found", {"treasure": "x"})

    assert response.status_code == 501
    assert "treasure_found" in response.json()["error"]["message"]
