"""Categories."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, send


async def test_a_category_is_shown_on_what_belongs_to_it(world: WorldClient) -> None:
    category = await made(world, "POST", "/v1/categories", {"name": "First", "hierarchy": 1})

    campaign = await discount_campaign(world, category_id=category["id"])

    assert (campaign["category"], campaign["category_id"]) == ("First", category["id"])
    assert campaign["categories"] == [category]


async def test_a_category_is_renamed_and_deleted(world: WorldClient) -> None:
    category = await made(world, "POST", "/v1/categories", {"name": "First", "hierarchy": 1})
    path = f"/v1/categories/{category['id']}"

    renamed = await made(world, "PUT", path, {"name": "Second", "hierarchy": 2})
    await made(world, "DELETE", path)

    assert renamed["name"] == "Second" and "updated_at" in renamed
    assert (await send(world, "GET", path)).status_code == 404
