"""What an admin does to guests, and who hears of it."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.webhooks.test_adapter import PAIR, calls, submitted


async def test_an_admin_gives_an_existing_guest_the_pair(world: WorldClient, api: Api) -> None:
    await submitted(world)
    number, _ = await api.sign_up()
    body = {"id": str(number), "email": "ada@example.com", "user": PAIR}
    response = await api.send("PATCH", "/api2/dashboard/users", body)
    assert response.status_code == 200
    assert (await calls(world))[-1]["attributes"][0]["external_id"] == "ext-77"


async def test_a_ban_logs_out_and_is_told(world: WorldClient, api: Api) -> None:
    await submitted(world)
    number, token = await api.sign_up(**PAIR)
    banned = await api.send("POST", "/api2/dashboard/users/ban", {"user_id": number, "reason": "abuse"})
    assert (banned.status_code, banned.content) == (202, b"")
    assert (await api.send("GET", "/api2/mobile/users/profile", None, token)).status_code == 401
    assert (await calls(world))[-1]["attributes"][0]["user_status"] == "banned"
    login = {"user": {"email": "ada@example.com", "password": "Passw0rd!"}}
    assert (await api.send("POST", "/api2/mobile/users/login", login)).status_code == 422
    assert (await api.send("DELETE", f"/api2/dashboard/users/ban?user_id={number}")).status_code == 200
    assert (await api.send("POST", "/api2/mobile/users/login", login)).status_code == 200


async def test_deactivation_then_deletion_days_later(world: WorldClient, api: Api) -> None:
    number, _ = await api.sign_up()
    await api.send("DELETE", f"/api2/dashboard/users/deactivate?user_id={number}")
    gone = await api.send("DELETE", f"/api2/dashboard/users?user_id={number}&reason=delete_general")
    assert gone.status_code == 200
    await world.advance("7d")
    info = await api.send("GET", f"/api2/dashboard/users/info?user_id={number}")
    assert info.status_code == 404
    assert await api.sign_up()


async def test_a_reactivation_calls_the_deletion_off(world: WorldClient, api: Api) -> None:
    number, _ = await api.sign_up()
    await api.send("DELETE", f"/api2/dashboard/users/deactivate?user_id={number}")
    await api.send("DELETE", f"/api2/dashboard/users?user_id={number}")
    await api.send("POST", f"/api2/dashboard/users/reactivate?user_id={number}")
    await world.advance("8d")
    assert (await api.send("GET", f"/api2/dashboard/users/info?user_id={number}")).status_code == 200


async def test_anonymising_keeps_the_history_and_takes_the_person(world: WorldClient, api: Api) -> None:
    number, _ = await api.sign_up(**PAIR)
    await api.send("DELETE", f"/api2/dashboard/users/deactivate?user_id={number}")
    await api.send("DELETE", f"/api2/dashboard/users?user_id={number}&reason=anonymize_forget_me")
    await world.advance("8d")
    assert world.inside is not None
    guest = world.inside.tenants["punchh"].guests[number]
    assert (guest.gone, guest.first_name, guest.external_source_id) == ("anonymised", "", None)


async def test_the_timeline_has_it_all(world: WorldClient, api: Api) -> None:
    number, _ = await api.sign_up()
    await api.send("POST", "/api2/dashboard/users/support", {"user_id": number, "gift_count": 25})
    timeline = (await api.send("GET", "/api2/dashboard/users/extensive_timeline?user_id=500000001")).json()
    assert (timeline["email"], timeline["banned"], len(timeline["checkins"])) == ("ada@example.com", False, 1)
