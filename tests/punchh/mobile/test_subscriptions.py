"""Codes for subscriptions."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_redemptions import receipt

PLAN = {"plan_id": 44, "plan_name": "Super Value", "percentage_discount": 10, "maximum_discount": 20}
PATH = "/api2/mobile/redemptions/subscription"


async def test_a_code_takes_the_plan_s_part_off_and_the_plan_stays(world: WorldClient, api: Api) -> None:
    _, token = await api.sign_up()
    row = {"id": 23, "guest": "ada@example.com", **PLAN, "end_time": "2026-01-20T00:00:00Z"}
    await world.setup({"punchh": {"subscriptions": [row]}})
    for amount, off in ((100, 10), (500, 20)):
        code = (await api.send("POST", PATH, {"subscription_id": "23"}, token)).json()
        assert (code["redemption_type"], code["subscription_plan_name"]) == ("SubscriptionRedemption", "Super Value")
        body = receipt(
            discount_type="redemption_code",
            redemption_code=code["redemption_tracking_code"],
            receipt_amount=amount,
            subtotal_amount=amount,
            email="ada@example.com",
        )
        used = (await api.send("POST", "/api/pos/redemptions", body)).json()
        assert used["redemption_amount"] == off
    await world.advance("5d")
    ended = await api.send("POST", PATH, {"subscription_id": 23}, token)
    assert (ended.status_code, ended.json()) == (422, {"error": "Invalid User Subscription"})


async def test_another_s_subscription_is_none(world: WorldClient, api: Api) -> None:
    _, token = await api.sign_up()
    await api.sign_up("bob@example.com")
    await world.setup({"punchh": {"subscriptions": [{"id": 23, "guest": "bob@example.com", **PLAN}]}})
    refused = await api.send("POST", PATH, {"subscription_id": 23}, token)
    assert (refused.status_code, refused.json()) == (422, {"error": "Invalid User Subscription"})
    missing = await api.send("POST", PATH, {}, token)
    assert missing.json() == {"errors": {"subscription_id": "Required parameter missing or the value is empty."}}
