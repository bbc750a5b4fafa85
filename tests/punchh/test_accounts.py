"""One guest, many views: what any family does shows in all the others."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.webhooks.test_adapter import PAIR, calls, submitted


async def points_everywhere(api: Api, number: int, mobile: str, sso: str) -> list[float]:
    """The balance in every view."""
    app = (await api.send("GET", "/api2/mobile/users/balance", None, mobile)).json()
    older = (await api.send("GET", "/api2/mobile/checkins/account_balance", None, mobile)).json()
    block = (await api.send("GET", "/api/auth/checkins/balance", None, sso)).json()["balance"]
    site = (await api.send("GET", "/api/auth/users/balance", None, sso)).json()
    admin = (await api.send("GET", f"/api2/dashboard/users/info?user_id={number}")).json()["balance"]
    register = (await api.send("GET", "/api/pos/users/search?email=ada@example.com")).json()["balance"]
    by_id = (await api.send("GET", "/api/pos/users/balance", {"user_id": number})).json()["account_balance"]
    history = (await api.send("GET", "/api2/mobile/users/account_history", None, mobile)).json()
    return [
        app["account_balance"]["redeemable_points"],
        older["account_balance_details"]["redeemable_points"],
        block["net_balance"],
        block["total_credits"] - float(block["total_debits"]),
        site["account_balance"]["redeemable_points"],
        admin["net_balance"],
        register["net_balance"],
        by_id["net_balance"],
        history[0]["total_points"] if history else 0,
    ]


async def test_points_of_every_family_show_in_every_view(world: WorldClient, api: Api) -> None:
    await submitted(world)
    number, mobile = await api.sign_up(**PAIR)
    login = {"user": {"email": "ada@example.com", "password": "Passw0rd!"}}
    sso = (await api.send("POST", "/api/auth/customers/sign_in", login)).json()["authentication_token"]
    assert await points_everywhere(api, number, mobile, sso) == [0] * 9
    assert (await api.buy("ada@example.com", 12.9, "t1")).json()["points_earned"] == 12
    assert (await api.order(sso, 30, "o1")).json()["points"] == 42
    dashboard = {"user_id": number, "store_number": "1", "transaction_no": 5, "external_uid": "d1", "payable": "8"}
    dashboard |= {"subtotal_amount": 8, "receipt_amount": "8.00", "receipt_datetime": "2026-01-15T09:00:00Z"}
    assert (await api.send("POST", "/api2/dashboard/checkins", dashboard)).json()["points"] == 50
    await api.send("POST", "/api2/dashboard/users/support", {"user_id": number, "gift_count": 5})
    assert await points_everywhere(api, number, mobile, sso) == [55] * 9
    bodies = await calls(world)
    assert bodies[-1]["attributes"][0]["account_balance_net_balance"] == 55
    names = [event["name"] for body in bodies for event in body.get("events", [])]
    assert names == ["checkins_loyalty"] * 3 + ["checkins_gift"]


async def test_points_become_money_at_the_threshold(world: WorldClient, api: Api) -> None:
    program = {"type": "points", "points_conversion_type": "currency", "conversion_threshold": 100}
    await world.setup({"punchh": {"program": {**program, "conversion_value": 5}}})
    _, token = await api.sign_up()
    await api.buy("ada@example.com", 230, "t1")
    account = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()["account_balance"]
    assert (account["banked_currency"], account["redeemable_points"], account["lifetime_points"]) == (10, 30, 230)


async def test_points_become_rewards_at_the_threshold(world: WorldClient, api: Api) -> None:
    program = {"type": "points", "points_conversion_type": "rewards", "conversion_threshold": 100}
    setup = {"program": {**program, "conversion_redeemable_id": 132}, "redeemables": [{"id": 132, "name": "Fries"}]}
    await world.setup({"punchh": setup})
    _, token = await api.sign_up()
    await api.buy("ada@example.com", 130, "t1")
    balance = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()
    assert [reward["name"] for reward in balance["rewards"]] == ["Fries"]
    assert balance["account_balance"]["redeemable_points"] == 30


async def test_visits_fill_cards(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"program": {"type": "visits", "visits_per_card": 2}}})
    _, token = await api.sign_up()
    for n in range(3):
        await api.buy("ada@example.com", 10, f"t{n}")
    account = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()["account_balance"]
    got = account["unredeemed_cards"], account["checkins_on_current_card"], account["total_loyalty_visits"]
    assert got == (1, 1, 3)


async def test_levels_are_reached_told_and_lost(world: WorldClient, api: Api) -> None:
    levels = [{"id": 1, "name": "Silver", "points": 10}, {"id": 2, "name": "Gold", "points": 50}]
    program = {"levels": levels, "level_expiry_days": 30, "rolling_expiry_days": 90}
    await submitted(world)
    await world.setup({"punchh": {"program": program, "switches": {"adapter": {"generic_notifications": True}}}})
    _, token = await api.sign_up(**PAIR)
    await api.buy("ada@example.com", 60, "t1")
    bumped = [event for body in await calls(world) for event in body.get("events", []) if "bumped" in event["name"]]
    assert bumped[0]["properties"]["current_membership_level"] == "Gold"
    await world.advance("31d")
    balance = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()["account_balance"]
    assert balance["current_membership_level_name"] is None


async def test_points_lapse_by_the_rolling_schedule(world: WorldClient, api: Api) -> None:
    await submitted(world)
    setup = {"program": {"rolling_expiry_days": 30, "expiry_reminder_days": 5}}
    await world.setup({"punchh": {**setup, "switches": {"adapter": {"generic_notifications": True}}}})
    _, token = await api.sign_up(**PAIR)
    await api.buy("ada@example.com", 60, "t1")
    await world.advance("29d")
    assert await points(api, token) == 60
    await world.advance("2d")
    assert await points(api, token) == 0
    told: list[Any] = [e for body in await calls(world) for e in body.get("events", []) if "expiry" in e["name"]]
    names = [event["name"].removeprefix("transactional_notifications_") for event in told]
    assert names == ["points_expiry_reminder", "points_expiry"]
    assert [event["properties"]["expiring_points"] for event in told] == [60, 60]


async def points(api: Api, token: str) -> float:
    balance = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()
    return float(balance["account_balance"]["redeemable_points"])


async def test_a_corrected_receipt_moves_conversion_and_level_too(world: WorldClient, api: Api) -> None:
    """Within its time; what became of the points before stays."""
    levels = [{"id": 1, "name": "Gold", "points": 50}]
    program = {
        "type": "points",
        "points_conversion_type": "currency",
        "conversion_threshold": 40,
        "conversion_value": 4,
    }
    await world.setup({"punchh": {"program": {**program, "levels": levels, "receipt_update_minutes": 60}}})
    _, token = await api.sso_sign_up()

    async def told() -> tuple[float, float, str | None]:
        found = (await api.send("GET", "/api/auth/users/balance", None, token)).json()["account_balance"]
        return found["redeemable_points"], found["banked_currency"], found["current_membership_level_name"]

    await api.order(token, 30, "o1")
    assert await told() == (30, 0, None)
    await api.order(token, 60, "o1", "PUT")
    assert await told() == (20, 4, "Gold")
    await api.order(token, 10, "o1", "PUT")
    assert await told() == (0, 4, None)
