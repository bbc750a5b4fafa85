"""Content Blocks: what one call writes, the others and messages read."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.braze.calls import bearer

WELCOME = {
    "name": "welcome",
    "delivery": "api_triggered",
    "messages": {"email": {"from": "A <a@example.com>", "subject": "Hi", "body": "{{content_blocks.${head}}}"}},
}


async def post(world: WorldClient, path: str, body: Any) -> Any:
    response = await world.braze.post(path, json=body, headers=bearer(world.braze))
    assert response.status_code == 201, response.text
    return response.json()


async def info(world: WorldClient, **query: Any) -> Any:
    return (await world.braze.get("/content_blocks/info", params=query, headers=bearer(world.braze))).json()


async def test_what_is_updated_is_read(world: WorldClient) -> None:
    made = await post(world, "/content_blocks/create", {"name": "head", "content": "Hi", "state": "draft"})
    await world.advance("1h")
    changed = {"content_block_id": made["content_block_id"], "name": "top", "description": "d", "state": "active"}
    assert (await post(world, "/content_blocks/update", changed))["liquid_tag"] == "{{content_blocks.${top}}}"
    found = await info(world, content_block_id=made["content_block_id"])
    assert (found["name"], found["content_type"], found["last_edited"]) == ("top", "text", "2026-01-15T10:00:00.000Z")


async def test_campaigns_that_name_a_block_are_counted(world: WorldClient) -> None:
    made = await post(world, "/content_blocks/create", {"name": "head", "content": "Hi"})
    await world.setup({"braze": {"campaigns": [WELCOME]}})
    found = await info(world, content_block_id=made["content_block_id"], include_inclusion_data="true")
    assert found["inclusion_count"] == 1
    assert found["inclusion_data"][0].keys() == {"campaign_id", "message_variation_id"}


async def test_large_content_is_refused(world: WorldClient) -> None:
    body = {"name": "head", "content": "x" * 51200}
    response = await world.braze.post("/content_blocks/create", json=body, headers=bearer(world.braze))
    assert response.json() == {"message": "Content must be smaller than 50kb"}


async def test_an_offset_skips_and_a_limit_cuts(world: WorldClient) -> None:
    for name in "abc":
        await post(world, "/content_blocks/create", {"name": name, "content": "Hi"})
    query = {"offset": 1, "limit": 1}
    response = await world.braze.get("/content_blocks/list", params=query, headers=bearer(world.braze))
    assert [block["name"] for block in response.json()["content_blocks"]] == ["b"]
