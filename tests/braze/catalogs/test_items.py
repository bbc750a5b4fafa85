"""Catalog items: what is stored, coerced, changed, and the limits that need many rows to reach."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.catalogs.cups import call, item


@pytest.mark.parametrize(
    ("field", "sent", "stored"),
    [
        ("title", 7, "7"),
        ("title", True, "true"),
        ("price", "7.5", 7.5),
        ("price", "-7", -7),
        ("new", "TRUE", True),
        ("since", "2026-01-02", "2026-01-02T00:00:00.000Z"),
        ("tags", ["x"], ["x"]),
        ("more", {"a": [1]}, {"a": [1]}),
        ("price", None, None),
    ],
)
async def test_a_value_takes_the_type_of_its_field(cups: WorldClient, field: str, sent: Any, stored: Any) -> None:
    await call(cups, "POST", "/catalogs/cups/items/a", {"items": [{field: sent}]})
    assert await item(cups) == {"id": "a", field: stored}


@pytest.mark.parametrize(
    ("field", "sent"),
    [("price", True), ("new", "yes"), ("since", "soon"), ("tags", "x"), ("more", []), ("title", []), ("price", 2**70)],
)
async def test_a_value_of_another_type_stores_nothing(cups: WorldClient, field: str, sent: Any) -> None:
    good = {"id": "b", "title": "B"}
    response = await call(cups, "PUT", "/catalogs/cups/items", {"items": [good, {"id": "a", field: sent}]})
    assert response.json()["errors"][0]["id"] == "unable-to-coerce-value"
    assert (await call(cups, "GET", "/catalogs/cups/items")).json()["items"] == []


async def test_arrays_are_added_to_and_taken_from(cups: WorldClient) -> None:
    await call(cups, "POST", "/catalogs/cups/items", {"items": [{"id": "a", "tags": ["x", "y"], "title": "A"}]})
    await call(
        cups, "PATCH", "/catalogs/cups/items", {"items": [{"id": "a", "tags": {"$add": ["z"], "$remove": ["x"]}}]}
    )
    assert await item(cups) == {"id": "a", "tags": ["y", "z"], "title": "A"}


async def test_replacing_forgets_what_is_not_sent(cups: WorldClient) -> None:
    await call(cups, "PUT", "/catalogs/cups/items/a", {"items": [{"title": "A", "price": 1}]})
    await call(cups, "PUT", "/catalogs/cups/items/a", {"items": [{"price": 2}]})
    assert await item(cups) == {"id": "a", "price": 2}


@pytest.mark.parametrize(
    ("method", "item_id", "told"),
    [
        ("POST", "a", "item-already-exists /items"),
        ("PATCH", "b", "item-not-found /items"),
        ("DELETE", "b", "item-not-found /items"),
    ],
)
async def test_what_a_bulk_call_cannot_store_is_told(cups: WorldClient, method: str, item_id: str, told: str) -> None:
    await call(cups, "POST", "/catalogs/cups/items/a", {"items": [{"title": "A"}]})
    response = await call(cups, method, "/catalogs/cups/items", {"items": [{"id": item_id}]})
    assert (response.status_code, response.headers["X-Stampcard-Diagnostics"]) == (202, told)
    assert await item(cups) == {"id": "a", "title": "A"}


async def test_a_cursor_leads_on_and_back(cups: WorldClient) -> None:
    for start in (0, 50):
        rows = [{"id": f"i{n:02d}"} for n in range(start, start + 50)]
        await call(cups, "POST", "/catalogs/cups/items", {"items": rows})
    first = await call(cups, "GET", "/catalogs/cups/items")
    assert first.headers["Link"] == '</catalogs/cups/items?cursor=c2tpcDo1MA==>; rel="next"'
    last = await call(cups, "GET", "/catalogs/cups/items?cursor=c2tpcDo1MA==")
    assert last.headers["Link"] == '</catalogs/cups/items?cursor=c2tpcDow>; rel="prev"'
    assert [row["id"] for row in last.json()["items"]] == [f"i{n}" for n in range(50, 100)]


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("items", {"items": [{"id": f"i{n}"} for n in range(51)]}, "request-includes-too-many-items"),
        ("items", {"items": [{"id": "a", "title": "x" * 5001}]}, "items-too-large"),
        (
            "fields",
            {"fields": [{"name": f"f{n}", "type": "string"} for n in range(51)]},
            "request-includes-too-many-fields",
        ),
    ],
)
async def test_a_request_has_its_limits(cups: WorldClient, path: str, body: Any, error: str) -> None:
    response = await call(cups, "POST", f"/catalogs/cups/{path}", body)
    assert (response.status_code, response.json()["errors"][0]["id"]) == (400, error)


async def test_objects_nest_up_to_50_levels(cups: WorldClient) -> None:
    deep: dict[str, Any] = {}
    for _ in range(49):
        deep = {"a": deep}
    assert (await call(cups, "PUT", "/catalogs/cups/items/a", {"items": [{"more": deep}]})).status_code == 200
    response = await call(cups, "PUT", "/catalogs/cups/items/a", {"items": [{"more": {"a": deep}}]})
    assert response.json()["errors"][0]["id"] == "too-deep-nesting-in-value-object"
