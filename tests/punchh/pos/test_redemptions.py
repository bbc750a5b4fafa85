"""Redemptions at the register."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_redemptions import ready, receipt, state


async def test_an_offer_without_amount_gives_the_item_of_its_name(world: WorldClient, api: Api) -> None:
    number, _, _ = await ready(world, api)
    await api.send("POST", "/api2/dashboard/users/support", {"user_id": number, "redeemable_id": 134})
    body = receipt(discount_type="reward", reward_id=900002, email="ada@example.com")
    used = (await api.send("POST", "/api/pos/redemptions", body)).json()
    assert (used["redemption_amount"], [row["item_name"] for row in used["qualified_menu_items"]]) == (8.5, ["Burger"])


async def test_registers_list_running_codes_and_fitting_offers(world: WorldClient, api: Api) -> None:
    _, mobile, sso = await ready(world, api)
    await api.send("POST", "/api/auth/redemptions", {"reward_id": 900001}, sso)
    running = await api.send("GET", "/api/pos/users/active_redemptions?email=ada@example.com")
    assert [row["redeemable"]["name"] for row in running.json()] == ["Fries"]
    body = receipt(email="ada@example.com", channel="pos", amount=20)
    offers = await api.send("POST", "/api/pos/redemptions/applicable_offers", body)
    assert [(row["discount_amount"], row["reward"]["name"]) for row in offers.json()] == [(3, "Fries")]
    online = await api.send("GET", "/api/auth/redemptions/applicable_offers", {**body, "channel": "web"}, sso)
    assert [row["reward"]["name"] for row in online.json()] == ["Fries"]


async def test_many_are_voided_or_none(world: WorldClient, api: Api) -> None:
    _, mobile, _ = await ready(world, api)
    body = receipt(discount_type="redeemable", redeemable_id=133, email="ada@example.com")
    ids = [(await api.send("POST", "/api/pos/redemptions", body)).json()["redemption_id"] for _ in range(2)]
    path = "/api/pos/redemptions/multiple_destroy"
    assert (await api.send("DELETE", path, {"redemption_id": [*ids, 1]})).status_code == 422
    assert (await state(api, mobile))[0] == 20
    assert (await api.send("DELETE", path, {"redemption_id": ids})).status_code == 202
    assert (await state(api, mobile))[0] == 100
