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
