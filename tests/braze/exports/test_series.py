"""Data series count what happened, on the day and in the app it happened."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer, track

PHONE = "00000000-0000-4000-8000-000000000009"


async def series(world: WorldClient, path: str, **query: Any) -> Any:
    response = await world.braze.get(path, params={"length": 3, **query}, headers=bearer(world.braze))
    assert response.status_code == 200, response.text
    return response.json()["data"]


async def test_events_count_on_the_day_they_happened(world: WorldClient) -> None:
    times = ["2026-01-13T23:59:59Z", "2026-01-14T00:00:00Z", "2026-01-14T12:00:00Z", "2026-01-01T00:00:00Z"]
    await track(world.braze, events=[{"external_id": "ann", "name": "came", "time": time} for time in times])
    assert await series(world, "/events/data_series", event="came") == [
        {"time": "2026-01-13", "count": 1},
        {"time": "2026-01-14", "count": 2},
        {"time": "2026-01-15", "count": 0},
    ]


async def test_hours_are_asked_for_by_unit_and_end(world: WorldClient) -> None:
    await track(world.braze, events=[{"external_id": "ann", "name": "came", "time": "2026-01-14T12:30:00Z"}])
    rows = await series(world, "/events/data_series", event="came", unit="hour", ending_at="2026-01-14T13:10:00Z")
    assert rows[1:] == [
        {"time": "2026-01-14T12:00:00.000Z", "count": 1},
        {"time": "2026-01-14T13:00:00.000Z", "count": 0},
    ]


async def test_purchases_are_counted_in_pieces_and_money(world: WorldClient) -> None:
    cup = {"external_id": "ann", "currency": "USD", "time": "2026-01-15T08:00:00Z"}
    rows = [cup | {"product_id": "cup", "price": 2.5, "quantity": 3}, cup | {"product_id": "jug", "price": 10}]
    await track(world.braze, purchases=rows)
    assert (await series(world, "/purchases/quantity_series"))[-1]["purchase_quantity"] == 4
    assert (await series(world, "/purchases/revenue_series"))[-1]["revenue"] == 17.5
    assert (await series(world, "/purchases/revenue_series", product="jug"))[-1]["revenue"] == 10.0


async def test_an_app_counts_what_names_it(world: WorldClient) -> None:
    came = {"external_id": "ann", "name": "came", "time": "2026-01-15"}
    await track(world.braze, events=[came, came | {"app_id": world.braze["app_id"]}, came | {"app_id": "nobodys"}])
    assert (await series(world, "/events/data_series", event="came"))[-1]["count"] == 3
    rows = await series(world, "/events/data_series", event="came", app_id=world.braze["app_id"])
    assert rows[-1]["count"] == 1


GOLD = {"filter": "Custom Attribute", "name": "plan", "comparison": "equals", "value": "gold"}


async def test_a_tracked_segment_counts_what_its_members_do(world: WorldClient) -> None:
    """Ann is in the segment when she comes first, and not when she comes again; Bob never is."""
    segment = {"name": "Gold", "id": PHONE, "filters": [GOLD], "analytics_tracking": True}
    app_id = world.braze["app_id"]
    await world.setup({"braze": {"segments": [segment]}})
    came = {"external_id": "ann", "name": "came", "time": "2026-01-15"}
    await track(world.braze, attributes=[{"external_id": "ann", "plan": "gold"}], events=[came])
    await track(world.braze, events=[came | {"app_id": app_id}, came | {"app_id": [1]}, came | {"external_id": "bob"}])
    await track(world.braze, attributes=[{"external_id": "ann", "plan": "silver"}], events=[came])

    counts = [
        (await series(world, "/events/data_series", event="came", **query))[-1]["count"]
        for query in ({}, {"segment_id": PHONE}, {"segment_id": PHONE, "app_id": app_id})
    ]
    assert counts == [5, 3, 1]


async def test_sessions_are_counted_for_a_tracked_segment(world: WorldClient) -> None:
    segment = {"name": "Gold", "id": PHONE, "filters": [GOLD], "analytics_tracking": True}
    users = [{"external_id": "ann", "custom_attributes": {"plan": "gold"}}, {"external_id": "bob"}]
    sessions = [{"external_id": name, "time": "2026-01-15T08:00:00Z"} for name in ("ann", "bob", "ann")]
    await world.setup({"braze": {"users": users, "segments": [segment], "sessions": sessions}})
    rows = [await series(world, "/sessions/data_series", **query) for query in ({}, {"segment_id": PHONE})]
    assert [row[-1]["sessions"] for row in rows] == [3, 2]


@pytest.mark.parametrize("segment_id", [PHONE, "none"])
async def test_a_segment_without_tracking_is_refused(world: WorldClient, segment_id: str) -> None:
    await world.setup({"braze": {"segments": [{"name": "All", "id": PHONE}]}})
    query = {"length": 3, "event": "came", "segment_id": segment_id}
    response = await world.braze.get("/events/data_series", params=query, headers=bearer(world.braze))
    assert (response.status_code, response.json()) == (400, {"message": "Bad Request"})
    assert response.headers["X-Stampcard-Diagnostics"] == "not-tracked /segment_id"


async def test_new_users_count_on_the_day_they_were_made(world: WorldClient) -> None:
    await track(world.braze, attributes=[{"external_id": "ann"}, {"external_id": "bob"}])
    await world.advance("1d")
    await track(world.braze, attributes=[{"external_id": "ann"}, {"external_id": "cid"}])
    assert [row["new_users"] for row in await series(world, "/kpi/new_users/data_series")] == [0, 2, 1]


async def test_sessions_and_uninstalls_are_those_of_the_setup(world: WorldClient) -> None:
    document = {
        "apps": [{"id": PHONE, "name": "Phone"}],
        "users": [{"external_id": "ann"}, {"external_id": "bob"}],
        "sessions": [
            {"external_id": "ann", "time": "2026-01-14T10:00:00Z"},
            {"external_id": "ann", "time": "2026-01-14T11:00:00Z"},
            {"external_id": "bob", "time": "2026-01-15T08:00:00Z", "app_id": PHONE},
        ],
        "uninstalls": [{"external_id": "bob"}],
    }
    await world.setup({"braze": document})
    assert [row["sessions"] for row in await series(world, "/sessions/data_series")] == [0, 2, 1]
    assert [row["dau"] for row in await series(world, "/kpi/dau/data_series")] == [0, 1, 1]
    assert [row["mau"] for row in await series(world, "/kpi/mau/data_series")] == [0, 1, 2]
    assert [row["mau"] for row in await series(world, "/kpi/mau/data_series", app_id=PHONE)] == [0, 0, 1]
    assert [row["uninstalls"] for row in await series(world, "/kpi/uninstalls/data_series")] == [0, 0, 1]
