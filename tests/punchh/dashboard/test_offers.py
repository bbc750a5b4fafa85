"""Offers run from outside."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_campaigns import FRIES, rewards_of


async def test_a_mass_offer_by_the_api(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"redeemables": [FRIES], "segments": [{"id": 11646, "name": "VIP"}]}})
    number, _ = await api.sign_up()
    body = {"redeemable_uuid": "u-1", "segment_id": 11646, "category": "gift_redeemable", "name": "May"}
    body |= {"campaign_type": "mass_gifting", "start_time": "2026-01-15T10:00:00Z"}
    assert (await api.send("POST", "/api2/dashboard/campaigns", body)).status_code == 200
    member = {"custom_segment_id": 11646, "user_id": number}
    await api.send("POST", "/api2/dashboard/custom_segments/members", member)
    await world.advance("1h")
    assert await rewards_of(api, number) == ["Fries"]


async def test_a_change_shows_in_the_settings_after_fifteen_minutes(world: WorldClient, api: Api) -> None:
    async def names() -> list[str]:
        found = await api.send("GET", "/api2/dashboard/meta")
        return [row["name"] for row in found.json()["redeemables"]]

    assert await names() == []
    await world.setup({"punchh": {"redeemables": [FRIES]}})
    stale = await api.send("GET", "/api2/dashboard/meta")
    assert (stale.json()["redeemables"], stale.headers["x-stampcard-diagnostics"]) == ([], "cached")
    await world.advance("15m")
    assert await names() == ["Fries"]
