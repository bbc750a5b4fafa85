"""Amounts are never cut, wherever they are shown, and what is no amount is refused."""

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.punchh.calls import Api

HALF = {"id": 132, "name": "Half", "discount_amount": 2.5, "points": 5}
GIFT = {"name": "Gift", "type": "sign_up", "redeemable": 132}


async def given(world: WorldClient, api: Api) -> tuple[int, str, int]:
    """A guest with a reward of 2.50: guest, token, reward."""
    await world.setup({"punchh": {"redeemables": [HALF], "campaigns": [GIFT]}})
    number, token = await api.sign_up()
    await world.settle()
    balance = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()
    return number, token, balance["rewards"][0]["reward_id"]


async def test_a_discount_with_cents_is_the_same_everywhere(world: WorldClient, api: Api) -> None:
    number, token, _ = await given(world, api)
    await api.buy("ada@example.com", 12.34, "t1")
    app = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()
    site = (await api.send("GET", "/api/auth/checkins/balance", None, token)).json()
    support = (await api.send("GET", f"/api2/dashboard/users/info?user_id={number}")).json()
    register = (await api.send("GET", "/api/pos/users/search?email=ada@example.com")).json()
    shown: list[Any] = [app["rewards"], site["redeemables"], support["rewards"], register["rewards"]]
    assert [rows[0]["discount_amount"] for rows in shown] == [2.5, 2.5, 2.5, 2.5]


async def test_an_order_with_cents_is_redeemed_and_known(world: WorldClient, api: Api) -> None:
    number, token, reward = await given(world, api)
    await api.buy("ada@example.com", 12.34, "t1")
    receipt = {"receipt_amount": 10.55, "subtotal_amount": 10.55, "receipt_datetime": "2026-01-15T09:00:00Z"}
    wanted = {"store_number": "1", "transaction_no": "x", "discount_type": "reward", "reward_id": reward}
    path = "/api/auth/redemptions/online_order"
    asked = await api.send("POST", path, {**receipt, **wanted, "query": True}, token)
    done = await api.send("POST", path, {**receipt, **wanted}, token)
    assert [one.json()["redemption_amount"] for one in (asked, done)] == [2.5, 2.5]
    history = await api.send("GET", f"/api2/dashboard/users/extensive_timeline?user_id={number}")
    assert (history.status_code, history.json()["checkins"][0]["receipt_amount"]) == (200, 12.34)


async def test_a_large_discount_is_looked_up_to_the_cent(world: WorldClient, api: Api) -> None:
    offer = {"id": 132, "name": "Much", "discount_amount": 12345.67, "points": 5}
    await world.setup({"punchh": {"redeemables": [offer]}})
    await api.sign_up()
    await api.buy("ada@example.com", 99999, "t1")
    receipt = {"receipt_amount": 20000, "subtotal_amount": 20000, "receipt_datetime": "2026-01-15T09:00:00Z"}
    wanted = {"email": "ada@example.com", "transaction_no": "x", "discount_type": "redeemable", "redeemable_id": 132}
    used = await api.send("POST", "/api/pos/redemptions", {**receipt, **wanted})
    assert used.json()["redemption_amount"] == 12345.67
    found = await api.send("GET", "/api2/dashboard/users/redemption?transaction_no=x")
    assert found.json()["discounts_applied"]["discount_value"] == "12345.67"


@pytest.mark.parametrize(("amount", "earned"), [(0.01, 0), (7.995, 8), (" 7.5 ", 7), ("1e2", 100), (1e9, 10**9)])
async def test_what_a_receipt_earns(api: Api, amount: Any, earned: int) -> None:
    await api.sign_up()
    assert (await api.buy("ada@example.com", amount, "t1")).json()["points_earned"] == earned


@pytest.mark.parametrize("amount", ["1_000", "\u0661\u0662", "nan", "-3", "0x10"])
async def test_what_is_no_amount(api: Api, amount: Any) -> None:
    await api.sign_up()
    assert (await api.buy("ada@example.com", amount, "t1")).status_code == 422


@pytest.mark.parametrize("points", [0.4, 2.5, 0.001, -1, "none"])
async def test_a_code_for_no_whole_points_is_refused(api: Api, points: Any) -> None:
    _, token = await api.sign_up()
    await api.buy("ada@example.com", 10, "t1")
    refused = await api.send("POST", "/api/auth/redemptions", {"redeemed_points": points}, token)
    assert (refused.status_code, refused.json()) == (422, ["Invalid Discount Value"])
