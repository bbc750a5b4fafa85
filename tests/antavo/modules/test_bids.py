"""Bidding rewards: the highest bid is held, the others get their points back, and the end decides."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, profile

BAG = {
    "id": "bag",
    "name": "Handbag",
    "type": "bidding",
    "bid_step": 10,
    "ends_at": "2026-01-20T00:00:00Z",
    "instructions": "Enter your bid.",
}


@pytest.fixture
async def auction(world: WorldClient) -> WorldClient:
    members = [{"id": "ann", "points": 100}, {"id": "bo", "points": 100}]
    await world.setup({"antavo": {"members": members, "rewards": [BAG]}})
    return world


async def bid(world: WorldClient, customer: str, amount: Any = None) -> httpx.Response:
    body = None if amount is None else {"amount": amount}
    return await call(
        world.antavo, "POST", f"/customers/{customer}/activities/rewards/bag/bid", body, at=world.inside.clock.now
    )


async def test_a_bid_without_an_amount_is_a_step_higher(auction: WorldClient) -> None:
    first = (await bid(auction, "ann")).json()
    second = (await bid(auction, "bo")).json()

    assert first["highest_bid"] == {"own": True, "points": 10}
    assert second["highest_bid"] == {"own": True, "points": 20}
    assert (second["type"], second["bid_step"], second["instructions"]) == ("bidding", 10, "Enter your bid.")


async def test_points_of_the_highest_bid_are_held_and_given_back(auction: WorldClient) -> None:
    await bid(auction, "ann", 60)
    held = await profile(auction.antavo)
    await bid(auction, "bo", 70)
    free = await profile(auction.antavo)

    assert (held["reserved"], held["spendable"]) == (60, 40)
    assert (free["reserved"], free["spendable"]) == (0, 100)
    assert (await profile(auction.antavo, "bo"))["reserved"] == 70


async def test_raising_ones_own_bid_holds_the_difference_only(auction: WorldClient) -> None:
    await bid(auction, "ann", 60)

    assert (await bid(auction, "ann", 100)).status_code == 200
    assert (await profile(auction.antavo))["reserved"] == 100


@pytest.mark.parametrize(("amount", "code"), [(101, 120241), (60, 0), (50, 0), (0, 0), ("much", 0)])
async def test_bids_that_are_refused_change_nothing(auction: WorldClient, amount: Any, code: int) -> None:
    await bid(auction, "bo", 60)

    response = await bid(auction, "ann", amount)

    assert (response.status_code, response.json()["error"]["code"]) == (400, code)
    assert (await profile(auction.antavo))["reserved"] == 0
    assert (await profile(auction.antavo, "bo"))["reserved"] == 60


async def test_the_end_of_the_bidding_makes_the_highest_bid_a_claim(auction: WorldClient) -> None:
    await bid(auction, "ann", 60)
    await bid(auction, "bo", 70)

    await auction.set_clock("2026-01-20T00:00:01Z")

    winner = await profile(auction.antavo, "bo", auction.inside.clock.now)
    assert (winner["reserved"], winner["spent"], winner["spendable"]) == (0, 70, 30)
    claims = auction.inside.tenants["antavo"].customers["bo"].claims["bag"]
    assert (claims.count, claims.spent) == (1, 70)
    rows = auction.inside.tenants["antavo"].customers["bo"].events
    assert sum(row.points for row in rows) == 30
    assert (await bid(auction, "ann", 90)).json()["error"]["code"] == 160321
