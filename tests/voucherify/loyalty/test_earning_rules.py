"""Earning rules: what brings points, and how many."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.loyalty.test_loyalties import member, program

FIXED = {"type": "FIXED", "points": "5"}


def ratio(calculation: str, block: str, name: str, **more: Any) -> dict[str, Any]:
    ratio = {"every": 100, "points": 2, **more}
    return {"type": "PROPORTIONAL", "calculation_type": calculation, block: {name: ratio}}


async def rule(world: WorldClient, **body: Any) -> Any:
    return (
        await made(
            world, "POST", "/v1/loyalties/Club/earning-rules", [{"event": "order.paid", "loyalty": FIXED, **body}]
        )
    )[0]


async def balance(world: WorldClient, who: str = "ann") -> int:
    cards = (await made(world, "GET", f"/v1/loyalties/Club/members?customer={who}"))["vouchers"]
    points: int = cards[0]["loyalty_card"]["balance"] if cards else 0
    return points


async def pay(world: WorldClient, who: str = "ann", **more: Any) -> None:
    await made(world, "POST", "/v1/orders", {"amount": 1999, "customer": who, "status": "PAID", **more})


LOYALTIES = [
    (FIXED, 5),
    (ratio("ORDER_AMOUNT", "order", "amount"), 38),
    (ratio("ORDER_TOTAL_AMOUNT", "order", "total_amount"), 38),
    (ratio("ORDER_METADATA", "order", "metadata", property="weight"), 4),
    (ratio("CUSTOMER_METADATA", "customer", "metadata", property="age"), 0),
]


@pytest.mark.parametrize(("loyalty", "points"), LOYALTIES)
async def test_a_paid_order_brings_points(world: WorldClient, loyalty: dict[str, Any], points: int) -> None:
    await program(world, 0)
    await member(world)
    await rule(world, loyalty=loyalty)

    await pay(world, source_id="o1", metadata={"weight": 250})
    await made(world, "PUT", "/v1/orders/o1", {"status": "FULFILLED"})

    assert await balance(world) == points


async def test_lines_of_an_order_bring_points(world: WorldClient) -> None:
    await program(world, 0)
    await member(world)
    mug = (await made(world, "POST", "/v1/products", {"source_id": "mug", "price": 500}))["id"]
    cap = (await made(world, "POST", "/v1/products", {"source_id": "cap", "price": 300}))["id"]
    one = {"every": 1, "points": 100, "object": "product", "id": mug}
    money = {
        "every": 500,
        "points": 1,
        "applicable_to": [{"object": "product", "id": mug}, {"object": "product", "id": cap}],
    }
    rules = [("ORDER_ITEMS_QUANTITY", "quantity", one), ("ORDER_ITEMS_AMOUNT", "amount", money)]
    for calculation, name, part in rules:
        loyalty = {"type": "PROPORTIONAL", "calculation_type": calculation, "order_items": {name: part}}
        await rule(world, loyalty=loyalty)

    items = [{"product_id": mug, "quantity": 2}, {"product_id": cap, "quantity": 3}, {"amount": 10**6, "quantity": 1}]
    await pay(world, items=items)

    assert await balance(world) == 200 + 3


async def test_only_who_may_join_by_earning_is_enrolled(world: WorldClient) -> None:
    await program(world, 0)
    await rule(world)
    await pay(world, "bob")
    assert await balance(world, "bob") == 0

    await made(world, "PUT", "/v1/loyalties/Club", {"auto_join": True})
    await pay(world, "bob")

    assert await balance(world, "bob") == 5


async def test_events_and_segments_bring_points(world: WorldClient) -> None:
    await program(world, 0)
    await member(world)
    club = {"junction": "and", "metadata.club": {"conditions": {"$is": [True]}}}
    segment = (await made(world, "POST", "/v1/segments", {"name": "S", "type": "auto-update", "filter": club}))["id"]
    await rule(world, event="customer.segment.entered", segment={"id": segment})
    await rule(
        world, event="visited", loyalty=ratio("CUSTOM_EVENT_METADATA", "custom_event", "metadata", property="steps")
    )

    await made(world, "POST", "/v1/customers", {"source_id": "ann", "metadata": {"club": True}})
    await made(world, "POST", "/v1/events", {"event": "visited", "customer": "ann", "metadata": {"steps": 350}})

    assert await balance(world) == 5 + 6


async def test_a_validation_rule_decides(world: WorldClient) -> None:
    await program(world, 0)
    await member(world)
    rules = {"1": {"name": "order.amount", "conditions": {"$more_than": [5000]}}}
    wanted = (await made(world, "POST", "/v1/validation-rules", {"name": "big", "rules": rules}))["id"]
    await rule(world, validation_rule_id=wanted)

    await pay(world)
    await pay(world, amount=6000)

    assert await balance(world) == 5


async def test_rules_assigned_later_decide_too(world: WorldClient) -> None:
    await program(world, 0)
    await member(world)
    rules = {"1": {"name": "order.amount", "conditions": {"$more_than": [5000]}}}
    wanted = (await made(world, "POST", "/v1/validation-rules", {"name": "big", "rules": rules}))["id"]
    target = {"related_object_id": (await rule(world))["id"], "related_object_type": "earning_rule"}
    await made(world, "POST", f"/v1/validation-rules/{wanted}/assignments", target)

    await pay(world)
    await pay(world, amount=6000)

    assert await balance(world) == 5
    await made(world, "DELETE", f"/v1/loyalties/Club/earning-rules/{target['related_object_id']}")
    assert (await made(world, "GET", f"/v1/validation-rules/{wanted}/assignments"))["total"] == 0


async def test_a_disabled_rule_brings_nothing(world: WorldClient) -> None:
    await program(world, 0)
    await member(world)
    path = f"/v1/loyalties/Club/earning-rules/{(await rule(world))['id']}"
    await made(world, "POST", f"{path}/disable")

    await pay(world)

    assert await balance(world) == 0
    changed = await made(world, "PUT", path, {"active": True, "loyalty": {"type": "FIXED", "points": 7}})
    assert (changed["active"], changed["loyalty"]) == (True, {"type": "FIXED", "points": 7})


async def test_all_rules_of_an_array_or_none(world: WorldClient) -> None:
    await program(world, 0)
    bad = {"event": "order.paid", "loyalty": {"type": "PROPORTIONAL", "calculation_type": "ORDER_TOTAL_AMOUNT"}}

    response = await send(
        world, "POST", "/v1/loyalties/Club/earning-rules", [{"event": "order.paid", "loyalty": FIXED}, bad]
    )

    details = "Loyalty order rules must contain one of the following properties - 'total_amount'"
    assert (response.json()["key"], response.json()["details"]) == ("invalid_payload", details)
    assert (await made(world, "GET", "/v1/loyalties/Club/earning-rules"))["total"] == 0


AGE = 'CUSTOMER_METADATA("age")'
FORMULAS: list[tuple[str, dict[str, Any], int]] = [
    ("ORDER_AMOUNT / 2", {}, 10),
    ("IF(ORDER_AMOUNT > 20;100;ORDER_AMOUNT * 0.5 + 0.5)", {}, 10),
    ('ORDER_METADATA("weight") / 100', {"metadata": {"weight": 250}}, 3),
    (f"{AGE} * 2", {"customer": {"source_id": "ann", "metadata": {"age": 30}}}, 60),
    (f"{AGE} * 2", {}, 5),
    ("ORDER_AMOUNT / (20 - 20)", {}, 5),
    ("ORDER_UNITS_QUANTITY * 7", {"items": [{"price": 100, "quantity": 3}]}, 21),
    ("0 - ORDER_AMOUNT", {}, 0),
    ("9" * 40, {}, 5),
]


@pytest.mark.parametrize(("formula", "order", "points"), FORMULAS)
async def test_points_by_formula(world: WorldClient, formula: str, order: dict[str, Any], points: int) -> None:
    """An order of 19.99 and a fallback of 5 points."""
    await program(world, 0)
    await member(world)
    made_one = await rule(world, loyalty={**FIXED, "points_formula": formula})

    await pay(world, **order)

    assert made_one["loyalty"] == {"type": "FIXED", "points": 5, "points_formula": formula}
    assert await balance(world) == points


async def test_an_event_has_no_order_to_calculate_with(world: WorldClient) -> None:
    await program(world, 0)
    await member(world)
    await made(world, "POST", "/v1/customers", {"source_id": "ann", "metadata": {"age": 30}})
    for formula in (f"{AGE} + 1", "ORDER_AMOUNT"):
        await rule(world, event="visited", loyalty={**FIXED, "points_formula": formula})

    await made(world, "POST", "/v1/events", {"event": "visited", "customer": "ann"})

    assert await balance(world) == 31 + 5


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"type": "FIXED", "points_formula": "1"}, 400, "should have required property 'points'"),
    ({**FIXED, "points_formula": "1 +"}, 400, "Property .loyalty.points_formula is not a formula: unexpected end"),
    ({**FIXED, "points_formula": 'CUSTOM_EVENT_METADATA("steps")'}, 501, "CUSTOM_EVENT_METADATA in formulas"),
    ({**FIXED, "points_formula": 'REDEEMABLE_METADATA("x")'}, 501, "REDEEMABLE_METADATA in formulas"),
    (ratio("ORDER_AMOUNT", "order", "amount", points_formula="2"), 501, "in proportion by formula"),
]


@pytest.mark.parametrize(("loyalty", "status", "word"), REFUSED)
async def test_formulas_that_nobody_can_calculate(
    world: WorldClient, loyalty: dict[str, Any], status: int, word: str
) -> None:
    await program(world, 0)

    body = [{"event": "order.paid", "loyalty": loyalty}]
    response = await send(world, "POST", "/v1/loyalties/Club/earning-rules", body)

    assert response.status_code == status and word in response.text, response.text
    assert (await made(world, "GET", "/v1/loyalties/Club/earning-rules"))["total"] == 0
