"""Gifts from an admin."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.webhooks.test_adapter import PAIR, calls, submitted


async def given(world: WorldClient, api: Api, body: dict[str, Any], path: str = "support") -> Any:
    await submitted(world)
    await world.setup({"punchh": {"redeemables": [{"id": 132, "name": "Fries", "expiry_days": 30}]}})
    number, _ = await api.sign_up(**PAIR)
    response = await api.send("POST", f"/api2/dashboard/users/{path}", {"user_id": str(number), **body})
    assert response.content == b"", response.text
    return (await calls(world))[-1]["events"][0]


async def test_points_from_support_are_a_gift_check_in(world: WorldClient, api: Api) -> None:
    event = await given(world, api, {"gift_count": "25"})
    properties = event["properties"]
    assert (event["name"], properties["points_earned"], properties["approved"]) == ("checkins_gift", 25, True)
    assert (properties["gift_reason"], properties["gifted_for_type"]) == ("Support Activity", "FeedbackReply")
    assert properties["gifted_by_type"] == "Admin"


async def test_a_redeemable_from_support_is_a_reward(world: WorldClient, api: Api) -> None:
    event = await given(world, api, {"redeemable_id": 132, "end_date": "2026-01-20"}, "support_gifting")
    assert (event["name"], event["properties"]["expiring_at"]) == ("rewards", "2026-01-20T23:59:59Z")


async def test_the_redeemable_s_own_expiry_wins_when_it_is_earlier(world: WorldClient, api: Api) -> None:
    event = await given(world, api, {"redeemable_id": 132, "end_date": "2027-01-20"})
    assert event["properties"]["expiring_at"] == "2026-02-14T09:00:00Z"
