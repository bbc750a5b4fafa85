"""Purchases: the list, one of them, the search."""

from __future__ import annotations

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, event


async def set_up(world: WorldClient) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann"}]}})
    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 10, "currency": "EUR"})
    await event(world.antavo, "checkout", {"transaction_id": "T2", "total": 20})
    await event(world.antavo, "refund", {"transaction_id": "T2"})


@pytest.mark.parametrize(("query", "wanted"), [("", ["T1", "T2"]), ("?id=T2", ["T2"]), ("?limit=1&offset=1", ["T2"])])
async def test_the_list(world: WorldClient, query: str, wanted: list[str]) -> None:
    await set_up(world)

    rows = (await call(world.antavo, "GET", f"/customers/ann/transactions{query}")).json()["data"]

    assert [row["id"] for row in rows] == wanted


async def test_one_purchase_with_its_events(world: WorldClient) -> None:
    await set_up(world)

    found = (await call(world.antavo, "GET", "/customers/ann/transactions/T2?fields=events")).json()

    assert (found["status"], found["refunded"], found["earned"]) == ("refunded", 20, 0)
    assert [row["action"] for row in found["events"]] == ["checkout", "refund"]


@pytest.mark.parametrize(
    ("query", "body", "wanted"),
    [
        ("status=refunded", {"status": "refunded"}, ["T2"]),
        ("id.in=T1,T2,T3", {"id.in": ["T1", "T2", "T3"]}, ["T1", "T2"]),
        ("id=T1&status=refunded", {"id": "T1", "status": "refunded"}, []),
        ("limit=1&offset=1", {"limit": 1, "offset": 1}, ["T2"]),
    ],
)
async def test_purchases_are_searched_by_query_or_body(
    world: WorldClient, query: str, body: dict[str, object], wanted: list[str]
) -> None:
    await set_up(world)
    path = "/customers/ann/transactions/-/search"

    for response in (await call(world.antavo, "GET", f"{path}?{query}"), await call(world.antavo, "POST", path, body)):
        assert [row["id"] for row in response.json()["data"]] == wanted
