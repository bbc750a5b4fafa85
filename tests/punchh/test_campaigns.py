"""Campaigns: who gets what, when, and the reason told."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api


async def trace(world: WorldClient) -> list[str]:
    """The decisions, as the journal tells them."""
    return [
        entry["summary"] for entry in await world.journal() if entry["operation"] in ("campaign gift", "campaign skip")
    ]


def welcome(**more: Any) -> dict[str, Any]:
    campaign = {"name": "Welcome", "type": "sign_up", "points": 50, "run_delay_minutes": 10, **more}
    return {"punchh": {"campaigns": [campaign]}}


async def test_points_of_a_sign_up_campaign(world: WorldClient, api: Api) -> None:
    await world.setup(welcome())
    number, token = await api.sign_up()
    await world.advance("10m")
    balance = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()["account_balance"]
    assert (balance["redeemable_points"], balance["lifetime_points"]) == (50, 0)
    assert await trace(world) == [f"Welcome: guest {number} gets 50 points"]


async def test_who_is_not_in_the_segment_gets_nothing_and_the_trace_says_why(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"segments": [{"name": "VIP"}]}})
    await world.setup(welcome(segment="VIP"))
    number, _ = await api.sign_up()
    await world.advance("10m")
    assert await trace(world) == [f"Welcome: no gift for guest {number}, not in segment VIP"]


async def test_a_draft_gives_nothing(world: WorldClient, api: Api) -> None:
    await world.setup(welcome(status="draft"))
    await api.sign_up()
    await world.advance("1d")
    assert await trace(world) == []


async def test_the_gift_names_the_sign_up_as_its_cause(world: WorldClient, api: Api) -> None:
    await world.setup(welcome())
    await api.sign_up()
    await world.advance("10m")
    by_id = {entry["id"]: entry for entry in await world.journal()}
    gift = next(entry for entry in by_id.values() if entry["operation"] == "campaign gift")
    assert by_id[gift["cause"]]["operation"] == "mobile_users__post"
