"""Preference centers: what one call writes, the others read."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.braze.calls import bearer

NEWS = {"name": "News", "preference_center_page_html": "<p>1</p>", "confirmation_page_html": "<p>2</p>"}


async def created(world: WorldClient) -> str:
    response = await world.braze.post("/preference_center/v1", json=NEWS, headers=bearer(world.braze))
    key: str = response.json()["preference_center_api_id"]
    return key


async def get(world: WorldClient, path: str) -> Any:
    return await world.braze.get(f"/preference_center/v1/{path}", headers=bearer(world.braze))


async def test_an_update_puts_back_what_it_leaves_out(world: WorldClient) -> None:
    path = f"/preference_center/v1/{await created(world)}"
    pages = {"preference_center_page_html": "a", "confirmation_page_html": "b"}
    first = pages | {"preference_center_title": "All", "state": "draft", "options": {"meta-viewport-content": "x"}}
    await world.braze.put(path, json=first, headers=bearer(world.braze))
    await world.braze.put(path, json=pages, headers=bearer(world.braze))
    body = (await get(world, path.rpartition("/")[2])).json()
    found = (body["preference_center_title"], body["state"], body["preference_center_options"])
    assert found == ("Preference Center", "active", {})


async def test_a_users_address_is_their_own_and_leads_nowhere(world: WorldClient) -> None:
    await world.setup({"braze": {"users": [{"external_id": "ann"}, {"external_id": "bob"}]}})
    key = await created(world)
    answers = [await get(world, f"{key}/url/{name}") for name in ("ann", "bob", "ann")]
    urls = [answer.json()["preference_center_url"] for answer in answers]
    assert urls[0] == urls[2] != urls[1]
    assert urls[0].startswith("https://preference-center.invalid/")
    assert answers[0].headers["X-Stampcard-Diagnostics"] == "no-page"


async def test_nobody_has_no_address(world: WorldClient) -> None:
    assert (await get(world, f"{await created(world)}/url/nobody")).status_code == 400
