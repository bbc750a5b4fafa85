"""Customers: lists, filters, cursors."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, publish, send


async def test_both_absent_creates_an_anonymous_customer(world: WorldClient) -> None:
    first = await made(world, "POST", "/v1/customers", {"name": "Ann"})
    second = await made(world, "POST", "/v1/customers", {"name": "Ann"})

    assert first["source_id"] is None and first["id"] != second["id"]


async def test_a_customer_is_found_by_id_and_source_id(world: WorldClient) -> None:
    customer = await made(world, "POST", "/v1/customers", {"source_id": "ann/1"})

    assert await made(world, "GET", "/v1/customers/ann%2F1") == customer
    assert await made(world, "GET", f"/v1/customers/{customer['id']}") == customer


async def test_the_list_is_filtered_by_profile_and_time(world: WorldClient) -> None:
    await made(world, "POST", "/v1/customers", {"source_id": "a", "email": "a@x.io", "address": {"city": "Oslo"}})
    await world.advance("1h")
    await made(world, "POST", "/v1/customers", {"source_id": "b", "email": "b@x.io"})

    async def found(query: str) -> list[str]:
        return [item["source_id"] for item in (await made(world, "GET", f"/v1/customers?{query}"))["customers"]]

    assert await found("") == ["b", "a"]
    assert await found("email=a@x.io") == await found("city=Oslo") == ["a"]
    assert await found("created_at[after]=2026-01-15T09:30:00Z") == ["b"]
    assert await found("created_at%5Bbefore%5D=2026-01-15T09:30:00Z") == ["a"]
    assert await found("order=created_at") == ["a", "b"]


async def test_the_cursor_goes_on_after_an_instant(world: WorldClient) -> None:
    for name in "abc":
        await made(world, "POST", "/v1/customers", {"source_id": name})
        await world.advance("1m")
    start = (await made(world, "GET", "/v1/customers/c"))["created_at"]

    page = await made(world, "GET", f"/v1/customers?limit=1&starting_after={start}")

    assert [item["source_id"] for item in page["customers"]] == ["b"]
    assert page["has_more"] is True


async def test_deleting_a_customer_leaves_its_codes(world: WorldClient) -> None:
    await discount_campaign(world)
    code = (await publish(world, "Spring", "ann"))["voucher"]["code"]

    response = await send(world, "DELETE", "/v1/customers/ann")

    assert (response.status_code, response.content) == (204, b"")
    assert (await made(world, "GET", f"/v1/vouchers/{code}"))["publish"]["count"] == 1
