"""Coupons: the search, and the events that redeem, give back and assign."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, event

POOLS = [
    {"id": "five", "name": "Five", "type": "amount", "value": 5, "currency": "EUR", "codes": ["F1", "F2"]},
    {"id": "gift", "name": "Gift", "type": "gift_card", "value": 20, "codes": ["G1"], "expiration_time": "10d"},
]


async def set_up(world: WorldClient) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann"}, {"id": "bo"}], "coupon_pools": POOLS}})
    for code in ("F1", "G1"):
        assert (await event(world.antavo, "coupon_assign", {"code": code})).status_code == 200


async def mine(world: WorldClient, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await call(world.antavo, "GET", f"/customers/ann/coupons{query}")).json()["data"]
    return rows


@pytest.mark.parametrize(
    ("query", "wanted"),
    [("", ["F1", "G1"]), ("?type=gift_card", ["G1"]), ("?value=5", ["F1"]), ("?name=Gift", ["G1"]), ("?code=X", [])],
)
async def test_the_members_coupons(world: WorldClient, query: str, wanted: list[str]) -> None:
    await set_up(world)

    assert [row["code"] for row in await mine(world, query)] == wanted


async def test_a_coupon_is_redeemed_and_given_back(world: WorldClient) -> None:
    await set_up(world)

    await event(world.antavo, "coupon_redeem", {"code": "F1"})
    assert [row["code"] for row in await mine(world, "?status=redeemed")] == ["F1"]
    assert (await event(world.antavo, "coupon_redeem", {"code": "F1"})).status_code == 400
    await event(world.antavo, "coupon_unredeem", {"code": "F1"})

    assert [row["code"] for row in await mine(world, "?status=claimed")] == ["F1", "G1"]


async def test_a_gift_card_is_redeemed_in_parts(world: WorldClient) -> None:
    await set_up(world)

    await event(world.antavo, "coupon_redeem", {"code": "G1", "amount": 15})
    (row,) = await mine(world, "?status=partially_redeemed")
    too_much = await event(world.antavo, "coupon_redeem", {"code": "G1", "amount": 6})
    await event(world.antavo, "coupon_redeem", {"code": "G1", "amount": 5})

    assert row["balance"] == 5
    assert (too_much.status_code, too_much.json()["error"]["code"]) == (400, 1606)
    assert [row["code"] for row in await mine(world, "?status=redeemed")] == ["G1"]


async def test_coupons_expire_on_the_virtual_clock(world: WorldClient) -> None:
    await set_up(world)
    await world.setup({"antavo": {"auth": {"clock_skew_seconds": 4000000000}}})

    await world.advance("10d")

    assert [row["code"] for row in await mine(world, "?status=expired")] == ["G1"]
    assert (await event(world.antavo, "coupon_redeem", {"code": "G1", "amount": 1})).status_code == 400


@pytest.mark.parametrize(("customer", "code"), [("ann", "NOPE"), ("bo", "F1"), ("ann", "F2")])
async def test_a_coupon_that_is_not_the_members_is_not_found(world: WorldClient, customer: str, code: str) -> None:
    await set_up(world)

    response = await event(world.antavo, "coupon_redeem", {"code": code}, customer=customer)

    assert response.json() == {"error": {"type": "RuntimeException", "code": 1601, "message": "Coupon not found"}}


async def test_a_code_is_assigned_once(world: WorldClient) -> None:
    await set_up(world)

    assert (await event(world.antavo, "coupon_assign", {"code": "F1"}, customer="bo")).status_code == 400


async def test_the_search_over_all_coupons(world: WorldClient) -> None:
    await set_up(world)

    by_status = (await call(world.antavo, "GET", "/coupons?status=claimed&limit=1")).json()
    nothing = (await call(world.antavo, "GET", "/coupons?code=NOPE")).json()
    no_criteria = (await call(world.antavo, "GET", "/coupons")).json()

    assert ([row["code"] for row in by_status["data"]], by_status["next"]) == (["F1"], "/coupons?limit=1&page=1")
    assert nothing == {"data": None}
    assert no_criteria["error"]["code"] == 160311
