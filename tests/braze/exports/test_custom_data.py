"""Names of custom events, listed."""

from __future__ import annotations

import re

from stampcard.client import WorldClient
from tests.braze.calls import bearer, track


async def test_a_cursor_leads_through_all_pages(world: WorldClient) -> None:
    await world.setup({"braze": {"custom_events": [{"name": f"e{n:03d}"} for n in range(120)]}})
    path, names = "/events", []
    while path:
        response = await world.braze.get(path, headers=bearer(world.braze))
        names += [event["name"] for event in response.json()["events"]]
        links = dict(re.findall(r'<([^>]+)>; rel="(\w+)"', response.headers.get("Link", ""))[::-1])
        path = next((target for target, rel in links.items() if rel == "next"), "")
    assert names == [f"e{n:03d}" for n in range(120)]


async def test_one_page_needs_no_links(world: WorldClient) -> None:
    await track(world.braze, events=[{"external_id": "a", "name": "e", "time": "2026-01-01"}])
    assert "Link" not in (await world.braze.get("/events", headers=bearer(world.braze))).headers


async def test_names_come_250_on_a_page(world: WorldClient) -> None:
    await world.setup({"braze": {"custom_events": [{"name": f"e{n:03d}"} for n in range(260)]}})
    response = await world.braze.get("/events/list?page=1", headers=bearer(world.braze))
    assert response.json()["events"] == [f"e{n:03d}" for n in range(250, 260)]
