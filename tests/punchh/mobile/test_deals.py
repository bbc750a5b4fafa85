"""Deals in the app."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api


async def test_a_deal_is_taken_once(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"redeemables": [{"name": "Fries", "uuid": "u-1", "deal": True}, {"name": "Cola"}]}})
    _, token = await api.sign_up()
    assert [row["name"] for row in (await api.send("GET", "/api2/mobile/deals", None, token)).json()] == ["Fries"]
    assert (await api.send("GET", "/api2/mobile/deals/u-1", None, token)).json()["redeemable_uuid"] == "u-1"
    taken = [await api.send("POST", "/api2/mobile/deals", {"redeemable_uuid": "u-1"}, token) for _ in range(2)]
    assert [answer.status_code for answer in taken] == [200, 422]
