"""Accounts, locations and wishes that are over stay over."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api

DASHBOARD = "/api2/dashboard/users"


async def test_who_is_banned_earns_nothing_anywhere(api: Api) -> None:
    number, _ = await api.sign_up()
    await api.send("POST", f"{DASHBOARD}/ban", {"user_id": number, "reason": "fraud"})
    receipt = {"receipt_amount": 10, "subtotal_amount": 10, "receipt_datetime": "2026-01-15T09:00:00Z", "payable": 10}
    more = {"punchh_key": "k1", "transaction_no": "1", "external_uid": "u1", "store_number": "1"}
    body = {"email": "ada@example.com", **receipt, **more}
    for path in ("/api/pos/checkins", "/api/pos/transactions"):
        refused = await api.send("POST", path, body)
        assert (refused.status_code, refused.json()) == (404, {"error": "User not found"}), path
    refused = await api.send("POST", "/api2/dashboard/checkins", {**body, "user_id": number})
    assert (refused.status_code, refused.json()) == (404, {"errors": {"user_not_found": "User Not Found"}})
    info = (await api.send("GET", f"{DASHBOARD}/info?user_id={number}")).json()
    assert info["balance"]["net_balance"] == 0


async def test_a_deletion_that_was_called_off_does_not_hasten_the_next(world: WorldClient, api: Api) -> None:
    number, _ = await api.sign_up()

    async def marked() -> None:
        await api.send("DELETE", f"{DASHBOARD}/deactivate?user_id={number}")
        assert (await api.send("DELETE", f"{DASHBOARD}?user_id={number}")).status_code == 200

    async def known() -> int:
        return int((await api.send("GET", f"{DASHBOARD}/info?user_id={number}")).status_code)

    await marked()
    await world.advance("3d")
    await api.send("POST", f"{DASHBOARD}/reactivate?user_id={number}")
    await marked()
    await world.advance("6d23h")
    assert await known() == 200
    await world.advance("1h")
    assert await known() == 404


async def test_a_guest_may_ask_to_come_back_each_time(api: Api) -> None:
    number, _ = await api.sign_up()
    for _ in range(2):
        await api.send("DELETE", f"{DASHBOARD}/deactivate?user_id={number}")
        asked = await api.send("POST", "/api2/mobile/users/request_reactivation", {"email": "ada@example.com"})
        assert asked.status_code == 200
        await api.send("POST", f"{DASHBOARD}/reactivate?user_id={number}")


async def test_a_gift_in_the_background_that_is_not_given_says_why(world: WorldClient, api: Api) -> None:
    number, _ = await api.sign_up()
    await api.send("DELETE", f"{DASHBOARD}/deactivate?user_id={number}")
    await api.send("POST", f"{DASHBOARD}/support_gifting", {"user_id": number, "gift_count": 5})
    await world.settle()
    (entry,) = await world.journal(operation="support gift skip")
    assert entry["summary"] == f"no gift for guest {number}, the account is deactivated"


async def test_the_key_of_a_location_ends_with_it(world: WorldClient, api: Api) -> None:
    await api.sign_up()
    assert (await api.send("DELETE", "/api2/dashboard/locations?location_id=301")).status_code == 204
    refused = await api.buy("ada@example.com", 10, "t1")
    assert (refused.status_code, refused.json()) == (401, {"error": "Invalid Location Key"})


async def test_a_location_made_by_a_call_has_a_key_that_works(world: WorldClient, api: Api) -> None:
    await api.sign_up()
    made = await api.send("POST", "/api2/dashboard/locations", {"location": {"name": "Harbour", "store_number": "2"}})
    assert world.inside is not None
    key = world.inside.tenants["punchh"].locations[made.json()["location_id"]].key
    header = f"Token token={key}, btoken={api.door['business_key']}"
    found = await api.send("GET", "/api/pos/locations/configuration", None, Authorization=header)
    assert (found.status_code, found.json()["location_name"]) == (200, "Harbour")


async def test_the_basket_of_a_banned_guest_takes_nothing_off(world: WorldClient, api: Api) -> None:
    campaign = {"name": "Gift", "type": "sign_up", "redeemable": "Three"}
    offers = [{"name": "Three", "discount_amount": 3}]
    await world.setup({"punchh": {"redeemables": offers, "campaigns": [campaign]}})
    number, token = await api.sign_up()
    await world.settle()
    (reward,) = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()["rewards"]
    rows = [{"discount_type": "reward", "discount_id": str(reward["reward_id"])}]
    await api.send("POST", "/api2/mobile/discounts/select", {"discount_basket_items_attributes": rows}, token)
    await api.send("POST", f"{DASHBOARD}/ban", {"user_id": number, "reason": "fraud"})
    items = [{"item_name": "Burger", "item_qty": 1, "amount": 10}]
    order = {"user_id": number, "receipt_amount": 10, "external_uid": "u1", "line_items": items}
    text = "Guest is not allowed to earn/redeem as he/she is banned or deactivated from the Loyalty program"
    for path in ("/api/pos/discounts/lookup", "/api/pos/batch_redemptions"):
        refused = await api.send("POST", path, order)
        assert (refused.status_code, refused.json()) == (422, {"error": text})


async def test_a_file_without_the_columns_is_told(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"segments": [{"id": 5, "name": "S"}], "guests": [{"email": "a@example.com"}]}})
    path = "/api2/dashboard/custom_segments/members/bulk_add"
    for content, told in (("a@example.com\n", ["no-columns"]), (" email \r\nA@example.com\r\n", [])):
        file = {"name": "n", "custom_segment_id": 5, "bulk_guest_activity_file": content}
        assert (await api.send("POST", path, file)).status_code == 200
        entry = (await world.journal(operation="dashboard_custom_segments_members_bulk_add__post"))[-1]
        assert [note["code"] for note in entry.get("diagnostics", [])] == told
    await world.settle()
    found = await api.send("GET", "/api2/dashboard/custom_segments/members?custom_segment_id=5&email=a@example.com")
    assert found.status_code == 200


async def test_a_migration_user_who_is_a_guest_already_is_told(world: WorldClient, api: Api) -> None:
    await api.sign_up()
    await api.send("POST", "/api2/dashboard/migration_users", {"email": "ADA@example.com", "initial_points": 5})
    entry = (await world.journal(operation="dashboard_migration_users__post"))[-1]
    assert [note["code"] for note in entry["diagnostics"]] == ["already-a-guest"]


async def test_a_ban_outlives_a_deactivation(api: Api) -> None:
    number, _ = await api.sign_up()
    await api.send("POST", f"{DASHBOARD}/ban", {"user_id": number, "reason": "fraud"})
    for method, path in (("DELETE", "deactivate"), ("POST", "reactivate")):
        await api.send(method, f"{DASHBOARD}/{path}?user_id={number}")
        history = (await api.send("GET", f"{DASHBOARD}/extensive_timeline?user_id={number}")).json()
        assert history["banned"] is True
    user = {"email": "ada@example.com", "password": "Passw0rd!"}
    assert (await api.send("POST", "/api2/mobile/users/login", {"user": user})).status_code == 422
    await api.send("DELETE", f"{DASHBOARD}/ban?user_id={number}")
    assert (await api.send("POST", "/api2/mobile/users/login", {"user": user})).status_code == 200


async def test_the_card_of_a_deleted_guest_is_free_again(world: WorldClient, api: Api) -> None:
    card = {"card_number": "1" * 16}
    number = (await api.send("POST", "/api/pos/users", card)).json()["id"]
    assert (await api.send("POST", "/api/pos/users", card)).status_code == 422
    await api.send("DELETE", f"{DASHBOARD}/deactivate?user_id={number}")
    await api.send("DELETE", f"{DASHBOARD}?user_id={number}&reason=delete_general")
    await world.advance("7d")
    assert (await api.send("POST", "/api/pos/users", card)).status_code == 200
    found = await api.send("GET", f"/api/pos/users/search?card_number={card['card_number']}")
    assert found.json()["id"] != number
