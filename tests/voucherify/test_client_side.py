"""The client-side API: keys, origins, switches, CORS."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, send
from tests.voucherify.redemptions.test_validations import basket, coupon


async def test_what_is_not_switched_on_is_forbidden(world: WorldClient) -> None:
    await discount_campaign(world)
    body = {"campaign": "Spring", "customer": "ann"}

    off = await send(world, "POST", "/client/v1/publish", body)
    await world.setup({"voucherify": {"client_side": {"publish": True}}})
    on = await made(world, "POST", "/client/v1/publish", body)

    assert (off.status_code, off.json()["key"]) == (403, "forbidden")
    assert on["voucher"]["campaign"] == "Spring"


async def test_browsers_validate_and_redeem(world: WorldClient) -> None:
    await world.setup({"voucherify": {"client_side": {"redeem": True}}})
    await coupon(world, "A")

    valid = await made(world, "POST", "/client/v1/validations", basket("A", order={"amount": 5000}))
    redeemed = await made(world, "POST", "/client/v1/redemptions", basket("A", order={"amount": 5000}))

    assert valid["valid"] and redeemed["order"]["total_amount"] == 4000


async def test_only_listed_origins_are_served(world: WorldClient) -> None:
    await world.setup({"voucherify": {"client_side": {"allowed_origins": ["https://shop.example"]}}})

    async def status(**headers: str) -> Any:
        return (await send(world, "GET", "/client/v1/promotions/tiers", headers=headers)).status_code

    assert await status(Origin="https://shop.example") == 200
    assert await status(Origin="https://else.example") == await status() == 401


async def test_a_preflight_is_answered(world: WorldClient) -> None:
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}

    response = await world.voucherify.request("OPTIONS", "/client/v1/validations", headers=headers)

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["access-control-allow-origin"] == "https://shop.example"
    assert "x-client-token" in response.headers["access-control-allow-headers"]


async def test_server_keys_do_not_open_it(world: WorldClient) -> None:
    keys = {"X-App-Id": world.voucherify["app_id"], "X-App-Token": world.voucherify["app_token"]}

    response = await world.voucherify.get("/client/v1/promotions/tiers", headers=keys)

    assert response.status_code == 401


async def test_browsers_list_one_customer_s_codes_where_they_may(world: WorldClient) -> None:
    await discount_campaign(world)
    await made(world, "POST", "/v1/publications", {"campaign": "Spring", "customer": "ann"})

    off = await send(world, "GET", "/client/v1/vouchers?customer=ann")
    await world.setup({"voucherify": {"client_side": {"list_vouchers": True}}})
    on = await made(world, "GET", "/client/v1/vouchers?customer=ann")
    everybody = await send(world, "GET", "/client/v1/vouchers")

    assert (off.status_code, on["total"]) == (403, 1)
    assert (everybody.status_code, everybody.json()["key"]) == (400, "invalid_query_params")
