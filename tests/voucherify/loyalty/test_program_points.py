"""Points of members' cards: by hand, earned, expired, and spent on rewards and orders."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.loyalty.test_program_members import joined
from tests.voucherify.loyalty.test_programs import defined

LASTING = {"id": "lcdef_1", "name": "Points", "points_last": {"unit": "DAY", "value": 2}, "exchange_ratio": 2}


async def card(world: WorldClient, points: int = 100, definition: Any = LASTING, **more: Any) -> tuple[str, str, str]:
    """Ann's card with points: the paths of the member and of the card, and the card's id."""
    await defined(world, definition)
    path, member = await joined(world, **more)
    one = member["cards"][0]["card"]["id"]
    home = f"{path}/members/{member['id']}"
    if points:
        await made(world, "POST", f"{home}/cards/{one}/points", {"points": points})
        await world.settle()
    return home, f"{home}/cards/{one}", one


async def state(world: WorldClient, home: str) -> Any:
    return (await made(world, "GET", home))["cards"][0]["card"]


async def test_points_by_hand_are_done_in_the_background(world: WorldClient) -> None:
    home, path, _ = await card(world, 0)

    answer = await made(world, "POST", f"{path}/points", {"points": 100, "reason": "Sorry"})
    waiting = (await state(world, home))["balance"]["points"]
    await world.settle()
    too_many = await made(world, "POST", f"{path}/points", {"points": -101})
    none = await made(world, "POST", f"{path}/points", {"points": 0})
    await world.settle()

    assert (answer["status"], answer["message"]) == ("TRANSACTION_CREATED", "Points addition transaction created")
    assert (answer["transaction"]["type"], answer["transaction"]["status"]) == ("ADMIN_CREDIT", "PENDING")
    assert answer["transaction"]["details"]["points"] == {"total": 100, "expiration_date": "2026-01-17"}
    assert (waiting, none["status"], none["transaction"]) == (0, "NO_CHANGE", None)
    after = await state(world, home)
    assert after["balance"]["points"] == 100
    assert (after["lifetime_bucket"]["points"]["added"], after["lifetime_bucket"]["points"]["total"]) == (100, 100)
    assert after["next_expiration"] == {"points": 100, "date": "2026-01-17"}
    listed = (await made(world, "GET", f"{path}/transactions"))["data"]
    assert [(one["id"], one["status"]) for one in listed] == [
        (too_many["transaction"]["id"], "REJECTED"),
        (answer["transaction"]["id"], "APPROVED"),
    ]


async def test_orders_earn_and_points_expire(world: WorldClient) -> None:
    home, path, _ = await card(world, 5)

    await made(world, "POST", "/v1/orders", {"amount": 100, "customer": "ann", "status": "PAID"})
    earned = await state(world, home)
    await world.set_clock("2026-01-18T00:00:00Z")

    assert (earned["balance"]["points"], earned["lifetime_bucket"]["points"]["earned"]) == (15, 10)
    over = await state(world, home)
    assert (over["balance"]["points"], over["lifetime_bucket"]["points"]["expired"]) == (0, 15)
    assert over["next_expiration"] is None
    kinds = [one["type"] for one in (await made(world, "GET", f"{path}/transactions"))["data"]]
    assert kinds == ["POINTS_EXPIRED", "POINTS_EARNED", "ADMIN_CREDIT"]


async def test_who_is_not_active_gets_nothing(world: WorldClient) -> None:
    _, path, _ = await card(world, 0, end_date="2026-01-16")

    await world.advance("2d")
    late = await send(world, "POST", f"{path}/points", {"points": 1})
    nowhere = await send(world, "POST", f"{path[:-1]}x/points", {"points": 1})

    assert (late.status_code, late.json()["key"]) == (423, "program_outside_validity_window")
    assert (nowhere.status_code, nowhere.json()["resource_type"]) == (404, "card")


async def treats(world: WorldClient, quantity: int, points: int = 100) -> tuple[str, str]:
    """A program with one reward, a code for 40 points; the paths of ann's member and card."""
    voucher = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10}}
    body = {"name": "Treats", "campaign_type": "DISCOUNT_COUPONS", "type": "STATIC", "vouchers_count": 2}
    await made(world, "POST", "/v1/campaigns", {**body, "voucher": voucher})
    await world.settle()
    treat = {"id": "lrew_1", "name": "Treat", "points": 40, "card_definition": "lcdef_1", "campaign": "Treats"}
    await defined(world, LASTING, rewards=[treat])
    stock = {"type": "LIMITED", "limited": {"quantity": quantity}}
    path, member = await joined(world, rewards=[{"id": "lrew_1", "stock": stock}])
    home, one = f"{path}/members/{member['id']}", member["cards"][0]["card"]["id"]
    await made(world, "POST", f"{home}/cards/{one}/points", {"points": points})
    await world.settle()
    return home, f"{home}/cards/{one}"


