"""Segments: fixed lists, filters, coming and going."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send

PEOPLE: list[dict[str, Any]] = [
    {"source_id": "ann", "name": "Ann", "address": {"city": "Oslo"}, "metadata": {"club": True, "age": 30}},
    {"source_id": "bob", "name": "Bob", "metadata": {"club": False, "age": 17}},
]
FILTERS = [
    ({"junction": "and", "metadata.club": {"conditions": {"$is": [True]}}}, ["ann"]),
    ({"junction": "and", "metadata.age": {"conditions": {"$more_than": [18]}}}, ["ann"]),
    (
        {"junction": "or", "name": {"conditions": {"$is": ["Bob"]}}, "city": {"conditions": {"$is": ["Oslo"]}}},
        ["ann", "bob"],
    ),
    ({"junction": "and", "name": {"conditions": {"$starts_with": ["B"]}}}, ["bob"]),
    ({"junction": "and", "city": {"conditions": {"$is_unknown": [True]}}}, ["bob"]),
    ({"junction": "and", "created_at": {"conditions": {"$after": ["2026-01-01T00:00:00.000Z"]}}}, ["ann", "bob"]),
    ({"junction": "and", "summary.orders.total_count": {"conditions": {"$more_than": [0]}}}, []),
]


async def members(world: WorldClient, segment: str) -> list[str]:
    page = await made(world, "GET", f"/v1/customers?segment_id={segment}&order=created_at")
    return [item["source_id"] for item in page["customers"]]


@pytest.mark.parametrize(("given", "expected"), FILTERS)
async def test_a_filter_finds_its_customers(world: WorldClient, given: dict[str, Any], expected: list[str]) -> None:
    await world.setup({"voucherify": {"customers": PEOPLE}})

    segment = await made(world, "POST", "/v1/segments", {"name": "S", "type": "auto-update", "filter": given})

    assert await members(world, segment["id"]) == expected


async def test_a_static_segment_stays_as_it_was_made(world: WorldClient) -> None:
    await world.setup({"voucherify": {"customers": PEOPLE}})

    segment = await made(world, "POST", "/v1/segments", {"name": "S", "type": "static", "customers": ["ann"]})

    assert (segment["type"], segment["filter"]) == ("static", None)
    assert await members(world, segment["id"]) == ["ann"]
    mine = await made(world, "GET", "/v1/customers/ann/segments")
    assert mine["data"] == [{"id": segment["id"], "name": "S", "object": "segment"}]


async def test_customers_enter_and_leave(world: WorldClient) -> None:
    await world.setup({"voucherify": {"customers": PEOPLE}})
    club = {"junction": "and", "metadata.club": {"conditions": {"$is": [True]}}}
    segment = await made(world, "POST", "/v1/segments", {"name": "Club", "type": "auto-update", "filter": club})

    await made(world, "POST", "/v1/customers", {"source_id": "bob", "metadata": {"club": True}})
    await made(world, "PUT", "/v1/customers/ann", {"metadata": {"club": False}})

    assert await members(world, segment["id"]) == ["bob"]
    for who, kind in (("bob", "customer.segment.entered"), ("ann", "customer.segment.left")):
        activity = (await made(world, "GET", f"/v1/customers/{who}/activity?type={kind}"))["data"]
        assert [item["data"]["segment"]["name"] for item in activity] == ["Club"]


async def test_what_we_cannot_look_at_is_refused_as_ours(world: WorldClient) -> None:
    body = {"name": "S", "type": "auto-update", "filter": {"moon": {"conditions": {"$is": ["full"]}}}}

    response = await send(world, "POST", "/v1/segments", body)

    assert response.status_code == 501


async def test_an_unknown_segment_is_not_found(world: WorldClient) -> None:
    response = await send(world, "DELETE", "/v1/segments/seg_x")

    assert response.json()["details"] == "Cannot find segment with id seg_x"
