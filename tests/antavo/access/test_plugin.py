"""The shop plugin's connect flow, call by call as its code makes them."""

from __future__ import annotations

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.antavo.calls import call

PLUGIN = {"client_id": "magento", "client_secret": "plugin-secret", "exchange_rate": 0.05, "loyalty_platform_url": "L"}
BACK = "https://shop.example/admin/connect?key=1"


@pytest.fixture
async def shop(world: WorldClient) -> WorldClient:
    client = f"magento-{world.inside.name}"
    extensions = {"friendreferral": {"enabled": True}}
    await world.setup({"antavo": {"plugin": {**PLUGIN, "client_id": client, "extensions": extensions}}})
    return world


async def code(world: WorldClient) -> str:
    params = {"client_id": f"magento-{world.inside.name}", "redirect_uri": BACK}
    response = await world.antavo.get("/oauth/authorize", params=params)
    assert response.status_code == 302
    start, _, found = response.headers["location"].partition("&code=")
    assert start == BACK
    return found


async def token(world: WorldClient, code: str, secret: str = "plugin-secret") -> tuple[int, str]:
    client = {"client_id": f"magento-{world.inside.name}", "client_secret": secret}
    params = {**client, "code": code, "redirect_uri": "/admin/connect?key=1&code=x"}
    response = await world.antavo.get("/oauth/access_token", params=params)
    return response.status_code, response.json().get("access_token", "")


async def test_a_shop_connects(shop: WorldClient) -> None:
    _, made = await token(shop, await code(shop))
    response = await shop.antavo.post(f"/plugin/connect?access_token={made}", data={"domain": "shop.example"})

    found = response.json()
    assert found == {"api_key": shop.antavo["api_key"], "api_secret": shop.antavo["api_secret"]}


async def test_a_code_is_good_once_and_with_its_secret(shop: WorldClient) -> None:
    made = await code(shop)

    assert (await token(shop, made, "wrong"))[0] == 401
    assert (await token(shop, made))[0] == 200
    assert (await token(shop, made))[0] == 400


async def test_codes_and_tokens_end(shop: WorldClient) -> None:
    made = await code(shop)
    _, access = await token(shop, await code(shop))

    await shop.advance("10m")

    assert (await token(shop, made))[0] == 400
    response = await shop.antavo.post(f"/plugin/connect?access_token={access}", json={"domain": "shop.example"})
    assert response.status_code == 401


@pytest.mark.parametrize("target", ["javascript:alert(1)", "shop.example", "//shop.example", "https://"])
async def test_a_browser_is_sent_to_web_pages_only(shop: WorldClient, target: str) -> None:
    params = {"client_id": f"magento-{shop.inside.name}", "redirect_uri": target}

    assert (await shop.antavo.get("/oauth/authorize", params=params)).status_code == 400


async def test_nobodys_client_or_token(shop: WorldClient) -> None:
    params = {"client_id": "nobody", "redirect_uri": BACK}

    assert (await shop.antavo.get("/oauth/authorize", params=params)).status_code == 401
    assert (await shop.antavo.post("/plugin/connect?access_token=x", json={"domain": "d"})).status_code == 401


async def test_settings_go_both_ways(shop: WorldClient) -> None:
    sent = {"currency": "EUR", "loyalty_central_url": "https://shop.example/loyalty", "website": "https://shop.example"}

    saved = await call(shop.antavo, "POST", "/plugin", sent)
    found = (await call(shop.antavo, "GET", "/plugin")).json()

    assert (saved.status_code, saved.json()) == (200, {})
    assert found == {
        "exchange_rate": 0.05,
        "loyalty_central_url": "https://shop.example/loyalty",
        "loyalty_platform_url": "L",
        "extensions": {"friendreferral": {"enabled": True}},
    }
    assert shop.inside.tenants["antavo"].plugin_settings["currency"] == "EUR"


async def test_a_client_needs_its_secret(world: WorldClient) -> None:
    with pytest.raises(ControlRefused, match="client_secret"):
        await world.setup({"antavo": {"plugin": {"client_id": "x"}}})
