"""Deals on the ordering site."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api


async def test_a_deal_taken_on_the_site_shows_in_the_account(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"redeemables": [{"name": "Fries", "uuid": "u-1", "deal": True}]}})
    _, token = await api.sso_sign_up()
    assert (await api.send("GET", "/api/auth/deals/u-1", None, token)).json()["name"] == "Fries"
    unknown = await api.send("POST", "/api/auth/deals", {"redeemable_uuid": "u-9"}, token)
    assert unknown.status_code == 422
    assert (await api.send("POST", "/api/auth/deals", {"redeemable_uuid": "u-1"}, token)).status_code == 200
    assert len((await api.send("GET", "/api/auth/rewards", None, token)).json()) == 1
