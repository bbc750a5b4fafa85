"""What happened to a customer."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, publish
from tests.voucherify.redemptions.test_validations import basket


async def test_activity_is_newest_first_and_grouped_by_request(world: WorldClient) -> None:
    await discount_campaign(world)
    code = (await publish(world, "Spring", "ann"))["voucher"]["code"]
    await made(world, "POST", "/v1/redemptions", basket(code, customer="ann", order={"amount": 1000}))

    found = (await made(world, "GET", "/v1/customers/ann/activity?limit=100"))["data"]

    assert [item["type"] for item in found] == [
        "customer.redemption.succeeded",
        "customer.order.paid",
        "customer.order.created",
        "customer.publication.succeeded",
        "customer.created",
    ]
    assert found[0]["group_id"] == found[2]["group_id"] != found[3]["group_id"] == found[4]["group_id"]


async def test_the_cursor_goes_on_where_the_page_ended(world: WorldClient) -> None:
    for number in range(3):
        await made(world, "POST", "/v1/customers", {"source_id": "ann", "name": str(number)})

    first = await made(world, "GET", "/v1/customers/ann/activity?limit=2")
    rest = await made(world, "GET", f"/v1/customers/ann/activity?starting_after_id={first['more_starting_after']}")

    assert first["has_more"] and not rest["has_more"]
    assert [item["type"] for item in rest["data"]] == ["customer.created"]
