"""Guests at the register."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api


async def test_a_sign_up_by_phone_is_found_by_phone(api: Api) -> None:
    response = await api.send("POST", "/api/pos/users", {"phone": "(555) 123-4567", "first_name": "Pat"})
    assert response.status_code == 200
    number = response.json()["id"]
    found = await api.send("GET", "/api/pos/users/search?phone=5551234567")
    assert (found.json()["id"], found.json()["balance"]["net_balance"]) == (number, 0)
    again = await api.send("POST", "/api/pos/users", {"phone": "5551234567"})
    assert (again.status_code, again.json()) == (422, ["Phone has already been taken"])


async def test_a_guest_of_the_app_is_found_by_code(api: Api) -> None:
    number, token = await api.sign_up()
    user = (await api.send("GET", "/api2/mobile/users/profile", None, token)).json()["user"]
    found = await api.send("GET", f"/api/pos/users/search?user_as_qrcode={user['user_as_qrcode']}")
    assert found.json()["id"] == number


async def test_a_card_belongs_to_one_guest(api: Api) -> None:
    card = {"card_number": "1234567812345678"}
    assert (await api.send("POST", "/api/pos/users", {**card, "email": "a@example.com"})).status_code == 200
    taken = await api.send("POST", "/api/pos/users", {**card, "email": "b@example.com"})
    assert taken.json() == ["Card number has already been taken"]
    assert (await api.send("GET", "/api/pos/users/search?card_number=1234567812345678")).status_code == 200


async def test_who_is_banned_is_not_found_to_earn(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"guests": [{"email": "b@example.com", "status": "banned"}]}})
    body = {"lookup_field": "email", "lookup_value": "b@example.com"}
    response = await api.send("GET", "/api/pos/users/find", body)
    text = "Guest is not allowed to earn/redeem as he/she is banned or deactivated from the Loyalty program"
    assert (response.status_code, response.json()) == (422, {"error": text})
