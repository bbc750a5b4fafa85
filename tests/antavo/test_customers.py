"""Searching, counting and merging customers."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, event, profile

MEMBERS = [
    {"id": "ann", "points": 100, "fields": {"email": "ann@example.com", "tier_code": 3}},
    {"id": "bo", "points": 20, "fields": {"email": "bo@example.com", "tier_code": 5}},
    {"id": "cy", "status": "inactive", "fields": {"email": "cy@example.com", "tier_code": 9}},
]


async def set_up(world: WorldClient, **more: Any) -> None:
    fields = [{"name": "tier_code", "type": "numeric", "tags": ["searchable"]}]
    await world.setup({"antavo": {"fields": fields, "members": MEMBERS, **more}})


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("email=ann%40example.com", ["ann"]),
        ("email=ANN%40example.com", []),
        ("email=ann", []),
        ("email.in=ann%40example.com,bo%40example.com", ["ann", "bo"]),
        ("tier_code.gt=3", ["bo", "cy"]),
        ("tier_code.gte=3&tier_code.lt=9", ["ann", "bo"]),
        ("tier_code=5", ["bo"]),
        ("tier_code.gt=big", []),
        ("updated_at.gt=2022-01-01", ["ann", "bo", "cy"]),
        ("updated_at.lt=2022-01-01T00:00:00%2B0000", []),
        ("search=bo%40example.com&match=exact", ["bo"]),
        ("_id=ann", ["ann"]),
        ("email=bo%40example.com&tier_code=3", []),
    ],
)
async def test_search(world: WorldClient, query: str, wanted: list[str]) -> None:
    await set_up(world)

    response = await call(world.antavo, "GET", f"/customers?{query}")

    found = response.json()
    if not wanted:
        assert (response.status_code, found["error"]["code"]) == (404, 160212)
    else:
        assert found == ({"id": wanted[0]} if len(wanted) == 1 else {"data": [{"id": name} for name in wanted]})


async def test_a_search_pages(world: WorldClient) -> None:
    await set_up(world)

    first = (await call(world.antavo, "GET", "/customers?tier_code.gt=0&limit=2")).json()
    second = (await call(world.antavo, "GET", first["next"])).json()

    assert second["data"] == [{"id": "cy"}]
    assert second["previous"] == "/customers?tier_code.gt=0&limit=2&offset=0"


async def test_a_search_without_a_usable_criterion(world: WorldClient) -> None:
    await set_up(world)

    response = await call(world.antavo, "GET", "/customers?gender=female")

    assert (response.status_code, response.json()["error"]["code"]) == (400, 160211)


async def test_opted_out_customers_are_not_found_by_a_search(world: WorldClient) -> None:
    await set_up(world)
    await event(world.antavo, "opt_out")

    assert (await call(world.antavo, "GET", "/customers?email=ann%40example.com")).status_code == 404


async def test_inactive_customers_are_read_where_the_switch_lets_them(world: WorldClient) -> None:
    await set_up(world)
    before = await call(world.antavo, "GET", "/customers/cy")

    await world.setup({"antavo": {"customers": {"inactive_readable": True}}})

    assert (before.status_code, (await call(world.antavo, "GET", "/customers/cy")).status_code) == (404, 200)


async def test_further_fields_that_are_not_emulated_are_told(world: WorldClient) -> None:
    await set_up(world)

    response = await call(world.antavo, "GET", "/customers/ann?fields=groups%2Cexpiring_points")

    assert response.json()["groups"] == []
    assert response.headers["x-stampcard-diagnostics"] == "not-emulated /fields"


async def test_the_count_is_of_active_customers(world: WorldClient) -> None:
    await set_up(world)

    assert (await call(world.antavo, "GET", "/customers/-/count")).json() == {"active": 2}


async def test_a_merge_moves_everything(world: WorldClient) -> None:
    await set_up(world)
    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 50, "points_burned": 10})
    await event(world.antavo, "reserve_points", {"transaction_id": "T2", "points": 5})

    response = await call(world.antavo, "POST", "/customers/ann/merge", {"target": "bo"})

    assert (response.status_code, response.content) == (200, b"")
    found = await profile(world.antavo, "bo")
    assert [found[name] for name in ("score", "spent", "reserved", "spendable")] == [170, 10, 5, 155]
    assert (await call(world.antavo, "GET", "/customers/ann")).status_code == 404
    assert (await call(world.antavo, "GET", "/customers/bo/transactions/T1")).status_code == 200
    history = (await call(world.antavo, "GET", "/customers/bo/events")).json()["data"]
    assert {row.get("original") for row in history} == {"ann", None}


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [("cy", "ann", 160216), ("ann", "ann", 160216), ("ann", "dee", 120030), ("ann", "nobody", 160212)],
)
async def test_merges_that_are_refused(world: WorldClient, source: str, target: str, code: int) -> None:
    await set_up(world)
    await world.setup({"antavo": {"members": [{"id": "dee", "status": "suspended"}]}})

    response = await call(world.antavo, "POST", f"/customers/{source}/merge", {"target": target})

    assert response.json()["error"]["code"] == code
