"""Events beyond the flow vectors: items, periods, rounding, reservations, fields, what is refused whole."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, event, profile

ITEMS = [
    {"product_id": "A", "subtotal": 33, "quantity": 3},
    {"product_id": "B", "price": 10, "quantity": 2, "discount": 5},
    {"product_id": "C", "subtotal": 100, "points_rewarded": 7},
]


async def set_up(world: WorldClient, **section: Any) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann", "points": 100}], **section}})


async def balances(world: WorldClient) -> tuple[float, ...]:
    """score, spent, reserved, pending"""
    found = await profile(world.antavo)
    return tuple(found[name] for name in ("score", "spent", "reserved", "pending"))


async def test_items_earn_one_by_one(world: WorldClient) -> None:
    await set_up(world, points={"earn": {"level": "item", "percentage": 10, "rounding": "ceil"}})

    response = await event(world.antavo, "checkout", {"transaction_id": "T1", "items": ITEMS})

    rows = [(row["action"], row["points"]) for row in response.json()["events"]]
    assert rows == [("checkout_item", 4), ("checkout_item", 2), ("checkout_item", 7)]
    assert (await balances(world))[0] == 113


@pytest.mark.parametrize(
    ("earn", "points"),
    [
        ({"rounding": "floor"}, 3 + 2 + 7),
        ({"rounding": "round"}, 3 + 2 + 7),
        ({"rounding": "ceil", "unit": "piece"}, 6 + 2 + 7),
        ({"rounding": "ceil", "discounted_price": True}, 4 + 2 + 7),
        ({"rounding": "floor", "discounted_price": True}, 3 + 1 + 7),
    ],
)
async def test_rounding_of_items(world: WorldClient, earn: dict[str, Any], points: int) -> None:
    await set_up(world, points={"earn": {"level": "item", "percentage": 10, **earn}})

    await event(world.antavo, "checkout", {"transaction_id": "T1", "items": ITEMS})

    assert (await balances(world))[0] == 100 + points


async def test_ten_percent_of_110_is_11(world: WorldClient) -> None:
    """The vendor's own example (docs.antavo.com, Incentivized purchase)."""
    await set_up(world, points={"earn": {"percentage": 10}})

    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 110})

    assert (await balances(world))[0] == 111


async def test_currencies_may_earn_differently(world: WorldClient) -> None:
    await set_up(world, points={"earn": {"percentage": 10, "currencies": {"JPY": 1}}})

    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 5000, "currency": "JPY"})

    assert (await balances(world))[0] == 150


async def test_points_rewarded_replaces_the_calculation(world: WorldClient) -> None:
    await set_up(world)

    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 5000, "points_rewarded": 3})

    assert (await balances(world))[0] == 103


@pytest.mark.parametrize(("level", "name"), [("transaction", "total"), ("item", "items")])
async def test_the_level_says_what_a_checkout_needs(world: WorldClient, level: str, name: str) -> None:
    await set_up(world, points={"earn": {"level": level}})

    response = await event(world.antavo, "checkout", {"transaction_id": "T1"})

    assert response.json()["error"]["message"] == f'Property "{name}" cannot be empty'


async def test_items_are_accepted_one_by_one(world: WorldClient) -> None:
    await set_up(world, points={"earn": {"level": "item"}, "pending": {"type": "manual"}})
    items = [{"product_id": "A", "subtotal": 30}, {"product_id": "B", "subtotal": 20}]
    await event(world.antavo, "checkout", {"transaction_id": "T1", "items": items})

    await event(world.antavo, "checkout_accept_item", {"transaction_id": "T1", "product_id": "A"})
    assert await balances(world) == (130, 0, 0, 20)
    await event(world.antavo, "checkout_update_item", {"transaction_id": "T1", "product_id": "B", "subtotal": 25})
    await event(world.antavo, "checkout_accept_item", {"transaction_id": "T1", "product_id": "B"})

    assert await balances(world) == (155, 0, 0, 0)
    found = (await call(world.antavo, "GET", "/customers/ann/transactions/T1")).json()
    assert (found["status"], found["total"], found["earned"]) == ("accepted", 55, 55)


async def test_an_item_is_refunded(world: WorldClient) -> None:
    await set_up(world, points={"earn": {"level": "item", "percentage": 10}})
    items = [{"product_id": "A", "subtotal": 300, "quantity": 3}, {"product_id": "B", "subtotal": 50}]
    await event(world.antavo, "checkout", {"transaction_id": "T1", "items": items})

    await event(world.antavo, "refund_item", {"transaction_id": "T1", "product_id": "A", "quantity": 1})
    assert (await balances(world))[0] == 125
    await event(world.antavo, "refund_item", {"transaction_id": "T1", "product_id": "A"})

    again = await event(world.antavo, "refund_item", {"transaction_id": "T1", "product_id": "A", "quantity": 1})
    assert again.json()["error"]["code"] == 112203


