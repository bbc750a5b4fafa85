"""The history of events, and the search for purchases."""

from __future__ import annotations

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, event

DAY = 86400
START = 1768467600


async def set_up(world: WorldClient) -> None:
    """Three days of events: point_add, checkout T1, checkout T2, a profile event."""
    await world.setup({"antavo": {"members": [{"id": "ann"}]}})
    await event(world.antavo, "point_add", {"points": 5, "effective_timestamp": START - 2 * DAY})
    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 10, "effective_timestamp": START - DAY})
    await event(world.antavo, "checkout", {"transaction_id": "T2", "total": 20})
    await event(world.antavo, "profile", {"first_name": "Ann"})
    await event(world.antavo, "refund", {"transaction_id": "T2"})


@pytest.mark.parametrize("path", ["events", "history"])
async def test_the_newest_comes_first(world: WorldClient, path: str) -> None:
    await set_up(world)

    rows = (await call(world.antavo, "GET", f"/customers/ann/{path}")).json()["data"]

    assert [row["action"] for row in rows] == ["refund", "profile", "checkout", "checkout", "point_add"]
    assert rows[0]["properties"] == [{"name": "transaction_id", "label": "transaction_id", "value": "T2"}]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("order=asc&limit=2", ["point_add", "checkout"]),
        ("actions=profile,refund", ["refund", "profile"]),
        ("action=point_add", ["point_add"]),
        ("action.in=point_add,profile", ["profile", "point_add"]),
        ("points_only=true", ["refund", "checkout", "checkout", "point_add"]),
        ("date=2026-01-14", ["checkout"]),
        ("date.lt=2026-01-14", ["point_add"]),
        ("date.gte=2026-01-15", ["refund", "profile", "checkout"]),
        ("action.in=checkout,refund&properties.transaction_id=T2", ["refund", "checkout"]),
        ("properties.transaction_id.in=T1,T9", ["checkout"]),
    ],
)
async def test_filters(world: WorldClient, query: str, wanted: list[str]) -> None:
    await set_up(world)

    response = await call(world.antavo, "GET", f"/customers/ann/events?{query}")

    assert [row["action"] for row in response.json()["data"]] == wanted
    assert "x-stampcard-diagnostics" not in response.headers


async def test_links_are_given_once_limit_is(world: WorldClient) -> None:
    await set_up(world)

    without = (await call(world.antavo, "GET", "/customers/ann/events")).json()
    page = (await call(world.antavo, "GET", "/customers/ann/events?limit=2&offset=2")).json()

    assert without.keys() == {"data"}
    assert (page["prev"], page["next"]) == (
        "/customers/ann/events?limit=2&offset=0",
        "/customers/ann/events?limit=2&offset=4",
    )


async def test_events_of_a_purchase(world: WorldClient) -> None:
    await set_up(world)

    rows = (await call(world.antavo, "GET", "/customers/ann/transactions/T2/events")).json()["data"]

    assert [(row["action"], row["points"]) for row in rows] == [("checkout", 20), ("refund", -20)]


async def test_events_of_everybody(world: WorldClient) -> None:
    await set_up(world)

    path = "/customers/-/events?timestamp.gte=2026-01-14T00:00:00%2B0000&timestamp.lt=2026-01-15&order=asc"
    found = (await call(world.antavo, "GET", path)).json()

    assert (found["total"], found["data"][0]["action"], found["data"][0]["Customer"]) == (1, "checkout", {"id": "ann"})