async def test_a_reward_is_bought_for_points(world: WorldClient) -> None:
    home, path = await treats(world, 1)
    wanted = {"reward_id": "lrew_1"}

    dry = await send(world, "POST", f"{home}/rewards/purchases", {**wanted, "mode": "DRY_RUN"})
    bought = await send(world, "POST", f"{home}/rewards/purchases", wanted)
    await world.settle()
    again = await send(world, "POST", f"{home}/rewards/purchases", wanted)

    assert (dry.status_code, dry.json()["transaction"]["details"]["points"]) == (200, {"total": 40})
    assert (bought.status_code, bought.json()["transaction"]["status"]) == (202, "PENDING")
    assert (again.status_code, again.json()["key"]) == (423, "reward_out_of_stock")
    assert (await state(world, home))["balance"]["points"] == 60
    newest = (await made(world, "GET", f"{path}/transactions"))["data"][0]
    assert (newest["type"], newest["status"]) == ("POINTS_SPENT_ON_REWARD", "APPROVED")
    assert (await made(world, "GET", "/v1/vouchers?customer=ann"))["total"] == 1


async def test_two_purchases_at_once_do_not_overdraw(world: WorldClient) -> None:
    home, path = await treats(world, 5, points=50)

    answers = [await send(world, "POST", f"{home}/rewards/purchases", {"reward_id": "lrew_1"}) for _ in range(2)]
    await world.settle()
    poor = await send(world, "POST", f"{home}/rewards/purchases", {"reward_id": "lrew_1"})

    assert [answer.status_code for answer in answers] == [202, 202]
    assert (poor.status_code, poor.json()["key"]) == (423, "insufficient_card_balance")
    statuses = [one["status"] for one in (await made(world, "GET", f"{path}/transactions"))["data"]]
    assert statuses == ["REJECTED", "APPROVED", "APPROVED"]
    assert (await state(world, home))["balance"]["points"] == 10
    assert (await made(world, "GET", "/v1/vouchers?customer=ann"))["total"] == 1


async def pays(world: WorldClient, home: str, one: str, **more: Any) -> Any:
    body = {"card_id": one, "order": {"source_id": "o1"}, **more}
    return await send(world, "POST", f"{home}/orders/payments", body)


async def test_an_order_is_paid_at_the_cards_ratio(world: WorldClient) -> None:
    home, path, one = await card(world)
    await made(world, "POST", "/v1/orders", {"source_id": "o1", "amount": 150})

    dry = await pays(
        world, home, one, mode="DRY_RUN", payment_limit={"type": "AMOUNT_LIMIT", "amount_limit": {"max": 51}}
    )
    first = await pays(world, home, one, payment_limit={"type": "POINTS_LIMIT", "points_limit": {"max": 60}})
    await world.settle()
    second = await pays(world, home, one)
    await world.settle()

    simulated = dry.json()["transaction"]
    assert (dry.status_code, simulated["status"], "id" in simulated) == (200, "SIMULATED", False)
    assert simulated["details"]["payment"] == {"amount": 50, "points_spent": 25, "exchange_ratio": 2}
    assert (first.status_code, first.json()["transaction"]["status"]) == (202, "PENDING")
    assert first.json()["transaction"]["details"]["payment"]["amount"] == 120
    assert second.json()["transaction"]["details"]["payment"]["amount"] == 80
    listed = (await made(world, "GET", f"{path}/transactions"))["data"]
    assert [(item["status"], item["details"]["rejection"]) for item in listed[:2]] == [
        ("REJECTED", {"reason": "PAYMENT_EXCEEDS_ORDER_TOTAL_AMOUNT"}),
        ("APPROVED", None),
    ]
    after = await state(world, home)
    assert (after["balance"]["points"], after["lifetime_bucket"]["points"]["spent"]) == (40, 60)


async def test_what_cannot_be_paid_is_locked(world: WorldClient) -> None:
    home, _, one = await card(world, 0)
    await made(world, "POST", "/v1/orders", {"source_id": "o1", "amount": 150})

    empty = await pays(world, home, one)
    unknown = await send(world, "POST", f"{home}/orders/payments", {"card_id": one, "order": {"source_id": "x"}})

    assert (empty.status_code, empty.json()["key"]) == (423, "zero_card_balance")
    assert (unknown.status_code, unknown.json()["resource_type"]) == (404, "order")