async def test_the_last_partial_refund_takes_the_rest(world: WorldClient) -> None:
    await set_up(world, points={"earn": {"percentage": 10}})
    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 100})

    scores = []
    for amount in (33, 33, 34):
        await event(world.antavo, "partial_refund", {"transaction_id": "T1", "amount": amount})
        scores.append((await balances(world))[0])

    assert scores == [107, 104, 100]


async def test_the_pending_period_ends_on_the_virtual_clock(world: WorldClient) -> None:
    await set_up(world, points={"pending": {"type": "days", "days": 14}})
    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 50})

    await world.advance("13d")
    assert world.inside.tenants["antavo"].customers["ann"].pending == 50
    await world.advance("1d")

    customer = world.inside.tenants["antavo"].customers["ann"]
    assert (customer.score, customer.pending) == (150, 0)
    assert customer.events[-1].source == "Platform"


async def test_the_pending_period_may_end_in_a_rejection(world: WorldClient) -> None:
    await set_up(world, points={"pending": {"type": "days", "days": 1, "outcome": "reject"}})
    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 50, "points_burned": 30})

    await world.advance("1d")

    customer = world.inside.tenants["antavo"].customers["ann"]
    assert (customer.score, customer.spent, customer.pending) == (100, 0, 0)


async def test_auto_accept_sets_the_day(world: WorldClient) -> None:
    await set_up(world, points={"pending": {"type": "manual"}})
    checkout = {"transaction_id": "T1", "total": 50, "auto_accept": "2026-01-20"}
    await event(world.antavo, "checkout", checkout)

    await world.set_clock("2026-01-20T00:00:00Z")

    assert world.inside.tenants["antavo"].customers["ann"].score == 150


async def test_a_decision_made_before_stands(world: WorldClient) -> None:
    await set_up(world, points={"pending": {"type": "days", "days": 1}})
    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 50})
    await event(world.antavo, "checkout_reject", {"transaction_id": "T1"})

    await world.advance("2d")

    assert world.inside.tenants["antavo"].customers["ann"].score == 100


async def test_a_pending_burn_may_be_held_instead(world: WorldClient) -> None:
    await set_up(world, points={"pending": {"type": "manual"}, "pending_burn": "reserved"})

    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 50, "points_burned": 30})
    assert await balances(world) == (100, 0, 30, 50)
    await event(world.antavo, "checkout_accept", {"transaction_id": "T1"})

    assert await balances(world) == (150, 30, 0, 0)


@pytest.mark.parametrize("action", ["checkout_accept", "checkout_reject", "checkout_update"])
async def test_steps_in_the_wrong_order_are_refused(world: WorldClient, action: str) -> None:
    await set_up(world)
    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 50})

    response = await event(world.antavo, action, {"transaction_id": "T1", "total": 9})

    assert response.status_code == 400
    assert await balances(world) == (150, 0, 0, 0)


async def test_part_of_a_reservation_is_released(world: WorldClient) -> None:
    await set_up(world)
    await event(world.antavo, "reserve_points", {"transaction_id": "T1", "points": 60})

    response = await event(world.antavo, "release_points", {"transaction_id": "T1", "points": 20})
    too_much = await event(world.antavo, "release_points", {"transaction_id": "T1", "points": 41})

    assert response.json()["events"][0]["points"] == 20
    assert too_much.status_code == 400
    assert await balances(world) == (100, 0, 40, 0)


async def test_a_checkout_left_pending_lists_no_events(world: WorldClient) -> None:
    await set_up(world, points={"pending": {"type": "manual"}})

    response = await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 50})

    assert response.json()["events"] == []
    assert response.json()["pending"] == 50


async def test_an_opted_out_member_may_come_back_empty(world: WorldClient) -> None:
    await set_up(world)
    await event(world.antavo, "opt_out")

    response = await event(world.antavo, "opt_in", {"first_name": "Ann"})

    assert (response.status_code, response.json()["score"]) == (200, 0)


async def test_coming_back_is_a_switch(world: WorldClient) -> None:
    await set_up(world, customers={"reoptin": False})
    await event(world.antavo, "opt_out")

    assert (await event(world.antavo, "opt_in")).json()["error"]["code"] == 112101


async def test_what_a_profile_event_cannot_change_is_told(world: WorldClient) -> None:
    await set_up(world)

    response = await event(world.antavo, "profile", {"score": 9999, "shoe_size": 43})

    told = response.headers["x-stampcard-diagnostics"]
    assert told == "read-only-field /data/score, unknown-field /data/shoe_size"
    assert (await balances(world))[0] == 100


async def test_a_profile_with_one_bad_value_changes_nothing(world: WorldClient) -> None:
    await set_up(world, fields=[{"name": "shoe_size", "type": "numeric"}])

    response = await event(world.antavo, "profile", {"first_name": "Zoe", "shoe_size": "big"})

    assert response.status_code == 400
    assert (await profile(world.antavo))["first_name"] is None


