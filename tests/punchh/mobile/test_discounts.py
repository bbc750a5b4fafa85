"""The basket in the app."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_baskets import SELECT, item
from tests.punchh.test_redemptions import ready


async def test_refusals_of_a_selection(world: WorldClient, api: Api) -> None:
    _, mobile, _ = await ready(world, api)
    path = f"/api2/mobile/{SELECT}"
    twice = {"discount_basket_items_attributes": item()["discount_basket_items_attributes"] * 2}
    told = [
        (await api.send("POST", path, body, mobile)).json()
        for body in ({}, item("reward", 1), item("coupon"), item("discount_amount", "", discount_value=0), twice)
    ]
    assert told == [
        {"error": "Required parameter missing or the value is empty: discount_basket_items_attributes"},
        {"error": "Invalid Reward ID"},
        {
            "error": "Discount type should be card_completion, discount_amount, redemption_code, reward, fuel_reward, "
            "redeemable, subscription"
        },
        {"error": "Invalid Discount Value"},
        {"error": "Same parameters provided multiple times"},
    ]
    await api.send("POST", path, item(), mobile)
    again = await api.send("POST", path, item(), mobile)
    assert again.json() == {"error": "Discount basket items have already been taken for the user"}
