"""Odd values in every member of the calls that need a token of their own: refused or taken, never a fault of ours."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import WorldClient
from stampcard.core.contract import load
from tests.antavo.test_auth import GOOD, ask
from tests.antavo.test_auth import set_up as set_up_client
from tests.antavo.test_promotions import HOST, PRICING, SNEAKER, cart, jwt

ODD: list[Any] = [None, "", "x", "x" * 5000, "\u0000", "é\U0001f600", 0, -1, 1.5, 1e300, 10**30, True, [], [None], {}]
ODD += [{"a": {}}, [[]], "2026-01-15", "https://x.example", "Infinity"]

EVENT = {
    "customer": "ann",
    "action": "point_add",
    "account": "main_account",
    "external_id": "",
    "correlation_id": "c",
    "callback_url": "",
    "data": {"points": 5, "callback_url": "", "effective_timestamp": 1767225600},
}
CART = cart({**SNEAKER, "quantity": 1}, customerId="ann", promoCode="X")
DOMAIN = {"domain": "shop.example", "api_key": ""}
CALLS = [
    ("async_events_submit", "POST", "/v1/async/events", EVENT),
    ("promotion_cart", "POST", "/v1/cart", CART),
    ("promotion_cart_finalize", "POST", "/v1/cart/finalize", CART),
    ("promotion_status", "POST", f"/v1/promotion/{PRICING['id']}/status", {"status": "draft"}),
    ("plugin_connect", "POST", "/plugin/connect", DOMAIN),
]


def changed(body: Any, odd: Any) -> list[Any]:
    """The body with one of its members, at any depth, replaced or taken away."""
    found: list[Any] = [odd]
    if isinstance(body, dict):
        for name, value in body.items():
            found += [{**body, name: one} for one in changed(value, odd)]
            found.append({key: item for key, item in body.items() if key != name})
    elif isinstance(body, list):
        for place, value in enumerate(body):
            found += [[*body[:place], one, *body[place + 1 :]] for one in changed(value, odd)]
    return found


async def set_up(world: WorldClient) -> dict[str, dict[str, Any]]:
    """What each call needs beside its body: headers and query."""
    await set_up_client(world)
    plugin = {"client_id": f"shop-{world.inside.name}", "client_secret": "s"}
    section = {"promotion": {"jwt_secret": "s3cret"}, "promotions": [PRICING], "plugin": plugin}
    await world.setup({"antavo": {"members": [{"id": "ann"}], **section}})
    bearer = (await ask(world)).json()["access_token"]
    back = {"client_id": plugin["client_id"], "redirect_uri": "https://shop.example/back"}
    sent_back = await world.antavo.get("/oauth/authorize", params=back)
    code = sent_back.headers["location"].rpartition("code=")[2]
    query = {**plugin, "code": code, "redirect_uri": "/back"}
    token = (await world.antavo.get("/oauth/access_token", params=query)).json()["access_token"]
    engine = {"headers": {"Host": HOST, "Authorization": f"Bearer {jwt()}"}}
    return {
        "async_events_submit": {"headers": {"Authorization": f"Bearer {bearer}"}},
        "promotion_cart": engine,
        "promotion_cart_finalize": engine,
        "promotion_status": engine,
        "plugin_connect": {"params": {"access_token": token}},
    }


def encodable(value: Any) -> bool:
    try:
        httpx.Request("POST", "http://x", json=value)
    except (ValueError, UnicodeError):
        return False
    return True


@pytest.mark.parametrize(("name", "method", "path", "body"), CALLS, ids=[call[0] for call in CALLS])
async def test_nothing_odd_is_a_fault(world: WorldClient, name: str, method: str, path: str, body: Any) -> None:
    more = (await set_up(world))[name]
    replies = load("antavo").operations[name].replies
    statuses: dict[int, int] = {}

    for odd in ODD:
        for one in changed(body, odd):
            if encodable(one):
                response = await world.antavo.request(method, path, json=one, **more)
                replies.check(response.status_code, response.json())
                statuses[response.status_code] = statuses.get(response.status_code, 0) + 1
    await world.settle()

    assert world.inside.faults_of_ours == []
    assert statuses.keys() <= {200, 400, 501}
    assert statuses[400] > 20
    assert name == "promotion_status" or statuses[200] > 0


async def test_odd_token_requests(world: WorldClient) -> None:
    await set_up_client(world)
    wrong = ["", "x", "client_credentials\u0000", "a" * 5000, "loyalty.async_events loyalty.async_events"]

    for member in GOOD:
        for value in wrong:
            response = await ask(world, **{**GOOD, member: value})
            assert (response.status_code, response.json()["status"]) == (400, "error")
    assert world.inside.faults_of_ours == []
