"""Offers in the app."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api


async def test_an_offer_is_read_once_and_stays_read(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"redeemables": [{"id": 132, "name": "Fries"}]}})
    number, token = await api.sign_up()
    await api.send("POST", "/api2/dashboard/users/support", {"user_id": number, "redeemable_id": 132})
    body = {"rewards": "900001", "event_type": "read_through_app"}
    for _ in range(2):
        assert (await api.send("PUT", "/api2/mobile/offers/mark_read", body, token)).status_code == 200
        await world.advance("1h")
    (reward,) = (await api.send("GET", "/api2/mobile/offers", None, token)).json()["rewards"]
    assert (reward["name"], reward["read_at"]) == ("Fries", "2026-01-15T09:00:00Z")
