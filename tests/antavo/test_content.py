"""The FAQ, which is a 404 while it is off, and share intents, which tell what is wrong with HTTP 200."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, profile

INTENT = {"customer_id": "ann", "url": "https://example.com", "platform": "x"}


async def test_the_faq(world: WorldClient) -> None:
    off = await call(world.antavo, "GET", "/faq")
    await world.setup({"antavo": {"faq": [{"title": "Why?", "description": "Because."}]}})

    assert (off.status_code, off.json()["error"]["code"]) == (404, 0)
    assert (await call(world.antavo, "GET", "/faq")).json() == {"data": [{"title": "Why?", "description": "Because."}]}


@pytest.mark.parametrize(
    ("change", "status", "code"), [({}, 202, None), ({"customer_id": None}, 200, 360300), ({"url": 5}, 200, 360301)]
)
async def test_a_share_intent(world: WorldClient, change: dict[str, Any], status: int, code: int | None) -> None:
    response = await call(world.antavo, "POST", "/v1/social-share-campaigns/share-intent", {**INTENT, **change})

    assert (response.status_code, response.json().get("error", {}).get("code")) == (status, code)


CAMPAIGN = {"id": "spring", "urls": ["https://example.com"], "platforms": ["X", "Facebook"], "points": 12}


async def share(world: WorldClient, **change: Any) -> int:
    """The points a share intent brought."""
    before = (await profile(world.antavo))["score"]
    response = await call(world.antavo, "POST", "/v1/social-share-campaigns/share-intent", {**INTENT, **change})
    assert (response.status_code, response.json()) == (202, {})
    return int((await profile(world.antavo))["score"] - before)


async def test_an_intent_that_matches_a_campaign_is_an_event(world: WorldClient) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann"}], "social_share_campaigns": [CAMPAIGN]}})

    assert await share(world) == 12
    row = world.inside.tenants["antavo"].customers["ann"].events[-1]
    assert (row.action, row.points, row.data["campaign"]) == ("share_intent_success", 12, "spring")


@pytest.mark.parametrize(
    "change",
    [{"url": "https://example.com/other"}, {"platform": "Mastodon"}, {"customer_id": "nobody"}],
)
async def test_an_intent_without_a_match_is_taken_and_does_nothing(world: WorldClient, change: dict[str, Any]) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann"}], "social_share_campaigns": [CAMPAIGN]}})

    assert await share(world, **change) == 0
    assert world.inside.tenants["antavo"].customers["ann"].events == []


async def test_a_campaign_that_is_over_matches_nothing(world: WorldClient) -> None:
    over = {**CAMPAIGN, "ends_at": "2026-01-01T00:00:00Z"}
    await world.setup({"antavo": {"members": [{"id": "ann"}], "social_share_campaigns": [over]}})

    assert await share(world) == 0
