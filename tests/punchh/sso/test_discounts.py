"""The basket on the ordering site."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_baskets import SELECT, bill, item
from tests.punchh.test_redemptions import ready, state


async def test_taking_out(world: WorldClient, api: Api) -> None:
    _, _, sso = await ready(world, api)
    basket = (await api.send("POST", f"/api/auth/{SELECT}", item(), sso)).json()
    number = basket["discount_basket_items"][0]["discount_basket_item_id"]
    path = "/api/auth/discounts/unselect"
    wrong = await api.send("DELETE", path, {"discount_basket_item_ids": [1]}, sso)
    assert wrong.json() == {"error": "Discount Items not found with any given ids"}
    taken = await api.send("DELETE", path, {"discount_basket_item_ids": [number]}, sso)
    assert taken.json()["discount_basket_items"] == []
    empty = await api.send("GET", "/api/auth/discounts/active", None, sso)
    assert (empty.status_code, empty.json()) == (404, {"error": "User does not have an active basket"})


async def test_a_basket_is_filled_with_what_fits(world: WorldClient, api: Api) -> None:
    number, mobile, sso = await ready(world, api)
    filled = await api.send("POST", "/api/auth/discounts/auto_select", bill(number, external_uid="o-1"), sso)
    assert [row["discount_type"] for row in filled.json()["discount_basket_items"]] == ["reward"]
    assert filled.json()["locked"] is True
    asked = bill(number, query=True, external_uid="o-1", store_number="1")
    assert (await api.send("POST", "/api/auth/batch_redemptions", asked, sso)).json()["success"]
    assert (await state(api, mobile))[1] == 1
    used = bill(number, external_uid="o-1", store_number="1")
    assert (await api.send("POST", "/api/auth/batch_redemptions", used, sso)).json()["success"]
    assert (await state(api, mobile))[1] == 0
