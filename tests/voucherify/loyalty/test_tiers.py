"""Tiers: who is in, since when and until when, and what it changes."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.points.test_buckets import add, program

SILVER = {"name": "Silver", "points": {"from": 100, "to": 499}}
GOLD = {"name": "Gold", "points": {"from": 500}}
PERIOD = {
    "qualification_type": "POINTS_IN_PERIOD",
    "qualification_period": "MONTH",
    "start_date": {"type": "IMMEDIATE"},
    "expiration_date": {"type": "END_OF_NEXT_PERIOD"},
}


async def tiers(world: WorldClient, *rows: Any) -> list[Any]:
    found: list[Any] = await made(world, "POST", "/v1/loyalties/Club/tiers", list(rows or (SILVER, GOLD)))
    return found


async def place(world: WorldClient, code: str) -> tuple[str, str | None] | None:
    """Name and last day of the tier a card is in."""
    found = (await made(world, "GET", f"/v1/loyalties/members/{code}/tiers"))["data"]
    return (found[0]["name"], found[0]["expiration"].get("expiration_date")) if found else None


async def told(world: WorldClient) -> list[str]:
    found = (await made(world, "GET", "/v1/customers/ann/activity?limit=100"))["data"]
    marks = [item["type"] for item in reversed(found) if item["type"].startswith("customer.loyalty.tier.")]
    return [mark.rpartition(".")[2] for mark in marks]


async def test_tiers_are_created_together_and_read(world: WorldClient) -> None:
    await program(world)
    silver, gold = await tiers(world)

    assert silver["config"] == {"points": {"from": 100, "to": 499}}
    assert (await made(world, "GET", "/v1/loyalties/Club/tiers"))["data"] == [silver, gold]
    assert await made(world, "GET", f"/v1/loyalties/Club/tiers/{gold['id']}") == gold
    odd = await send(world, "GET", "/v1/loyalties/Club/tiers/ltr_nope")
    assert (odd.status_code, odd.json()["resource_type"]) == (404, "loyalty_tier")


async def test_a_bad_tier_keeps_the_others_out(world: WorldClient) -> None:
    await program(world)

    bad = {"name": "Bad", "points": {"from": 5, "to": 1}}
    unknown = {"name": "Odd", "points": {"from": 5}, "earning_rules": {"ern_nope": {"type": "CUSTOM", "points": 1}}}
    upside = await send(world, "POST", "/v1/loyalties/Club/tiers", [SILVER, bad])
    strange = await send(world, "POST", "/v1/loyalties/Club/tiers", [SILVER, unknown])

    assert (upside.status_code, strange.status_code) == (400, 404)
    assert (await made(world, "GET", "/v1/loyalties/Club/tiers"))["total"] == 0


async def test_the_balance_decides_at_once(world: WorldClient) -> None:
    code = await program(world)
    silver, _ = await tiers(world)

    seen = []
    for points in (100, 400, -300, -150):
        await add(world, code, points)
        seen.append(await place(world, code))

    assert seen == [("Silver", None), ("Gold", None), ("Silver", None), None]
    assert await told(world) == ["joined", "upgraded", "downgraded", "left"]
    await add(world, code, 60)
    ann = await made(world, "GET", "/v1/customers/ann")
    assert ann["loyalty"]["campaigns"]["Club"] == {"points": 110, "referred_customers": 0, "loyalty_tier": silver["id"]}


async def test_members_come_to_new_tiers_at_once(world: WorldClient) -> None:
    code = await program(world, points=200)

    await tiers(world)

    assert await place(world, code) == ("Silver", None)


async def test_expiring_points_move_a_card_down(world: WorldClient) -> None:
    code = await program(world, points=120)
    await tiers(world)
    await add(world, code, 500, expiration_type="CUSTOM_DATE", expiration_date="2026-01-20")
    before = await place(world, code)

    await world.set_clock("2026-01-21T00:00:00Z")

    assert (before, await place(world, code)) == (("Gold", None), ("Silver", None))


async def test_a_tier_lasts_some_months_whatever_the_balance(world: WorldClient) -> None:
    custom = {"type": "CUSTOM", "extend": "P1M", "rounding": {"type": "MONTH", "strategy": "END"}}
    rules = {"qualification_type": "BALANCE", "start_date": {"type": "IMMEDIATE"}, "expiration_date": custom}
    code = await program(world, loyalty_tiers_expiration=rules)
    await tiers(world)
    await add(world, code, 150)
    await add(world, code, -100)

    kept = await place(world, code)
    await world.set_clock("2026-02-28T23:59:59Z")
    last = await place(world, code)
    await world.set_clock("2026-03-01T00:00:00Z")

    assert kept == last == ("Silver", "2026-02-28")
    assert await place(world, code) is None
    assert await told(world) == ["joined", "left"]


async def test_points_collected_in_a_period_decide(world: WorldClient) -> None:
    code = await program(world, points=1000, loyalty_tiers_expiration=PERIOD)
    await tiers(world)
    nothing = await place(world, code)

    await add(world, code, 150)
    await add(world, code, -140)
    january = await place(world, code)
    await world.set_clock("2026-02-10T00:00:00Z")
    await add(world, code, 100)
    february = await place(world, code)
    await world.set_clock("2026-04-01T00:00:00Z")

    assert nothing is None, "first points were not collected"
    assert (january, february) == (("Silver", "2026-02-28"), ("Silver", "2026-03-31"))
    assert await place(world, code) is None
    assert await told(world) == ["joined", "prolonged", "left"]


async def test_a_tier_may_begin_with_the_next_period(world: WorldClient) -> None:
    rules = {**PERIOD, "start_date": {"type": "NEXT_PERIOD"}, "expiration_date": {"type": "END_OF_PERIOD"}}
    code = await program(world, loyalty_tiers_expiration=rules)
    await tiers(world)
    await add(world, code, 600)

    before = await place(world, code)
    await world.set_clock("2026-02-01T00:00:00Z")
    during = await place(world, code)
    await world.set_clock("2026-03-01T00:00:00Z")

    assert (before, during, await place(world, code)) == (None, ("Gold", "2026-02-28"), None)


async def test_a_tier_changes_what_rules_bring(world: WorldClient) -> None:
    code = await program(world)
    loyalty = {"type": "FIXED", "points": 10}
    rules = await made(world, "POST", "/v1/loyalties/Club/earning-rules", [{"event": "order.paid", "loyalty": loyalty}])
    double = {rules[0]["id"]: {"type": "MULTIPLY", "multiplier": 2.5}}
    custom = {rules[0]["id"]: {"type": "CUSTOM", "points": 77}}
    await tiers(world, {**SILVER, "earning_rules": double}, {**GOLD, "earning_rules": custom})

    seen = []
    for points in (0, 100, 500):
        if points:
            await add(world, code, points)
        await made(world, "POST", "/v1/orders", {"amount": 100, "customer": "ann", "status": "PAID"})
        newest = (await made(world, "GET", f"/v1/loyalties/members/{code}/transactions"))["data"][0]
        seen.append((newest["details"]["balance"]["points"], newest["details"].get("loyalty_tier", {}).get("name")))

    assert seen == [(10, None), (25, "Silver"), (77, "Gold")]


async def test_coming_to_a_tier_brings_points(world: WorldClient) -> None:
    code = await program(world)
    _, gold = await tiers(world)
    fixed = {"type": "FIXED", "points": 5}
    rules = [
        {"event": "customer.loyalty.tier.upgraded", "loyalty": fixed, "loyalty_tier": {"id": gold["id"]}},
        {
            "event": "customer.loyalty.tier.joined",
            "loyalty": {"type": "FIXED", "points": 3},
            "loyalty_tier": {"id": "__ANY__"},
        },
    ]
    await made(world, "POST", "/v1/loyalties/Club/earning-rules", rules)

    await add(world, code, 100)
    await add(world, code, 400)

    cards = (await made(world, "GET", "/v1/loyalties/Club/members?customer=ann"))["vouchers"]
    assert cards[0]["loyalty_card"]["balance"] == 100 + 3 + 400 + 5
