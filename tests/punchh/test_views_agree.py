"""The same fact in the app, on the ordering site, at the register and in the dashboard."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_campaigns import FRIES, trace
from tests.punchh.webhooks.test_adapter import PAIR, calls, submitted

APP, SITE = "/api2/mobile/users/balance", "/api/auth/users/balance"


async def read(api: Api, path: str, token: str = "") -> Any:
    response = await api.send("GET", path, None, token)
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_voided_order_earned_nothing_and_was_no_first_purchase(world: WorldClient, api: Api) -> None:
    await submitted(world)
    _, token = await api.sign_up(**PAIR)
    await api.order(token, 10, "o1", state="pending")
    await api.send("DELETE", "/api/auth/checkins", {"external_uid": "o1"}, token)
    shown = (await api.send("GET", "/api/auth/checkins", {"external_uid": "o1"}, token)).json()
    assert (shown["points_earned"], shown["pending_points"]) == (0, 0)
    again = (await api.order(token, 10, "o1")).json()
    assert (again["points"], again["checkin"]["points_earned"]) == (0, 0)
    one = await api.send("GET", "/api2/mobile/checkins/transactions", {"transaction_id": "o1"}, token)
    assert one.json()["checkin"]["points_earned"] == 0
    await api.order(token, 10, "o2")
    last = (await calls(world))[-1]["events"][0]["properties"]
    assert (last["approved"], last["first_punchh_at_business"], last["first_punchh_at_location"]) == (True, True, True)


async def test_a_voided_order_is_no_visit(world: WorldClient, api: Api) -> None:
    row = {"name": "Second", "type": "post_checkin_offer", "points": 5, "settings": {"every_visits": 2}}
    await world.setup({"punchh": {"campaigns": [row]}})
    number, token = await api.sso_sign_up()
    await world.advance("10d")
    await api.order(token, 10, "o1", state="pending")
    await api.send("DELETE", "/api/auth/checkins", {"external_uid": "o1"}, token)
    asked = await world.press("punchh", "why", campaign="Second", guest=number)
    assert "has not bought" in asked["conclusion"]
    for order in ("o2", "o3"):
        await api.order(token, 10, order)
        await world.settle()
    assert await trace(world) == [
        f"Second: no gift for guest {number}, visit 1 is not one of every 2",
        f"Second: guest {number} gets 5 points",
    ]


async def test_codes_and_messages_are_in_both_balances(world: WorldClient, api: Api) -> None:
    row = {"name": "Code", "type": "coupon", "redeemable": "Fries", "start": "2026-01-15T09:01:00Z"}
    campaign = {**row, "settings": {"coupon_type": "unlock"}}
    await world.setup({"punchh": {"redeemables": [FRIES], "campaigns": [campaign]}})
    number, token = await api.sign_up()
    await world.advance("5m")
    await api.send("POST", "/api2/dashboard/users/send_message", {"user_id": number, "message": "Hello"})
    app, site = await read(api, APP, token), await read(api, SITE, token)
    assert [one["name"] for one in app["coupons"]] == ["Code"]
    assert [one["message"] for one in app["notifications"]] == ["Hello"]
    assert (site["coupons"], site["notifications"]) == (app["coupons"], app["notifications"])


async def test_a_member_is_shown_with_the_address_it_has(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"segments": [{"id": 11646, "name": "VIP"}]}})
    number, token = await api.sign_up()
    path = "/api2/dashboard/custom_segments/members"
    await api.send("POST", path, {"custom_segment_id": 11646, "user_id": str(number)})
    await api.send("PUT", "/api2/mobile/users", {"user": {"email": "new@example.com"}}, token)
    (found,) = await read(api, f"{path}?custom_segment_id=11646&email=new@example.com")
    assert (found["user_id"], found["email"]) == (number, "new@example.com")


async def test_what_is_no_identifier_is_told(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"segments": [{"id": 11646, "name": "VIP"}]}})
    wrong = [True, "x", "-5", "9" * 25, 2.5]
    body = {"custom_segment_id": 11646, "user_identifiers": [1, *wrong, "9" * 18]}
    response = await api.send("POST", "/api2/dashboard/custom_segments/members/add_users", body)
    assert response.json() == {"invalid_identifiers": ["true", "x", "-5", "9" * 25, "2.5"]}


async def test_a_subscription_is_known_to_support_and_registers(world: WorldClient, api: Api) -> None:
    plan = {
        "id": 5,
        "guest": "ada@example.com",
        "plan_id": 9,
        "plan_name": "Coffee",
        "end_time": "2026-02-01T00:00:00Z",
    }
    await world.setup({"punchh": {"guests": [{"email": "ada@example.com"}], "subscriptions": [plan]}})
    number = 500000001
    info = await read(api, f"/api2/dashboard/users/info?user_id={number}")
    assert info["subscriptions"] == [{"plan_name": "Coffee", "pos_meta": "", "subscription_id": 5}]
    at_register = f"/api/pos/users/balance?user_id={number}"
    assert [one["subscription_id"] for one in (await read(api, at_register))["subscriptions"]] == [5]
    await world.set_clock("2026-02-01T00:00:00Z")
    assert (await read(api, at_register))["subscriptions"] == []


async def test_a_factor_gives_whole_points_as_they_are_reckoned(world: WorldClient, api: Api) -> None:
    row = {"name": "More", "type": "post_checkin_offer", "settings": {"points_factor": 2.3}}
    await world.setup({"punchh": {"campaigns": [row]}})
    number, token = await api.sign_up()
    await api.buy("ada@example.com", 10, "t1")
    await world.settle()
    assert (await read(api, APP, token))["account_balance"]["redeemable_points"] == 23


async def test_a_migration_user_is_found_by_a_phone_with_a_plus(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"redeemables": [FRIES]}})
    earlier = {"phone": "+1 555 123 4567", "initial_points": 40, "migrated_rewards_expiration_date": "2026-03-01"}
    gifts = [{"redeemable_id": 132, "rewards_count": 1}]
    await api.send("POST", "/api2/dashboard/migration_users", {**earlier, "migrated_redeemables": gifts})
    _, token = await api.sign_up(phone="+15551234567")
    found = await read(api, APP, token)
    assert found["account_balance"]["redeemable_points"] == 40
    assert [one["expiring_at"] for one in found["rewards"]] == ["2026-03-01T23:59:59Z"]


async def test_a_corrected_receipt_is_told_to_braze(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"program": {"receipt_update_minutes": 10}}})
    await submitted(world)
    _, token = await api.sign_up(**PAIR)
    await api.order(token, 20, "o1")
    await api.order(token, 10, "o1", method="PUT")
    last = (await calls(world))[-1]
    assert (last["events"][0]["name"], last["events"][0]["properties"]["points_earned"]) == ("checkins_loyalty", 10)
    assert last["attributes"][0]["account_balance_net_balance"] == 10


async def test_a_ban_says_all_that_it_changed(world: WorldClient, api: Api) -> None:
    await submitted(world)
    number, _ = await api.sign_up(**PAIR)
    await api.send("POST", "/api2/dashboard/users/ban", {"user_id": number, "reason": "fraud"})
    (attributes,) = (await calls(world))[-1]["attributes"]
    assert attributes["user_status"] == "banned"
    assert attributes["previous_changes"] == ["status", "unsubscribed", "unsubscribe_reason"]


async def test_a_shared_phone_finds_who_still_has_it(api: Api) -> None:
    _, token = await api.sign_up(phone="5551234567")
    second, _ = await api.sign_up("bob@example.com", phone="(555) 123-4567")
    await api.send("PUT", "/api2/mobile/users", {"user": {"phone": "5557654321"}}, token)
    found = await api.send("GET", "/api/pos/users/search?phone=5551234567")
    assert (found.status_code, found.json()["id"]) == (200, second)


async def test_an_address_that_a_list_waits_for_keeps_its_membership(world: WorldClient, api: Api) -> None:
    switches = {"segments": {"accept_unknown_email": True}}
    await world.setup({"punchh": {"switches": switches, "segments": [{"id": 11646, "name": "VIP"}]}})
    club = {"store_number": "1", "user": {"email": "club@example.com", "first_name": "C", "last_name": "D"}}
    await api.send("POST", "/api2/dashboard/eclub_guests", club)
    path = "/api2/dashboard/custom_segments/members"
    for email in ("new@example.com", "club@example.com"):
        waits = {"custom_segment_id": 11646, "email": email}
        first, again = [(await api.send("POST", path, waits)).json() for _ in range(2)]
        assert first == again
        number, _ = await api.sign_up(email)
        (found,) = await read(api, f"{path}?custom_segment_id=11646&user_id={number}")
        assert found["custom_segment_member_id"] == first["custom_segment_member_id"]


async def test_only_a_sign_up_in_the_app_is_notified(world: WorldClient, api: Api) -> None:
    await submitted(world)
    await world.setup({"punchh": {"switches": {"adapter": {"generic_notifications": True}}}})
    await api.sso_sign_up(**PAIR)
    assert [body for body in await calls(world) if "events" in body] == []
    await api.sign_up(external_source="customer_id", external_source_id="ext-78")
    (body,) = [body for body in await calls(world) if "events" in body]
    assert body["events"][0]["name"] == "transactional_notifications_user_signup"


async def test_an_e_mail_guest_who_joins_changes_what_a_profile_shows(world: WorldClient, api: Api) -> None:
    await submitted(world)
    user = {"email": "ada@example.com", "first_name": "Ada", **PAIR}
    await api.send("POST", "/api2/dashboard/eclub_guests", {"store_number": "1", "user": user})
    await api.sign_up(**PAIR)
    (attributes,) = (await calls(world))[-1]["attributes"]
    assert sorted(attributes["previous_changes"]) == ["guest_type", "last_name", "signup_channel"]


async def test_the_history_tells_the_newest_first_within_an_instant(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"redeemables": [{"id": 132, "name": "Fries", "points": 10}]}})
    _, token = await api.sign_up()
    await api.buy("ada@example.com", 30, "t1")
    made = await api.send("POST", "/api2/mobile/redemptions/redeemable", {"redeemable_id": 132}, token)
    await api.send("DELETE", f"/api2/mobile/redemptions/{made.json()['redemption_id']}", None, token)
    app = await read(api, "/api2/mobile/users/account_history", token)
    site = await read(api, "/api/auth/accounts", token)
    assert [(row["event_type"], row["disapproved"]) for row in app] == [("Redemption", True), ("Checkin", False)]
    assert [row["event_name"] for row in site] == ["Redemption", "Checkin"]


async def test_the_history_of_visits_counts_visits(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"program": {"type": "visits"}}})
    number, token = await api.sign_up()
    await api.buy("ada@example.com", 30, "t1")
    await api.send("POST", "/api2/dashboard/users/support", {"user_id": number, "gift_count": 2})
    app = await read(api, "/api2/mobile/users/account_history", token)
    assert [row["event_value"] for row in app] == ["+2 visits", "+1 visits"]
