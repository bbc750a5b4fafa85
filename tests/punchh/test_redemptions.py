"""Redemptions 1.0 over all families: codes, direct use, voids; a reward is used at most once."""

import asyncio
from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.webhooks.test_adapter import PAIR, calls, submitted

OFFERS = [
    {"id": 132, "name": "Fries", "discount_amount": 3, "expiry_days": 30},
    {"id": 133, "name": "Cola", "points": 40, "discount_amount": 2},
    {"id": 134, "name": "Burger"},
]


async def ready(world: WorldClient, api: Api, **setup: Any) -> tuple[int, str, str]:
    """A guest with 100 points and a reward; its id, mobile token and SSO token."""
    await world.setup({"punchh": {"redeemables": OFFERS, **setup}})
    number, mobile = await api.sign_up(**PAIR)
    login = {"user": {"email": "ada@example.com", "password": "Passw0rd!"}}
    sso = (await api.send("POST", "/api/auth/customers/sign_in", login)).json()["authentication_token"]
    await api.buy("ada@example.com", 100, "t0")
    await api.send("POST", "/api2/dashboard/users/support", {"user_id": number, "redeemable_id": 132})
    return number, mobile, sso


def receipt(**more: Any) -> dict[str, Any]:
    burger = {"item_name": "Burger", "item_qty": 1, "item_amount": 8.5, "menu_item_type": "M"}
    body = {"receipt_amount": 20, "subtotal_amount": 20, "receipt_datetime": "2026-01-15T09:00:00Z"}
    return {**body, "transaction_no": "77", "menu_items": [burger], "store_number": "1", **more}


async def state(api: Api, mobile: str) -> tuple[float, int, int]:
    """Points, usable rewards and running codes in the app."""
    body = (await api.send("GET", "/api2/mobile/users/balance", None, mobile)).json()
    return body["account_balance"]["redeemable_points"], len(body["rewards"]), len(body["active_redemptions"])


async def test_points_are_taken_when_the_code_is_processed(world: WorldClient, api: Api) -> None:
    _, mobile, _ = await ready(world, api)
    path = "/api2/mobile/redemptions/redeemable"
    first = (await api.send("POST", path, {"reedemable_id": 133}, mobile)).json()
    assert (await api.send("POST", path, {"redeemable_id": 133}, mobile)).status_code == 200
    short = await api.send("POST", path, {"redeemable_id": 133}, mobile)
    assert (short.status_code, (await state(api, mobile))[0]) == (422, 100)
    code = {"discount_type": "redemption_code", "redemption_code": first["redemption_tracking_code"]}
    used = await api.send("POST", "/api/pos/redemptions", receipt(**code))
    assert (used.status_code, used.json()["redemption_amount"]) == (200, 2)
    assert (await state(api, mobile))[0] == 60


async def test_of_concurrent_redemptions_of_one_reward_one_wins(world: WorldClient, api: Api) -> None:
    _, mobile, sso = await ready(world, api)
    body = receipt(discount_type="reward", reward_id=900001, email="ada@example.com", external_uid="x")
    at_register = [api.send("POST", "/api/pos/redemptions", body) for _ in range(4)]
    online = [api.send("POST", "/api/auth/redemptions/online_order", body, sso) for _ in range(4)]
    answers = await asyncio.gather(*at_register, *online)
    assert sorted(answer.status_code for answer in answers) == [200] + [422] * 7
    losers = [answer.json() for answer in answers if answer.status_code == 422]
    assert losers == [["Given reward is not accessible for this guest"]] * 7


async def test_asking_what_is_possible_changes_nothing(world: WorldClient, api: Api) -> None:
    _, mobile, sso = await ready(world, api)
    body = receipt(discount_type="reward", reward_id=900001, email="ada@example.com")
    asked = await api.send("POST", "/api/pos/redemptions/possible", body)
    online = await api.send("POST", "/api/auth/redemptions/online_order", {**body, "query": True}, sso)
    assert [answer.json()["redemption_amount"] for answer in (asked, online)] == [3, 3]
    assert await state(api, mobile) == (100, 1, 0)


async def test_a_use_reaches_braze(world: WorldClient, api: Api) -> None:
    await submitted(world)
    _, mobile, _ = await ready(world, api)
    made = (await api.send("POST", "/api2/mobile/redemptions/reward", {"reward_id": 900001}, mobile)).json()
    await api.send("PATCH", "/api2/dashboard/redemptions", {"redemption_code": made["redemption_tracking_code"]})
    events = [event for body in await calls(world) for event in body.get("events", [])]
    told = [event["properties"] for event in events if event["name"] == "redemptions"]
    assert [row["redemption_status"] for row in told] == ["redeemable", "processed"]
    assert (told[1]["redemption_code_status"], told[1]["redeemable_name"]) == ("processed", "Fries")
    assert "redemption_code" not in told[1]
