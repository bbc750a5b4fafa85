"""Redemptions 2.0: one basket for app, site and register."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_redemptions import ready, state

SELECT = "discounts/select"


def item(kind: str = "reward", number: Any = 900001, **more: Any) -> dict[str, Any]:
    return {"discount_basket_items_attributes": [{"discount_type": kind, "discount_id": number, **more}]}


def bill(number: int, **more: Any) -> dict[str, Any]:
    line = {"item_name": "Burger", "item_qty": 1, "amount": 8.5, "item_type": "M"}
    body = {"user_id": number, "line_items": [line], "receipt_amount": 20, "subtotal_amount": 20}
    return {**body, "receipt_datetime": "2026-01-15T09:00:00Z", "transaction_no": "9", **more}


async def test_what_the_app_selects_the_register_uses(world: WorldClient, api: Api) -> None:
    number, mobile, _ = await ready(world, api)
    selected = await api.send("POST", f"/api2/mobile/{SELECT}", item(), mobile)
    assert selected.json()["discount_basket_items"][0]["discount_details"]["name"] == "Fries"
    await api.send("POST", f"/api/pos/{SELECT}", {"user_id": number, **item("redeemable", 133)})
    used = await api.send("POST", "/api/pos/batch_redemptions", bill(number))
    assert [row["discount_amount"] for row in used.json()["success"]] == [3, 2]
    assert await state(api, mobile) == (60, 0, 0)
    ref = used.json()["redemption_ref"]
    assert (await api.send("DELETE", f"/api/pos/batch_redemptions/{ref}", {"user_id": number})).status_code == 202
    assert await state(api, mobile) == (100, 1, 0)
    again = await api.send("DELETE", f"/api/pos/batch_redemptions/{ref}", {"user_id": number})
    assert (again.status_code, again.json()) == (422, {"error": "No Basket found"})


async def test_a_basket_is_locked_for_one_order(world: WorldClient, api: Api) -> None:
    number, mobile, sso = await ready(world, api)
    await api.send("POST", f"/api2/mobile/{SELECT}", item(), mobile)
    looked = await api.send("POST", "/api/pos/discounts/lookup", bill(number, external_uid="order-1"))
    assert [row["discount_amount"] for row in looked.json()["success"]] == [3]
    locked = await api.send("GET", "/api2/mobile/discounts/active", None, mobile)
    text = "Unable to access the user\u2019s Discount Basket, the Basket is currently locked"
    assert (locked.status_code, locked.json()) == (422, {"error": text})
    wrong = await api.send("PUT", "/api/auth/discounts/unlock", {"external_uid": "order-2"}, sso)
    assert (wrong.status_code, wrong.json()) == (422, {"error": "Unable to find valid discount basket"})
    assert (await api.send("PUT", "/api/auth/discounts/unlock", {"external_uid": "order-1"}, sso)).status_code == 200
    assert (await api.send("GET", "/api2/mobile/discounts/active", None, mobile)).status_code == 200
