"""What running codes have set aside cannot be had twice, and what is gone cannot be redeemed."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api

CURRENCY = {"type": "points", "points_conversion_type": "currency", "conversion_threshold": 10, "conversion_value": 5}
SHORT = {"errors": {"base": ["Balance is insufficient to process request"]}}


async def balance(api: Api, token: str) -> Any:
    return (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()["account_balance"]


async def test_money_of_a_running_code_is_not_there_for_another(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"program": CURRENCY}})
    _, token = await api.sign_up()
    await api.buy("ada@example.com", 10, "t1")
    path, body = "/api2/mobile/redemptions/banked_currency", {"banked_currency": 5}
    first = await api.send("POST", path, body, token)
    again = await api.send("POST", path, body, token)
    assert (first.status_code, again.status_code, again.json()) == (200, 422, SHORT)
    await api.send("DELETE", f"/api2/mobile/redemptions/{first.json()['redemption_id']}", None, token)
    assert (await api.send("POST", path, body, token)).status_code == 200


async def test_one_full_card_is_one_code(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"program": {"type": "visits", "visits_per_card": 1}}})
    _, token = await api.sign_up()
    await api.buy("ada@example.com", 10, "t1")
    first = await api.send("POST", "/api2/mobile/redemptions/visits", {}, token)
    again = await api.send("POST", "/api2/mobile/redemptions/visits", {}, token)
    assert (again.status_code, again.json()) == (422, {"errors": {"base": ["Not enough cards"]}})
    code = {"redemption_code": first.json()["redemption_tracking_code"]}
    assert (await api.send("PATCH", "/api2/dashboard/redemptions", code)).status_code == 200
    assert (await balance(api, token))["unredeemed_cards"] == 0


async def test_a_code_whose_points_lapsed_takes_nothing_off(world: WorldClient, api: Api) -> None:
    redeemable = {"id": 132, "name": "Fries", "points": 10}
    await world.setup({"punchh": {"program": {"rolling_expiry_days": 1}, "redeemables": [redeemable]}})
    _, token = await api.sign_up()
    await api.buy("ada@example.com", 10, "t1")
    await world.advance("38h30m")
    made = await api.send("POST", "/api2/mobile/redemptions/redeemable", {"redeemable_id": 132}, token)
    await world.advance("1h")
    code = {"redemption_code": made.json()["redemption_tracking_code"]}
    used = await api.send("PATCH", "/api2/dashboard/redemptions", code)
    assert (made.status_code, used.status_code, used.json()) == (200, 422, SHORT)


async def test_a_basket_says_beforehand_what_it_will_do(world: WorldClient, api: Api) -> None:
    offers = [{"id": number, "name": str(number), "points": 10, "discount_amount": 2} for number in (132, 133)]
    await world.setup({"punchh": {"redeemables": offers}})
    number, _ = await api.sign_up()
    await api.buy("ada@example.com", 10, "t1")
    rows = [{"discount_type": "redeemable", "discount_id": str(one["id"])} for one in offers]
    await api.send("POST", "/api/pos/discounts/select", {"user_id": number, "discount_basket_items_attributes": rows})
    items = [{"item_name": "Burger", "item_qty": 1, "amount": 20}]
    order = {"user_id": number, "receipt_amount": 20, "line_items": items}
    asked = (await api.send("POST", "/api/pos/batch_redemptions", {**order, "query": "true"})).json()
    done = (await api.send("POST", "/api/pos/batch_redemptions", order)).json()
    assert [len(asked["success"]), len(asked["failures"])] == [len(done["success"]), len(done["failures"])] == [1, 1]
    assert asked["failures"] == done["failures"]


async def test_what_has_ended_or_not_begun_is_not_for_sale(world: WorldClient, api: Api) -> None:
    offers = [
        {"id": 132, "name": "Over", "points": 5, "end_time": "2026-01-15T09:00:00Z"},
        {"id": 133, "name": "Soon", "points": 5, "start_time": "2026-01-15T09:00:01Z"},
        {"id": 134, "name": "Now", "points": 5, "start_time": "2026-01-15T09:00:00Z"},
    ]
    await world.setup({"punchh": {"redeemables": offers}})
    _, token = await api.sign_up()
    await api.buy("ada@example.com", 50, "t1")
    path = "/api2/mobile/redemptions/redeemable"
    answers = [(await api.send("POST", path, {"redeemable_id": one["id"]}, token)).status_code for one in offers]
    assert answers == [422, 422, 200]
    listed = (await api.send("GET", "/api/auth/checkins/balance", None, token)).json()["redeemables"]
    assert [one["name"] for one in listed] == ["Now"]


async def test_a_coupon_that_was_voided_is_as_it_was_issued(world: WorldClient, api: Api) -> None:
    settings = {"coupon_type": "discount", "flat_discount": 2, "codes": ["TWO"]}
    await world.setup({"punchh": {"campaigns": [{"name": "Two", "type": "coupon", "settings": settings}]}})
    number, _ = await api.sign_up()
    receipt = {"receipt_amount": 10, "subtotal_amount": 10, "receipt_datetime": "2026-01-15T09:00:00Z"}
    order = {**receipt, "email": "ada@example.com", "discount_type": "redemption_code", "redemption_code": "TWO"}
    used = await api.send("POST", "/api/pos/redemptions", {**order, "transaction_no": "x"})
    path = f"/api2/dashboard/users/extensive_timeline?user_id={number}"
    history = (await api.send("GET", path)).json()
    (row,) = history["user_coupon_redemptions"]
    assert (row["status"], row["discount"], row["transaction_no"], history["redemptions"]) == ("honored", 2.0, "x", [])
    await api.send("DELETE", "/api/pos/redemptions", {"redemption_id": used.json()["redemption_id"]})
    assert (await api.send("GET", path)).json()["user_coupon_redemptions"] == []
    assert world.inside is not None
    coupon = world.inside.tenants["punchh"].coupons["TWO"]
    assert (coupon.status, coupon.discount, coupon.facts) == ("issued", 0.0, {})
