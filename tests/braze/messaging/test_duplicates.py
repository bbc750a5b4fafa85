"""Copies of campaigns."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.braze.calls import bearer, workspace

CAMPAIGN = "00000000-0000-4000-8000-0000000000c1"
EMAIL = {"from": "A <a@example.com>", "subject": "Hi", "body": "Hello"}


async def test_a_copy_has_ids_of_its_own_and_is_not_enabled(world: WorldClient) -> None:
    row = {"name": "Welcome", "id": CAMPAIGN, "delivery": "api_triggered", "messages": {"email": EMAIL}}
    await world.setup({"braze": {"campaigns": [row]}})
    body = {"campaign_id": CAMPAIGN, "name": "Welcome 2", "description": "copy"}
    response = await world.braze.post("/campaigns/duplicate", json=body, headers=bearer(world.braze))
    assert (response.status_code, response.json()) == (202, {"message": "success"})
    first, second = workspace(world).campaigns.values()
    assert (second.name, second.description, second.enabled, second.sends) == ("Welcome 2", "copy", False, {})
    assert first.contents[0].parts == second.contents[0].parts
    assert not {first.id, first.variants[0].id, first.contents[0].id} & {
        second.id,
        second.variants[0].id,
        second.contents[0].id,
    }


async def test_an_unknown_campaign_is_not_copied(world: WorldClient) -> None:
    body = {"campaign_id": "x", "name": "y"}
    response = await world.braze.post("/campaigns/duplicate", json=body, headers=bearer(world.braze))
    assert response.json() == {"message": "campaign_id must be a string of the campaign api identifier"}
