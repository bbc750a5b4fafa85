"""The e-mail club."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api


async def test_the_e_mail_club_has_guests_who_get_no_gifts(world: WorldClient, api: Api) -> None:
    row = {"name": "Welcome", "type": "sign_up", "points": 5}
    await world.setup({"punchh": {"campaigns": [row]}})
    user = {"email": "club@example.com", "first_name": "C", "last_name": "D", "active_registration": "true"}
    nowhere = await api.send("POST", "/api2/dashboard/eclub_guests", {"store_number": "77", "user": user})
    text = "Cannot find corresponding location with store_number: 77"
    assert (nowhere.status_code, nowhere.json()) == (404, {"errors": {"location_not_found": text}})
    assert (
        await api.send("POST", "/api2/dashboard/eclub_guests", {"store_number": "1", "user": user})
    ).status_code == 200
    await world.settle()
    assert "no loyalty member" in (await world.journal(operation="campaign skip"))[0]["summary"]


async def test_a_guest_of_the_club_becomes_a_member_by_a_sign_up(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"campaigns": [{"name": "Welcome", "type": "sign_up", "points": 5}]}})
    user = {"email": "ada@example.com", "first_name": "A", "last_name": "L", "birthday": "1990-01-01"}
    await api.send("POST", "/api2/dashboard/eclub_guests", {"store_number": "1", "user": user})
    number, token = await api.sign_up(birthday="1991-01-01")
    await world.settle()
    balance = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()
    profile = (await api.send("GET", "/api2/mobile/users/profile", None, token)).json()["user"]
    assert (balance["account_balance"]["redeemable_points"], profile["birthday"]) == (5, "1990-01-01")
    assert world.inside is not None
    assert list(world.inside.tenants["punchh"].guests) == [number]
