"""Recommended e-commerce events: what fits their schemas, and what they do to revenue."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import exported, track, workspace

NOW = "2026-01-15T09:00:00Z"
PRODUCT = {"product_id": "p1", "product_name": "Cup", "variant_id": "blue", "quantity": 2, "price": 4.5}
COMMON: dict[str, Any] = {"total_value": 9, "currency": "USD", "source": "web", "products": [PRODUCT]}
GOOD: dict[str, dict[str, Any]] = {
    "product_viewed": {
        **{key: value for key, value in PRODUCT.items() if key != "quantity"},
        "currency": "EUR",
        "source": "web",
        "type": ["price_drop"],
        "metadata": {"sku": "x"},
    },
    "cart_updated": {**COMMON, "cart_id": "c1", "tax": 1.5},
    "checkout_started": {**COMMON, "checkout_id": "k1", "shipping": 0},
    "order_placed": {**COMMON, "order_id": "o1", "discounts": [{"code": "SPRING"}], "total_discounts": 1},
    "order_cancelled": {**COMMON, "order_id": "o1", "cancel_reason": "customer_request"},
    "order_refunded": {**COMMON, "order_id": "o1"},
}


def event(kind: str, **changes: Any) -> dict[str, Any]:
    """A good event with some properties changed; None takes one away."""
    properties = {key: value for key, value in (GOOD[kind] | changes).items() if value is not None}
    return {"external_id": "ann", "name": f"ecommerce.{kind}", "time": NOW, "properties": properties}


@pytest.mark.parametrize("kind", GOOD)
async def test_an_event_that_fits_is_recorded(world: WorldClient, kind: str) -> None:
    assert await track(world.braze, events=[event(kind)]) == {"events_processed": 1, "message": "success"}
    assert (await exported(world.braze, "ann"))["custom_events"][0]["name"] == f"ecommerce.{kind}"


@pytest.mark.parametrize(
    ("kind", "changes", "told"),
    [
        ("product_viewed", {"product_id": None}, "'#/' did not contain a required property of 'product_id'"),
        ("product_viewed", {"type": "price_drop"}, "'#/type' of type string did not match the following type: array"),
        ("cart_updated", {"cart_id": None}, "'#/' did not contain a required property of 'cart_id'"),
        ("cart_updated", {"total_value": None}, "'#/' did not contain a required property of 'total_value'"),
        (
            "cart_updated",
            {"action": "empty"},
            "'#/action' value \"empty\" did not match one of the following values: add, remove, replace",
        ),
        ("checkout_started", {"source": 1}, "'#/source' of type integer did not match the following type: string"),
        ("order_placed", {"products": {}}, "'#/products' of type object did not match the following type: array"),
        ("order_placed", {"products": [1]}, "'#/products/0' of type integer did not match the following type: object"),
        (
            "order_placed",
            {"products": [{**PRODUCT, "quantity": 1.5}]},
            "'#/products/0/quantity' of type number did not match the following type: integer",
        ),
        (
            "order_placed",
            {"products": [{**PRODUCT, "colour": "blue"}]},
            "'#/products/0' contains additional properties [\"colour\"] outside of the schema when none are allowed",
        ),
        ("order_placed", {"tax": True}, "'#/tax' of type boolean did not match the following type: number"),
        ("order_cancelled", {"cancel_reason": None}, "'#/' did not contain a required property of 'cancel_reason'"),
        (
            "order_placed",
            {"total_value": 10**400},
            "'#/total_value' did not have a maximum value of 1000000000000000, inclusively",
        ),
        ("order_refunded", {"total_value": -9}, "'#/total_value' did not have a minimum value of 0, inclusively"),
    ],
)
async def test_an_event_that_does_not_fit_is_dropped(
    world: WorldClient, kind: str, changes: dict[str, Any], told: str
) -> None:
    answer = await track(world.braze, attributes=[{"external_id": "ann"}], events=[event(kind, **changes)])

    assert answer["errors"] == [{"type": f"The property {told}", "input_array": "events", "index": 0}]
    assert "custom_events" not in await exported(world.braze, "ann")


@pytest.mark.parametrize("action", ["add", "remove"])
async def test_a_changed_cart_needs_no_total(world: WorldClient, action: str) -> None:
    changed = event("cart_updated", action=action, total_value=None)
    assert await track(world.braze, events=[changed]) == {"events_processed": 1, "message": "success"}


async def test_orders_add_to_revenue_and_refunds_take_from_it(world: WorldClient) -> None:
    await track(world.braze, events=[event("order_placed"), event("order_cancelled")])
    await track(world.braze, events=[event("order_refunded", total_value=2.5)])
    assert (await exported(world.braze, "ann"))["total_revenue"] == 6.5


async def test_money_is_counted_in_usd_by_the_rate_of_the_setup(world: WorldClient) -> None:
    await world.setup({"braze": {"exchange_rates": {"EUR": 1.25}}})
    purchase = {"external_id": "ann", "product_id": "cup", "currency": "eur", "price": 4, "quantity": 2, "time": NOW}
    await track(world.braze, events=[event("order_placed", currency="EUR")], purchases=[purchase])

    assert (await exported(world.braze, "ann"))["total_revenue"] == 9 * 1.25 + 8 * 1.25
    assert sum(workspace(world).hourly["revenue", "cup"].values()) == 10


async def test_money_without_a_rate_is_kept_as_it_was_sent_and_that_is_told(world: WorldClient) -> None:
    await track(world.braze, events=[event("order_placed", currency="JPY")])
    assert (await exported(world.braze, "ann"))["total_revenue"] == 9
    (entry,) = await world.journal(operation="users_track")
    assert [note["code"] for note in entry["diagnostics"]] == ["currency"]
