"""Coupons: issued, applied in the app, used at the register, and told in events of their own."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_redemptions import receipt
from tests.punchh.webhooks.test_adapter import PAIR, calls, submitted

FRIES = {"id": 132, "name": "Fries"}


def campaign(**settings: Any) -> dict[str, Any]:
    row = {"name": "Codes", "type": "coupon", "redeemable": "Fries", "settings": settings}
    return {"punchh": {"redeemables": [FRIES], "campaigns": [row]}}


async def test_an_unlock_code_gives_once(world: WorldClient, api: Api) -> None:
    await submitted(world)
    await world.setup(campaign(codes=["MAY"]))
    _, token = await api.sign_up(**PAIR)
    path = "/api2/mobile/coupons"
    assert (await api.send("POST", path, {"code": "MAY"}, token)).status_code == 200
    again = await api.send("POST", path, {"code": "MAY"}, token)
    assert (again.status_code, again.json()) == (422, {"errors": {"base": ["Coupon/Promo code is not active"]}})
    wrong = await api.send("POST", path, {"code": "JUNE"}, token)
    assert wrong.json() == {"errors": {"base": ["Invalid Code"]}}
    missing = await api.send("POST", path, None, token)
    assert missing.json() == {"errors": {"code": "Required parameter missing or the value is empty."}}
    names = [event["name"] for body in await calls(world) for event in body.get("events", [])]
    assert names == ["user_coupon_redemptions", "rewards"]


async def test_a_campaign_issues_a_code_to_every_guest_of_its_segment(world: WorldClient, api: Api) -> None:
    await submitted(world)
    document = campaign(validity_days=3)
    document["punchh"]["campaigns"][0]["start"] = "2026-01-15T10:00:00Z"
    await world.setup(document)
    _, token = await api.sign_up(**PAIR)
    await world.advance("1h")
    (coupon,) = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()["coupons"]
    assert (coupon["name"], coupon["end_date"]) == ("Codes", "2026-01-18")
    event = (await calls(world))[-1]["events"][0]
    assert (event["name"], event["properties"]["status"]) == ("coupons", "issued")
    assert event["properties"]["code"] == coupon["code"]
    await world.advance("4d")
    late = await api.send("POST", "/api2/mobile/coupons", {"code": coupon["code"]}, token)
    assert late.status_code == 422


async def test_a_discount_code_is_used_at_the_register_and_voided_within_a_day(world: WorldClient, api: Api) -> None:
    await world.setup(campaign(codes=["TENTH"], coupon_type="discount", percentage_discount=10))
    await api.sign_up()
    body = receipt(discount_type="redemption_code", redemption_code="TENTH", email="ada@example.com")
    used = await api.send("POST", "/api/pos/redemptions", body)
    assert used.json()["redemption_amount"] == 2
    assert (await api.send("POST", "/api/pos/redemptions", body)).status_code == 422
    number = {"redemption_id": used.json()["redemption_id"]}
    assert (await api.send("DELETE", "/api/pos/redemptions", number)).status_code == 202
    again = (await api.send("POST", "/api/pos/redemptions", body)).json()
    await world.advance("25h")
    late = await api.send("DELETE", "/api/pos/redemptions", {"redemption_id": again["redemption_id"]})
    assert late.status_code == 422
