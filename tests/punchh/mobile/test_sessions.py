"""Logging in and out."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api


async def test_a_banned_device_is_refused(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"switches": {"max_guests_per_device": 5}}})
    user = {"email": "a@example.com", "password": "Passw0rd!", "first_name": "A", "last_name": "B"}
    made = await api.send("POST", "/api2/mobile/users", {"user": user}, punchh_app_device_id="d1")
    ban = {"user_id": made.json()["user"]["user_id"], "reason": "abuse", "ban_all_associated_devices": True}
    await api.send("POST", "/api2/dashboard/users/ban", ban)
    other = {**user, "email": "b@example.com"}
    refused = await api.send("POST", "/api2/mobile/users", {"user": other}, punchh_app_device_id="d1")
    assert refused.status_code == 422


async def test_login_gives_a_token_of_its_own_and_logout_revokes_it(api: Api) -> None:
    _, first = await api.sign_up()
    body = {"user": {"email": "Ada@Example.com", "password": "Passw0rd!"}}
    second = (await api.send("POST", "/api2/mobile/users/login", body)).json()["access_token"]["token"]
    assert second != first
    response = await api.send("DELETE", "/api2/mobile/users/logout", {"access_token": second}, second)
    assert (response.status_code, response.content) == (200, b"")
    assert (await api.send("GET", "/api2/mobile/users/profile", None, second)).status_code == 401
    assert (await api.send("GET", "/api2/mobile/users/profile", None, first)).status_code == 200
