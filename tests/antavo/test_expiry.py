"""Points that expire on the virtual clock, the oldest used first."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, event, profile


async def set_up(world: WorldClient, **expiration: Any) -> None:
    points = {"expiration": expiration or {"type": "rolling", "days": 30}}
    auth = {"clock_skew_seconds": 4000000000}
    await world.setup({"antavo": {"points": points, "auth": auth, "members": [{"id": "ann"}]}})


async def balances(world: WorldClient) -> tuple[float, ...]:
    """score, spent, expired, spendable"""
    found = await profile(world.antavo)
    return tuple(found[name] for name in ("score", "spent", "expired", "spendable"))


async def test_points_expire_after_so_many_days(world: WorldClient) -> None:
    await set_up(world)
    response = await event(world.antavo, "point_add", {"points": 100})
    assert response.json()["events"][0]["expdate"] == "2026-02-14"

    await world.advance("15d")
    await event(world.antavo, "point_add", {"points": 10})
    await world.advance("15d")

    assert await balances(world) == (110, 0, 100, 10)
    (newest, *_) = (await call(world.antavo, "GET", "/customers/ann/events")).json()["data"]
    assert (newest["action"], newest["points"]) == ("point_expire", -100)


@pytest.mark.parametrize(
    ("action", "data", "wanted"),
    [
        ("point_spend", {"points": 40}, (110, 40, 60, 10)),
        ("point_spend", {"points": 105}, (110, 105, 0, 5)),
        ("reserve_points", {"points": 30, "transaction_id": "T"}, (110, 0, 70, 10)),
        ("point_sub", {"points": 30}, (80, 0, 70, 10)),
    ],
)
async def test_the_oldest_points_are_used_first(
    world: WorldClient, action: str, data: dict[str, Any], wanted: tuple[int, ...]
) -> None:
    await set_up(world)
    await event(world.antavo, "point_add", {"points": 100})
    await world.advance("5d")
    await event(world.antavo, "point_add", {"points": 10})
    await event(world.antavo, action, data)

    await world.advance("25d")

    assert await balances(world) == wanted


async def test_a_day_of_the_year(world: WorldClient) -> None:
    await set_up(world, type="calendar", date="04-01")
    await event(world.antavo, "point_add", {"points": 100})

    await world.set_clock("2026-03-31T23:59:59Z")
    before = await balances(world)
    await world.set_clock("2026-04-01T00:00:00Z")

    assert (before, await balances(world)) == ((100, 0, 0, 100), (100, 0, 100, 0))


async def test_points_of_a_purchase_expire_from_its_acceptance(world: WorldClient) -> None:
    await set_up(world)
    await world.setup({"antavo": {"points": {"pending": {"type": "manual"}}}})
    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 50})
    await world.advance("20d")
    await event(world.antavo, "checkout_accept", {"transaction_id": "T1"})

    await world.advance("29d")
    assert await balances(world) == (50, 0, 0, 50)
    await world.advance("1d")

    assert await balances(world) == (50, 0, 50, 0)


async def test_expiry_is_synced_to_braze(world: WorldClient) -> None:
    await set_up(world)
    braze = {
        "instance_url": "https://rest.iad-01.braze.com",
        "api_token": world.braze["api_key"],
        "app_identifier": world.braze["app_id"],
        "fields": [{"loyalty_field": "spendable", "remote_field": "points"}],
    }
    await event(world.antavo, "point_add", {"points": 100})
    await world.setup({"antavo": {"braze": braze}})

    await world.advance("30d")

    sent = (await world.journal(vendor="braze", operation="users_track"))[-1]["request"]["body"]
    assert sent == {"attributes": [{"external_id": "ann", "points": 0}]}


async def test_an_anniversary_of_the_opt_in(world: WorldClient) -> None:
    await set_up(world, type="anniversary")
    response = await event(world.antavo, "point_add", {"points": 100})

    await world.set_clock("2027-01-14T23:59:59Z")
    before = await balances(world)
    await world.set_clock("2027-01-15T00:00:00Z")

    assert response.json()["events"][0]["expdate"] == "2027-01-15"
    assert (before, await balances(world)) == ((100, 0, 0, 100), (100, 0, 100, 0))


async def test_all_points_live_as_long_as_the_member_does_something(world: WorldClient) -> None:
    await set_up(world, type="last_activity", days=30)
    await event(world.antavo, "point_add", {"points": 100})
    await world.advance("20d")
    await event(world.antavo, "visit")
    await event(world.antavo, "point_add", {"points": 10})

    await world.advance("20d")
    before = await balances(world)
    await world.advance("10d")

    assert [before, await balances(world)] == [(110, 0, 0, 110), (110, 0, 110, 0)]
