"""Orders: amounts from items, people, statuses."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send


async def test_items_with_prices_win_over_the_amount_that_was_sent(world: WorldClient) -> None:
    items = [{"source_id": "mug", "quantity": "2", "price": "1000"}, {"product_id": "x", "quantity": 3, "price": 1500}]

    order = await made(world, "POST", "/v1/orders", {"source_id": "o1", "amount": 1, "items": items})

    assert (order["amount"], order["total_amount"], order["status"]) == (6500, 6500, "CREATED")
    assert [line["subtotal_amount"] for line in order["items"]] == [2000, 4500]
    assert order["items"][0]["quantity"] == 2


async def test_a_known_product_lends_its_price(world: WorldClient) -> None:
    await made(world, "POST", "/v1/products", {"source_id": "mug", "name": "Mug", "price": 700})

    order = await made(world, "POST", "/v1/orders", {"items": [{"source_id": "mug", "quantity": 3}]})

    assert order["amount"] == 2100
    assert order["items"][0]["product"]["name"] == "Mug"


async def test_a_known_source_id_is_an_update(world: WorldClient) -> None:
    first = await made(
        world, "POST", "/v1/orders", {"source_id": "o1", "amount": 1000, "customer": {"source_id": "ann"}}
    )

    again = await made(world, "POST", "/v1/orders", {"source_id": "o1", "amount": 2000, "status": "PAID"})

    assert (again["id"], again["amount"], again["customer_id"]) == (first["id"], 2000, first["customer_id"])
    customer = await made(world, "GET", "/v1/customers/ann")
    assert customer["summary"]["orders"]["total_amount"] == 2000


async def test_an_order_paid_twice_counts_once(world: WorldClient) -> None:
    await made(world, "POST", "/v1/orders", {"source_id": "o1", "amount": 1000, "customer": "ann", "status": "PAID"})
    for status in ("CANCELED", "PAID"):
        await made(world, "PUT", "/v1/orders/o1", {"status": status})

    orders = (await made(world, "GET", "/v1/customers/ann"))["summary"]["orders"]

    assert (orders["total_count"], orders["total_amount"]) == (1, 1000)


async def test_the_list_is_oldest_first_and_knows_customers(world: WorldClient) -> None:
    for name, who in (("o1", "ann"), ("o2", "bob"), ("o3", "ann")):
        await made(world, "POST", "/v1/orders", {"source_id": name, "customer": who})

    async def found(query: str) -> list[str]:
        return [item["source_id"] for item in (await made(world, "GET", f"/v1/orders?{query}"))["orders"]]

    assert await found("") == ["o1", "o2", "o3"]
    assert await found("customer=ann") == ["o1", "o3"]
    assert await found("order=-created_at&limit=1") != []


async def test_an_unknown_order_is_not_found(world: WorldClient) -> None:
    response = await send(world, "GET", "/v1/orders/o9")

    assert response.json()["details"] == "Cannot find order with id o9"
