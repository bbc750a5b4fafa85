"""Points expire at the end of their day, those that end first are spent first."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from stampcard.client import WorldClient
from stampcard.voucherify import days
from tests.voucherify.calls import made
from tests.voucherify.loyalty.test_loyalties import member

MONTH = {"period_type": "MONTH", "period_value": 1}


async def program(world: WorldClient, rules: Any = None, points: int = 0, **more: Any) -> str:
    """A program whose points expire by rules, with ann's card; returns its code."""
    card = {"points": points, **({"expiration_rules": rules} if rules else {})}
    voucher = {"type": "LOYALTY_CARD", "loyalty_card": card}
    await made(world, "POST", "/v1/loyalties", {"name": "Club", "type": "AUTO_UPDATE", "voucher": voucher, **more})
    code: str = (await member(world))["code"]
    return code


async def add(world: WorldClient, code: str, points: int, **more: Any) -> None:
    await made(world, "POST", f"/v1/loyalties/members/{code}/balance", {"points": points, **more})


async def until(world: WorldClient, code: str, day: str, points: int) -> None:
    await add(world, code, points, expiration_type="CUSTOM_DATE", expiration_date=day)


async def card(world: WorldClient, code: str) -> dict[str, Any]:
    found: dict[str, Any] = (await made(world, "GET", f"/v1/loyalties/members/{code}"))["loyalty_card"]
    return found


async def listed(world: WorldClient, code: str) -> list[tuple[str | None, int]]:
    found = await made(world, "GET", f"/v1/loyalties/Club/members/{code}/points-expiration")
    return [(item.get("expires_at"), item["bucket"]["total_points"]) for item in found["data"]]


async def test_points_expire_when_their_last_day_is_over(world: WorldClient) -> None:
    code = await program(world, MONTH, points=7)
    await add(world, code, 100)

    await world.set_clock("2026-02-15T23:59:59Z")
    before = await card(world, code)
    await world.set_clock("2026-02-16T00:00:00Z")
    after = await card(world, code)

    assert before == {
        "points": 107,
        "balance": 107,
        "next_expiration_date": "2026-02-15",
        "next_expiration_points": 100,
    }
    assert after == {"points": 107, "balance": 7, "expired_points": 100}
    newest = (await made(world, "GET", f"/v1/loyalties/members/{code}/transactions"))["data"][0]
    assert (newest["type"], newest["details"]["balance"]["points"]) == ("POINTS_EXPIRATION", -100)
    activity = await made(world, "GET", f"/v1/loyalties/members/{code}/activity")
    assert activity["data"][0]["type"] == "customer.voucher.loyalty_card.points_expired"
    assert activity["data"][0]["data"]["points"] == 100
    assert (await made(world, "GET", "/v1/customers/ann"))["loyalty"]["points"] == 7


async def test_the_day_is_the_projects(world: WorldClient) -> None:
    await world.setup({"voucherify": {"project": {"timezone": "America/New_York"}}})
    code = await program(world)
    await until(world, code, "2026-01-16", 10)

    await world.set_clock("2026-01-17T04:59:00Z")
    before = (await card(world, code))["balance"]
    await world.set_clock("2026-01-17T05:00:00Z")

    assert (before, (await card(world, code))["balance"]) == (10, 0)


async def test_what_ends_first_is_spent_first_and_comes_back_there(world: WorldClient) -> None:
    code = await program(world, points=50)
    await until(world, code, "2026-03-01", 30)
    await until(world, code, "2026-02-01", 20)
    await add(world, code, -35)

    spent = await listed(world, code)
    await add(world, code, -40)

    assert spent == [("2026-02-01", 0), ("2026-03-01", 15), (None, 50)]
    assert await listed(world, code) == [("2026-02-01", 0), ("2026-03-01", 0), (None, 25)]
    assert await card(world, code) == {"points": 25, "balance": 25}


async def test_points_by_hand_follow_the_program_a_date_or_nothing(world: WorldClient) -> None:
    code = await program(world, MONTH)

    await add(world, code, 1)
    await add(world, code, 2, expiration_type="PROGRAM_RULES")
    await add(world, code, 4, expiration_type="NON_EXPIRING")
    await until(world, code, "2026-01-20", 8)

    assert await listed(world, code) == [("2026-01-20", 8), ("2026-02-15", 3), (None, 4)]


async def test_points_that_are_moved_expire_anew(world: WorldClient) -> None:
    code = await program(world, MONTH)
    await until(world, code, "2026-01-20", 10)
    bob = (await member(world, "bob"))["code"]

    await made(world, "POST", f"/v1/loyalties/Club/members/{bob}/transfers", [{"code": code, "points": 4}])

    assert await listed(world, bob) == [("2026-02-15", 4), (None, 0)]
    assert await listed(world, code) == [("2026-01-20", 6), (None, 0)]


async def test_an_earning_rule_has_rules_of_its_own(world: WorldClient) -> None:
    code = await program(world, MONTH)
    fixed = {"type": "FIXED", "points": 5}
    own = {"period_type": "FIXED_DAY_OF_YEAR", "fixed_month": 12, "fixed_day": 31}
    rules = [
        {"event": "order.paid", "loyalty": fixed, "expiration_rules": own},
        {"event": "order.paid", "loyalty": fixed},
    ]
    made_rules = await made(world, "POST", "/v1/loyalties/Club/earning-rules", rules)

    await made(world, "POST", "/v1/orders", {"amount": 100, "customer": "ann", "status": "PAID"})

    assert made_rules[0]["expiration_rules"] == own
    assert await listed(world, code) == [("2026-02-15", 5), ("2026-12-31", 5), (None, 0)]


@pytest.mark.parametrize(
    ("rules", "day", "end"),
    [
        ({"period_type": "MONTH", "period_value": 1}, "2026-01-25", "2026-02-25"),
        ({"period_type": "MONTH", "period_value": 0}, "2026-01-01", "2026-01-01"),
        ({"period_type": "MONTH", "period_value": 1}, "2026-01-31", "2026-02-28"),
        ({"period_type": "MONTH", "period_value": 1, "rounding_type": "END_OF_MONTH"}, "2026-01-03", "2026-02-28"),
        ({"period_type": "MONTH", "period_value": 2, "rounding_type": "END_OF_QUARTER"}, "2026-02-10", "2026-06-30"),
        ({"period_type": "MONTH", "period_value": 1, "rounding_type": "END_OF_HALF_YEAR"}, "2026-03-10", "2026-06-30"),
        ({"period_type": "MONTH", "period_value": 12, "rounding_type": "END_OF_YEAR"}, "2026-03-10", "2027-12-31"),
        (
            {"period_type": "MONTH", "period_value": 1, "rounding_type": "PARTICULAR_MONTH", "rounding_value": 2},
            "2026-03-10",
            "2027-02-28",
        ),
        ({"period_type": "FIXED_DAY_OF_YEAR", "fixed_month": 1, "fixed_day": 1}, "2026-01-15", "2027-01-01"),
        ({"period_type": "FIXED_DAY_OF_YEAR", "fixed_month": 2, "fixed_day": 30}, "2026-02-28", "2026-02-28"),
    ],
)
def test_days_end_as_documented(rules: dict[str, Any], day: str, end: str) -> None:
    assert days.expiry(rules, date.fromisoformat(day)) == end
