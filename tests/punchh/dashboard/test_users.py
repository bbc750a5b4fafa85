"""What an admin does to guests, and who hears of it."""

from typing import Any

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


async def given(world: WorldClient, api: Api, body: dict[str, Any], path: str = "support") -> Any:
    await submitted(world)
    await world.setup({"punchh": {"redeemables": [{"id": 132, "name": "Fries", "expiry_days": 30}]}})
    number, _ = await api.sign_up(**PAIR)
    response = await api.send("POST", f"/api2/dashboard/users/{path}", {"user_id": str(number), **body})
    assert response.content == b"", response.text
    return (await calls(world))[-1]["events"][0]


async def test_points_from_support_are_a_gift_check_in(world: WorldClient, api: Api) -> None:
    event = await given(world, api, {"gift_count": "25"})
    properties = event["properties"]
    assert (event["name"], properties["points_earned"], properties["approved"]) == ("checkins_gift", 25, True)
    assert (properties["gift_reason"], properties["gifted_for_type"]) == ("Support Activity", "FeedbackReply")
    assert properties["gifted_by_type"] == "Admin"


async def test_a_redeemable_from_support_is_a_reward(world: WorldClient, api: Api) -> None:
    event = await given(world, api, {"redeemable_id": 132, "end_date": "2026-01-20"}, "support_gifting")
    assert (event["name"], event["properties"]["expiring_at"]) == ("rewards", "2026-01-20T23:59:59Z")


async def test_the_redeemable_s_own_expiry_wins_when_it_is_earlier(world: WorldClient, api: Api) -> None:
    event = await given(world, api, {"redeemable_id": 132, "end_date": "2027-01-20"})
    assert event["properties"]["expiring_at"] == "2026-02-14T09:00:00Z"


async def test_the_timeline_has_it_all(world: WorldClient, api: Api) -> None:
    await given(world, api, {"gift_count": 25})
    timeline = (await api.send("GET", "/api2/dashboard/users/extensive_timeline?user_id=500000001")).json()
    assert (timeline["email"], timeline["banned"], len(timeline["checkins"])) == ("ada@example.com", False, 1)
