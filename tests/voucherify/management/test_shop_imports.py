"""Imports of orders and of the catalogue: good rows are kept, bad ones named."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.management.test_imports import upload


async def test_orders_that_happened_count_for_the_customer_and_make_no_events(world: WorldClient) -> None:
    rows = [
        {"source_id": "o-1", "amount": 1000, "status": "PAID", "customer": {"source_id": "ann"}},
        {"source_id": "o-2", "amount": 3000, "status": "CREATED", "customer": {"source_id": "ann"}},
        {"source_id": "o-3", "amount": 100, "customer": {"id": "cust_000000000000000000000000"}},
    ]

    response = await send(world, "POST", "/v1/orders/import", rows)
    await world.settle()

    action = await made(world, "GET", f"/v1/async-actions/{response.json()['async_action_id']}")
    assert (response.status_code, action["type"], action["status"]) == (200, "ORDERS.IMPORT", "DONE")
    assert action["result"]["message"] == "2 order(s) imported successfully, 1 failed."
    assert [(item["source_id"], item["row"]) for item in action["result"]["failed"]] == [("o-3", 3)]
    ann = await made(world, "GET", "/v1/customers/ann")
    assert (ann["summary"]["orders"]["total_count"], ann["summary"]["orders"]["total_amount"]) == (1, 1000)
    activity = await made(world, "GET", "/v1/customers/ann/activity")
    assert [item["type"] for item in activity["data"]] == ["customer.created"]
    assert (await made(world, "GET", "/v1/orders/o-2"))["status"] == "CREATED"


async def test_imported_orders_move_customers_into_segments(world: WorldClient) -> None:
    big = {"summary.orders.total_amount": {"conditions": {"$more_than": [500]}}}
    segment = await made(world, "POST", "/v1/segments", {"name": "Big", "type": "auto-update", "filter": big})

    order = {"source_id": "o-1", "amount": 1000, "status": "PAID", "customer": {"source_id": "ann"}}
    await made(world, "POST", "/v1/orders/import", [order])
    await world.settle()

    mine = await made(world, "GET", "/v1/customers/ann/segments")
    assert [item["id"] for item in mine["data"]] == [segment["id"]]


async def test_more_than_2000_orders_are_refused_whole(world: WorldClient) -> None:
    response = await send(world, "POST", "/v1/orders/import", [{"amount": 1}] * 2001)

    assert (response.status_code, response.json()["key"]) == (400, "invalid_payload")
    assert (await made(world, "GET", "/v1/orders"))["total"] == 0


async def test_products_come_from_csv(world: WorldClient) -> None:
    await made(world, "POST", "/v1/products", {"source_id": "cap", "name": "Cap", "price": 900})
    text = 'name,source_id,price,attributes,color\nMug,mug,5.50,"size,shape",red\nHat,cap,1.00,,\n,pen,1.00,,\n'

    result = await upload(world, "/v1/products/importCSV", text)

    assert result["failed"] == [{"source_id": "pen", "row": 3, "reason": "name is required"}]
    mug = await made(world, "GET", "/v1/products/mug")
    assert (mug["price"], mug["attributes"], mug["metadata"]) == (550, ["size", "shape"], {"color": "red"})
    cap = await made(world, "GET", "/v1/products/cap")
    assert (cap["name"], cap["price"]) == ("Hat", 900), "of a known product only the name changes"


async def test_skus_come_from_csv_into_products_that_are_there(world: WorldClient) -> None:
    await made(world, "POST", "/v1/products", {"source_id": "mug", "name": "Mug", "attributes": ["color"]})
    text = (
        "product_id,sku,source_id,price,attributes\n"
        "mug,Blue mug,mug-1,6.00,{'color':'blue'}\n"
        "nope,Other,x-1,1.00,\n"
        "mug,Odd,mug-2,1.00,{'size':'L'}\n"
        "mug,Bad,mug-3,much,\n"
    )

    result = await upload(world, "/v1/skus/importCSV", text)

    assert [(item["row"], item["reason"]) for item in result["failed"]] == [
        (2, "Cannot find product with id nope"),
        (3, "attributes are not defined in the product: size"),
        (4, "Value 'much' is not a number"),
    ]
    sku = await made(world, "GET", "/v1/skus/mug-1")
    assert (sku["sku"], sku["price"], sku["attributes"]) == ("Blue mug", 600, {"color": "blue"})
