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


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("moon", {"$is": ["full"]}, 501, "segments by moon"),
    ("orders.last", {"$is": ["o1"]}, 501, "segments by orders.last"),
    ("metadata.place", {"$in_location": ["loc_1"]}, 501, "segments by operator $in_location"),
    ("birthdate", {"$is_years_ago": [30]}, 501, "segments by operator $is_years_ago"),
    ("birthdate", {"$next_month": [False]}, 501, "segments by operator $next_month of false"),
    (
        "created_at",
        {"$is_days_ago": ["ten"]},
        400,
        "Property .filter.created_at.conditions.$is_days_ago should be number",
    ),
    ("created_at", {"$is_days_ago_md": [10**9]}, 400, "should be number"),
]


@pytest.mark.parametrize(("name", "conditions", "status", "word"), REFUSED)
async def test_what_we_cannot_look_at_is_refused(
    world: WorldClient, name: str, conditions: dict[str, Any], status: int, word: str
) -> None:
    body = {"name": "S", "type": "auto-update", "filter": {name: {"conditions": conditions}}}

    response = await send(world, "POST", "/v1/segments", body)

    assert response.status_code == status and word in response.text, response.text
    assert (await made(world, "GET", "/v1/segments"))["total"] == 0


TUESDAY = "2026-12-15T12:00:00Z"
DATED: list[tuple[dict[str, Any], str, bool]] = [
    ({"$today": [True]}, "2026-12-15", True),
    ({"$today": True}, "2025-12-15", False),
    ({"$today_md": [True]}, "2025-12-15", True),
    ({"$tomorrow": [True]}, "2026-12-16", True),
    ({"$yesterday": [True]}, "2026-12-14T23:59:59.000Z", True),
    ({"$yesterday_md": [True]}, "1990-12-14", True),
    ({"$this_week": [True]}, "2026-12-14", True),
    ({"$this_week": [True]}, "2026-12-13", False),
    ({"$last_week": [True]}, "2026-12-13", True),
    ({"$next_week": [True]}, "2026-12-21", True),
    ({"$next_week_md": [True]}, "2000-12-27", True),
    ({"$this_month": [True]}, "2026-12-31", True),
    ({"$last_month": [True]}, "2026-11-30", True),
    ({"$next_month": [True]}, "2027-01-31", True),
    ({"$next_month": [True]}, "1990-01-31", False),
    ({"$next_month_md": [True]}, "1990-01-31", True),
    ({"$next_month_md": [True]}, "1990-02-01", False),
    ({"$this_year": [True]}, "2026-01-01", True),
    ({"$last_year": [True]}, "2025-12-31", True),
    ({"$next_year": [True]}, "2027-12-31", True),
    ({"$is_day_of_month": [15, 16]}, "2020-03-16", True),
    ({"$is_month": ["3"]}, "2020-03-16", True),
    ({"$is_year": [2021]}, "2020-03-16", False),
    ({"$is_days_ago": [14]}, "2026-12-01", True),
    ({"$more_than_ago": [13]}, "2026-12-01", True),
    ({"$less_than_ago": [14]}, "2026-12-01", False),
    ({"$is_days_in_future": [20]}, "2027-01-04", True),
    ({"$more_than_future": [20]}, "2027-01-04", False),
    ({"$less_than_future": [21]}, "2027-01-04", True),
    ({"$is_days_in_future_md": [20]}, "1990-01-04", True),
    ({"$is_days_ago_md": [14]}, "1990-12-01", True),
    ({"$today": [True]}, "no date", False),
    ({"$count": [2]}, "2026-12-15", False),
    ({"$not_contain": ["12-15"]}, "2026-12-15", False),
]


@pytest.mark.parametrize(("conditions", "value", "inside"), DATED)
async def test_a_filter_by_date(world: WorldClient, conditions: dict[str, Any], value: str, inside: bool) -> None:
    await world.set_clock(TUESDAY)
    await world.setup({"voucherify": {"customers": [{"source_id": "ann", "metadata": {"day": value}}]}})

    body = {"name": "S", "type": "auto-update", "filter": {"metadata.day": {"conditions": conditions}}}
    segment = await made(world, "POST", "/v1/segments", body)

    assert await members(world, segment["id"]) == (["ann"] if inside else [])


async def test_lists_of_metadata_are_counted(world: WorldClient) -> None:
    await world.setup({"voucherify": {"customers": [{"source_id": "ann", "metadata": {"pets": ["cat", "dog"]}}]}})
    wanted = [({"$count": [2]}, 1), ({"$count_more": [2]}, 0), ({"$count_less": [3]}, 1)]

    for conditions, size in wanted:
        body = {"name": "S", "type": "passive", "filter": {"metadata.pets": {"conditions": conditions}}}
        segment = await made(world, "POST", "/v1/segments", body)
        assert len(await members(world, segment["id"])) == size


async def test_customers_with_a_birthday_next_month_come_and_go_by_themselves(world: WorldClient) -> None:
    """The year of a birthday does not matter, and a day begins where the project is."""
    await world.set_clock("2026-01-30T12:00:00Z")
    people = [{"source_id": "ann", "birthdate": "1990-03-05"}]
    await world.setup({"voucherify": {"project": {"timezone": "America/New_York"}, "customers": people}})
    body = {"name": "S", "type": "auto-update", "filter": {"birthdate": {"conditions": {"$next_month": [True]}}}}
    segment = (await made(world, "POST", "/v1/segments", body))["id"]
    found = []

    for instant in ("2026-02-01T04:59:00Z", "2026-02-01T05:00:00Z", "2026-03-01T05:00:00Z"):
        await world.set_clock(instant)
        found.append(await members(world, segment))

    assert found == [[], ["ann"], []]
    activity = (await made(world, "GET", "/v1/customers/ann/activity"))["data"]
    kinds = [item["type"] for item in activity if "segment" in item["type"]]
    assert sorted(kinds) == ["customer.segment.entered", "customer.segment.left"]


async def test_a_number_beside_a_date_counts_days(world: WorldClient) -> None:
    await world.setup({"voucherify": {"customers": [{"source_id": "ann"}]}})
    body = {"name": "S", "type": "passive", "filter": {"created_at": {"conditions": {"$more_than": 10}}}}
    segment = (await made(world, "POST", "/v1/segments", body))["id"]

    await world.advance("10d")
    before = await members(world, segment)
    await world.advance("1d")

    assert (before, await members(world, segment)) == ([], ["ann"])
    await made(world, "DELETE", f"/v1/segments/{segment}")
    await world.advance("2d")


async def test_an_unknown_segment_is_not_found(world: WorldClient) -> None:
    response = await send(world, "DELETE", "/v1/segments/seg_x")

    assert response.json()["details"] == "Cannot find segment with id seg_x"
