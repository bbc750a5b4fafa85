"""The FAQ, which is a 404 while it is off, and share intents, which tell what is wrong with HTTP 200."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call

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
