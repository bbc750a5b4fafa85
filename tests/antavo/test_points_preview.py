"""The preview of a checkout's points: base, bonus, nothing registered."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, event, profile

PATH = "/extensions/automation/campaign-bonus"
BODY = {"customer": "ann", "action": "checkout", "data": {"transaction_id": "T1", "total": 60}}
CHECK = {
    "node": "event_attribute",
    "conditions": [{"attribute": "total", "operator": "greater than", "value": 50}],
    "failure": [{"node": "campaign_bonus", "points": 1}],
}
FLOW = {
    "name": "big",
    "campaign": "Spring",
    "trigger": {"type": "event", "event": "checkout"},
    "steps": [CHECK, {"node": "campaign_bonus", "points": 20}],
}


async def set_up(world: WorldClient) -> None:
    section = {"members": [{"id": "ann"}], "workflows": [FLOW], "campaigns": [{"name": "Spring"}]}
    await world.setup({"antavo": section})


@pytest.mark.parametrize(("total", "bonus"), [(60, 20), (40, 1)])
async def test_base_and_bonus(world: WorldClient, total: int, bonus: int) -> None:
    await set_up(world)
    data = {"transaction_id": "T1", "total": total}
    body = {**BODY, "data": data}

    found = (await call(world.antavo, "POST", PATH, body)).json()["data"]

    assert found["purchase"] == {"base": total, "bonus": bonus, "points": total + bonus}
    assert (await profile(world.antavo))["score"] == 0
    assert (await event(world.antavo, "checkout", data)).json()["score"] == total + bonus


async def test_what_the_campaign_has_given(world: WorldClient) -> None:
    await set_up(world)
    await event(world.antavo, "checkout", {"transaction_id": "T0", "total": 60})

    (row,) = (await call(world.antavo, "POST", PATH, BODY)).json()["data"]["campaigns"]

    campaign = {"id": "Spring", "name": "Spring", "issued_points": 20, "customer_points": 20}
    assert row == {"automation": "big", "points": 20, "campaign": campaign}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"action": "checkout", "data": BODY["data"]}, "Property customer cannot be empty"),
        ({**BODY, "data": {"total": 5}}, "Property transaction_id cannot be empty"),
        ({**BODY, "data": {"transaction_id": "T1", "total": None}}, "Property total cannot be empty"),
        ({**BODY, "action": "refund"}, "Only the action checkout can be previewed"),
    ],
)
async def test_what_is_missing(world: WorldClient, body: dict[str, Any], message: str) -> None:
    await set_up(world)

    response = await call(world.antavo, "POST", PATH, body)

    assert (response.status_code, response.json()["error"]["message"]) == (400, message)
