"""Subscription groups: who shares a choice."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer, track

NEWS, ALERTS = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


@pytest.fixture
async def groups(world: WorldClient) -> WorldClient:
    """A world with an e-mail and an SMS group, and two users of one address and one number."""
    rows = [{"id": NEWS, "name": "News", "channel": "email"}, {"id": ALERTS, "name": "Alerts", "channel": "sms"}]
    users = [{"external_id": name, "email": "a@example.com", "phone": "+1"} for name in ("ann", "bob")]
    await world.setup({"braze": {"subscription_groups": rows, "users": users}})
    return world


async def choose(world: WorldClient, group: str, **who: Any) -> Any:
    body = {"subscription_group_id": group, "subscription_state": "subscribed", **who}
    response = await world.braze.post("/subscription/status/set", json=body, headers=bearer(world.braze))
    assert response.status_code == 201
    return response


async def status(world: WorldClient, group: str, name: str, value: str) -> str:
    query = {"subscription_group_id": group, name: value}
    response = await world.braze.get("/subscription/status/get", params=query, headers=bearer(world.braze))
    found: str = response.json()["status"][value]
    return found


@pytest.mark.parametrize(
    ("group", "who"), [(NEWS, {"external_id": "ann"}), (NEWS, {"email": "A@example.com"}), (ALERTS, {"phone": ["+1"]})]
)
async def test_all_who_share_an_address_or_number_share_a_choice(
    groups: WorldClient, group: str, who: dict[str, Any]
) -> None:
    await choose(groups, group, **who)
    assert await status(groups, group, "external_id", "bob") == "Subscribed"


async def test_a_choice_waits_for_whoever_gets_the_address(groups: WorldClient) -> None:
    await choose(groups, NEWS, email="new@example.com")
    assert await status(groups, NEWS, "email", "new@example.com") == "Subscribed"
    await track(groups.braze, attributes=[{"external_id": "cid", "email": "new@example.com"}])
    assert await status(groups, NEWS, "external_id", "cid") == "Subscribed"


async def test_double_opt_in_subscribes_nobody_yet(groups: WorldClient) -> None:
    response = await choose(groups, ALERTS, phone="+1", use_double_opt_in_logic=True)
    assert response.headers["X-Stampcard-Diagnostics"] == "double-opt-in"
    assert await status(groups, ALERTS, "phone", "+1") == "unknown"


async def test_more_than_fifty_users_are_refused(groups: WorldClient) -> None:
    change = {"subscription_group_id": NEWS, "subscription_state": "subscribed", "emails": ["a@example.com"] * 26}
    body = {"subscription_groups": [change, change]}
    response = await groups.braze.post("/v2/subscription/status/set", json=body, headers=bearer(groups.braze))
    assert response.status_code == 400
