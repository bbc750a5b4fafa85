"""Pending points wait for their day, are not spent before, and begin to expire then."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.points.test_buckets import add, card, listed, program

MONTH = {"period_type": "MONTH", "period_value": 1}


async def waiting(world: WorldClient, days: int = 5, points: int = 10, rules: Any = None) -> tuple[str, str]:
    """A program whose orders bring points that wait, and an order of ann's; returns her card and the entry's id."""
    code = await program(world, rules)
    rule = {
        "event": "order.paid",
        "loyalty": {"type": "FIXED", "points": points},
        "source": {"banner": "Wait"},
        "pending_points": {"period_type": "DAY", "period_value": days},
    }
    await made(world, "POST", "/v1/loyalties/Club/earning-rules", [rule])
    await made(world, "POST", "/v1/orders", {"source_id": "o-1", "amount": 100, "customer": "ann", "status": "PAID"})
    found = await made(world, "GET", f"/v1/loyalties/members/{code}/pending-points")
    return code, found["data"][0]["id"]


async def test_points_wait_and_become_active_on_their_day(world: WorldClient) -> None:
    code, entry = await waiting(world, rules=MONTH)
    listing = (await made(world, "GET", "/v1/loyalties/Club/pending-points"))["data"]
    before = await card(world, code)
    await world.set_clock("2026-01-19T23:59:00Z")
    still = await card(world, code)
    await world.set_clock("2026-01-20T00:00:00Z")

    assert (listing[0]["id"], listing[0]["points"], listing[0]["activates_at"]) == (entry, 10, "2026-01-20")
    assert listing[0]["details"]["order"]["source_id"] == "o-1"
    assert listing[0]["details"]["earning_rule"]["source"] == {"banner": "Wait"}
    assert before == still == {"points": 0, "balance": 0, "pending_points": 10}
    after = await card(world, code)
    assert (after["points"], after["balance"], "pending_points" in after) == (10, 10, False)
    assert await listed(world, code) == [("2026-02-20", 10), (None, 0)]
    transactions = (await made(world, "GET", f"/v1/loyalties/members/{code}/transactions"))["data"]
    assert [(item["type"], item["details"]["balance"]["operation_type"]) for item in transactions] == [
        ("PENDING_POINTS_ACTIVATION", "AUTOMATIC")
    ]
    kinds = [item["type"] for item in (await made(world, "GET", f"/v1/loyalties/members/{code}/activity"))["data"]]
    assert kinds[:2] == [
        "customer.voucher.loyalty_card.pending_points.activated",
        "customer.voucher.loyalty_card.pending_points.added",
    ]
    assert (await made(world, "GET", f"/v1/loyalties/Club/members/{code}/pending-points"))["data"] == []


async def test_points_that_wait_are_not_spent(world: WorldClient) -> None:
    code, _ = await waiting(world)

    taken = await send(world, "POST", f"/v1/loyalties/members/{code}/balance", {"points": -1})

    assert (taken.status_code, taken.json()["key"]) == (400, "loyalty_card_points_exceeded")


async def test_points_are_activated_by_hand_once(world: WorldClient) -> None:
    code, entry = await waiting(world)
    path = f"/v1/loyalties/members/{code}/pending-points/{entry}"
    await add(world, code, 1)

    balance = await made(world, "POST", f"{path}/activate")
    again = await send(world, "POST", f"{path}/activate")
    late = await send(world, "POST", f"{path}/cancel")
    await world.advance("7d")

    assert (balance["points"], balance["total"], balance["balance"]) == (10, 11, 11)
    assert balance["operation_type"] == "MANUAL"
    assert (again.status_code, again.json()["key"]) == (400, "invalid_pending_points_state")
    assert again.json()["details"] == (
        "Only pending points in 'PENDING' status can be activated. Current status: 'ACTIVATED'."
    )
    assert late.json()["details"].startswith("Only pending points in 'PENDING' status can be canceled.")
    assert (await card(world, code))["balance"] == 11


async def test_points_that_wait_are_adjusted_while_some_stay(world: WorldClient) -> None:
    code, entry = await waiting(world)
    path = f"/v1/loyalties/members/{code}/pending-points/{entry}"

    more = await made(world, "POST", f"{path}/balance", {"points": 5})
    none = await send(world, "POST", f"{path}/balance", {"points": -15})
    await made(world, "POST", f"{path}/activate")
    late = await send(world, "POST", f"{path}/balance", {"points": 1})

    assert (more["points"], more["total"], more["operation_type"]) == (5, 15, "MANUAL")
    assert (none.status_code, none.json()["key"]) == (400, "invalid_amount")
    assert late.json()["details"].startswith("Only pending points in 'PENDING' status can be updated.")
    assert (await card(world, code))["balance"] == 15
    told = (await made(world, "GET", f"/v1/loyalties/members/{code}/activity"))["data"]
    balances = [item["data"].get("voucher_pending_points_balance", {}).get("points") for item in told]
    assert balances[:3] == [None, 5, 10], "each event keeps what it told"


async def test_canceled_points_never_come(world: WorldClient) -> None:
    code, entry = await waiting(world)

    canceled = await send(world, "POST", f"/v1/loyalties/members/{code}/pending-points/{entry}/cancel")
    await world.advance("30d")

    assert (canceled.status_code, canceled.content) == (204, b"")
    assert await card(world, code) == {"points": 0, "balance": 0}


async def test_points_of_another_card_are_not_found(world: WorldClient) -> None:
    _, entry = await waiting(world)
    bob = (await made(world, "POST", "/v1/loyalties/Club/members", {"customer": "bob"}))["code"]

    response = await send(world, "POST", f"/v1/loyalties/members/{bob}/pending-points/{entry}/activate")

    assert (response.status_code, response.json()["resource_type"]) == (404, "pending_points")


async def test_only_paid_orders_bring_points_that_wait(world: WorldClient) -> None:
    await program(world)
    rule = {
        "event": "visited",
        "custom_event": {"schema_id": "ms_x"},
        "loyalty": {"type": "FIXED", "points": 1},
        "pending_points": {"period_type": "DAY", "period_value": 1},
    }

    response = await send(world, "POST", "/v1/loyalties/Club/earning-rules", [rule])

    assert (response.status_code, response.json()["key"]) == (400, "invalid_payload")
