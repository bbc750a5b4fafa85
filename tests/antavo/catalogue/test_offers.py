"""Offers: the list, the cart, the claim."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call

OFFERS = [
    {"id": "bag", "name": "Bag", "required_items": [{"id": "A", "min_quantity": 2}], "coupon_pool": "p"},
    {"id": "big", "name": "Big", "min_total": 100, "max_total": 200, "discount": {"type": "percentage", "value": 10}},
    {"id": "soon", "name": "Soon", "starts_at": "2026-02-01T00:00:00Z"},
    {"id": "vip", "name": "Vip", "segments": ["vip"]},
]


async def set_up(world: WorldClient) -> None:
    section = {
        "members": [{"id": "ann"}],
        "segments": [{"name": "vip", "conditions": [{"attribute": "score", "operator": "greater than", "value": 10}]}],
        "coupon_pools": [{"id": "p", "name": "P", "type": "amount", "value": 5, "codes": ["C1", "C2"]}],
        "offers": OFFERS,
    }
    await world.setup({"antavo": section})


def cart(total: float, *items: tuple[str, int]) -> dict[str, Any]:
    return {"total": total, "items": [{"product_id": name, "quantity": quantity} for name, quantity in items]}


async def test_the_members_offers(world: WorldClient) -> None:
    await set_up(world)

    rows = (await call(world.antavo, "GET", "/customers/ann/activities/offers")).json()["data"]

    assert [(row["id"], row["status"]) for row in rows] == [("bag", "active"), ("big", "active"), ("soon", "scheduled")]


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (cart(50, ("A", 2)), ["bag"]),
        (cart(50, ("A", 1), ("A", 1)), ["bag"]),
        (cart(50, ("A", 1)), []),
        (cart(150, ("B", 1)), ["big"]),
        (cart(250, ("B", 1)), []),
    ],
)
async def test_offers_that_fit_a_cart(world: WorldClient, content: dict[str, Any], wanted: list[str]) -> None:
    await set_up(world)

    found = (await call(world.antavo, "POST", "/offers/", {"customer": "ann", "cart": content})).json()

    assert [row["id"] for row in found["data"]] == wanted


async def test_offers_that_do_not_fit_are_shown_on_request(world: WorldClient) -> None:
    await set_up(world)
    body = {"customer": "ann", "cart": cart(1, ("B", 1)), "eligible_only": False}

    found = (await call(world.antavo, "POST", "/offers", body)).json()

    assert [(row["id"], row["is_eligible"]) for row in found["data"]] == [
        ("bag", False),
        ("big", False),
        ("vip", False),
    ]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"cart": cart(5)}, 400, "Missing required parameter \u2018customer\u2019"),
        ({"customer": "ann"}, 400, "Cart structure validation Error"),
        ({"customer": "ann", "cart": {"total": 5}}, 400, "Cart structure validation Error"),
        (
            {"customer": "ann", "cart": cart(5, ("A", 1), ("B", 0))},
            400,
            "cart.items.1.quantity should be greater than or equal to 1",
        ),
        ({"customer": "nobody", "cart": cart(5)}, 200, "Invalid customer ID"),
    ],
)
async def test_carts_that_are_refused(world: WorldClient, body: dict[str, Any], status: int, message: str) -> None:
    await set_up(world)

    response = await call(world.antavo, "POST", "/offers/", body)

    assert (response.status_code, response.json()["error"]["message"]) == (status, message)


async def test_an_offer_is_claimed_once_for_a_coupon(world: WorldClient) -> None:
    await set_up(world)
    path = "/customers/ann/activities/offers"

    first = (await call(world.antavo, "POST", f"{path}/bag/claim")).json()
    again = (await call(world.antavo, "POST", f"{path}/bag/claim")).json()
    unmet = (await call(world.antavo, "POST", f"{path}/vip/claim")).json()
    unknown = await call(world.antavo, "POST", f"{path}/nothing/claim")

    assert (first["coupon"]["code"], again, unmet) == ("C1", {}, {})
    assert (unknown.status_code, unknown.json()["error"]["message"]) == (404, "Offer not found")
