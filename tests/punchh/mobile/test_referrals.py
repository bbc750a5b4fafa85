"""Who brought a guest, asked with the first purchase."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api


async def first_checkin(api: Api, token: str) -> int:
    rows = (await api.send("GET", "/api2/mobile/checkins", None, token)).json()
    number: int = rows[0]["checkin_id"]
    return number


async def test_naming_the_referrer_gives_what_the_referral_campaign_gives(world: WorldClient, api: Api) -> None:
    campaign: dict[str, Any] = {"name": "Bring a friend", "type": "referral", "points": 30}
    await world.setup({"punchh": {"campaigns": [campaign]}})
    ada, _ = await api.sign_up()
    bob, token = await api.sign_up("bob@example.com")
    await api.buy("ada@example.com", 10, "t1")
    await api.buy("bob@example.com", 10, "t2")
    path = f"/api2/mobile/{await first_checkin(api, token)}/referrals"
    assert [row["user_id"] for row in (await api.send("GET", path)).json()] == [ada]

    assert (await api.send("POST", path, {"friend_to_refer": str(ada)})).status_code == 200

    await world.settle()
    for email in ("ada@example.com", "bob@example.com"):
        found = (await api.send("GET", f"/api/pos/users/search?email={email}")).json()
        assert found["balance"]["net_balance"] == 40
    assert (await api.send("GET", path)).json() == []
    again = await api.send("POST", path, {"friend_to_refer": ada})
    text = "Friend to refer has already been taken"
    assert (again.status_code, again.json()) == (422, {"errors": {"friend_to_refer": [text]}})
    assert bob != ada


async def test_only_a_first_purchase_is_asked_about(api: Api) -> None:
    refused = await api.send("GET", "/api2/mobile/123/referrals")
    assert (refused.status_code, refused.json()) == (404, {"errors": {"not_found": "Checkin not found."}})
    _, token = await api.sign_up()
    await api.buy("ada@example.com", 10, "t1")
    path = f"/api2/mobile/{await first_checkin(api, token)}/referrals"
    itself = await api.send("POST", path, {"friend_to_refer": 500000001})
    assert itself.status_code == 422
    assert (await api.send("POST", path)).status_code == 400