async def test_effective_timestamp_back_dates(world: WorldClient) -> None:
    await set_up(world)

    await event(world.antavo, "point_add", {"points": 5, "effective_timestamp": 1767225600})

    row = world.inside.tenants["antavo"].customers["ann"].events[-1]
    assert row.timestamp.isoformat() == "2026-01-01T00:00:00+00:00"


BAD = [
    {"points": "many"},
    {"points": True},
    {"points": {}},
    {"points": 10**20},
    {"points": 0},
    {"points": -5},
    {"points": None},
    {"points": 5, "effective_timestamp": "soon"},
    {"points": 5, "effective_timestamp": -1},
]


@pytest.mark.parametrize("data", BAD)
async def test_bad_points_change_nothing(world: WorldClient, data: dict[str, Any]) -> None:
    await set_up(world)

    response = await event(world.antavo, "point_add", data)

    assert response.status_code in (400, 404)
    assert await balances(world) == (100, 0, 0, 0)


BAD_BODIES = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'{"customer":1,"action":"point_add","data":{}}',
    b'{"customer":"ann","action":null,"data":{}}',
    b'{"customer":"ann","action":"point_add","data":"x"}',
    b'{"customer":"ann","action":"point_add","data":[1]}',
    b'{"customer":"ann","action":["point_add"],"data":{}}',
    b"\xff\xfe",
    b'"\\ud800"',
    b"[" * 5000,
    b'{"customer":"\\ud800","action":"opt_in","data":{}}',
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
async def test_bad_bodies_are_refused(world: WorldClient, body: bytes) -> None:
    from tests.antavo.calls import authorize

    headers = authorize(world.antavo, "POST", "/events", body, {"Content-Type": "application/json"})

    response = await world.antavo.post("/events", content=body, headers=headers)

    assert response.status_code == 400
    assert response.json()["error"]["type"] == "BadRequestException"
    assert world.inside.tenants["antavo"].customers == {}


async def test_a_huge_body_is_refused(world: WorldClient) -> None:
    body = b'{"customer":"' + b"a" * 11_000_000 + b'"}'
    from tests.antavo.calls import authorize

    headers = authorize(world.antavo, "POST", "/events", body, {})

    assert (await world.antavo.post("/events", content=body, headers=headers)).status_code == 413


async def test_a_custom_event_gives_its_default_points(world: WorldClient) -> None:
    await set_up(world, actions=[{"name": "app_rated", "points": 20}, {"name": "seen"}])

    rated = (await event(world.antavo, "app_rated")).json()
    seen = (await event(world.antavo, "seen")).json()

    assert [(row["action"], row["points"]) for row in rated["events"]] == [("app_rated", 20)]
    assert (seen["score"], seen["events"]) == (120, [])


async def test_a_review_gives_what_reviews_are_worth(world: WorldClient) -> None:
    await set_up(world, product_review={"points": 15})

    found = (await event(world.antavo, "review_submit", {"item": "P1", "review": "Good", "rating": 5})).json()

    assert (found["score"], found["events"][0]["action"]) == (115, "review_submit")


async def test_the_rate_limit_is_a_switch(world: WorldClient) -> None:
    await set_up(world, ratelimit={"requests_per_minute": 2, "block_seconds": 30})

    statuses = [(await event(world.antavo, "point_add", {"points": 1})).status_code for _ in range(3)]
    await world.advance("61s")

    assert statuses == [200, 200, 429]


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ({"fields": [{"name": "email"}]}, "/antavo/fields/0/name"),
        ({"actions": [{"name": "checkout"}]}, "/antavo/actions/0/name"),
        ({"members": [{"id": "bo", "fields": {"shoe": 1}}]}, "/antavo/members/0/fields/shoe"),
        ({"members": [{"id": "bo", "fields": {"birth_date": "1990"}}]}, "/antavo/members/0/fields/birth_date"),
        ({"customers": {"external_id_fields": ["crm"]}}, "/antavo/customers/external_id_fields"),
        ({"braze": {"fields": [{"loyalty_field": "score", "remote_field": "s"}]}}, "/antavo/braze/fields"),
    ],
)
async def test_a_setup_that_does_not_fit_names_the_place(
    world: WorldClient, section: dict[str, Any], place: str
) -> None:
    from stampcard.client import ControlRefused

    with pytest.raises(ControlRefused) as refused:
        await world.setup({"antavo": section})

    assert refused.value.problem["pointer"] == place
    assert world.inside.tenants["antavo"].customers == {}


async def test_any_event_may_make_a_customer_where_the_workspace_says_so(world: WorldClient) -> None:
    await set_up(world, customers={"anonymous_registration": True})

    refused = await event(world.antavo, "point_unspend", {"points": 5}, customer="bo")
    gone = await call(world.antavo, "GET", "/customers/bo")
    added = await event(world.antavo, "point_add", {"points": 5}, customer="bo")

    assert (refused.status_code, gone.status_code) == (400, 404)
    assert (added.json()["score"], added.json()["status"]) == (5, "active")
    assert (await profile(world.antavo, "bo"))["optin_at"] is None
