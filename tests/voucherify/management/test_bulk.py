"""Many records by one call: an asynchronous action that says what it did, and a report of every row."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send

TEN = {"type": "AMOUNT", "amount_off": 1000}


async def finished(world: WorldClient, path: str, body: Any) -> dict[str, Any]:
    """The asynchronous action a bulk call came to."""
    response = await send(world, "POST", path, body)
    assert response.status_code == 202, response.text
    waiting = await made(world, "GET", f"/v1/async-actions/{response.json()['async_action_id']}")
    assert waiting["status"] == "IN_PROGRESS"
    await world.settle()
    found: dict[str, Any] = await made(world, "GET", f"/v1/async-actions/{waiting['id']}")
    return found


async def test_codes_get_metadata_of_their_own_and_unknown_ones_are_named(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/A", {"discount": TEN, "metadata": {"old": 1}})

    action = await finished(
        world, "/v1/vouchers/bulk/async", [{"code": "A", "metadata": {"new": 2}}, {"code": "NOPE", "metadata": {}}]
    )

    assert (action["type"], action["status"], action["operation_status"]) == ("VOUCHERS.BULK_UPDATE", "DONE", "FAILED")
    assert (action["result"]["done_count"], action["result"]["failed_count"]) == (1, 1)
    assert action["result"]["errors"] == [
        {
            "code": "NOPE",
            "key": "not_found",
            "message": "Resource not found",
            "details": "Cannot find voucher with id NOPE",
        }
    ]
    assert (await made(world, "GET", "/v1/vouchers/A"))["metadata"] == {"old": 1, "new": 2}
    assert (await send(world, "GET", "/v1/vouchers/NOPE")).status_code == 404


async def test_only_metadata_of_codes_changes_in_bulk(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/A", {"discount": TEN})

    response = await send(world, "POST", "/v1/vouchers/bulk/async", [{"code": "A", "metadata": {}, "active": False}])
    await world.settle()

    assert response.status_code == 202
    assert (await made(world, "GET", "/v1/vouchers/A"))["active"] is True
    call = (await world.journal(vendor="voucherify"))[-2]
    assert "ignored-field" in str(call)


async def test_the_report_says_what_was_found_and_updated(world: WorldClient) -> None:
    await made(world, "POST", "/v1/customers", {"source_id": "ann"})

    action = await finished(
        world, "/v1/customers/metadata/async", {"source_ids": ["ann", "bob"], "metadata": {"club": True, "gone": None}}
    )

    address = urlsplit(action["result"]["reports"][0])
    report = await world.voucherify.request(
        "GET", f"{address.path}?{address.query}", headers={"host": address.hostname or ""}
    )
    assert report.text == "source_id,found,updated\nann,true,true\nbob,false,true\n"
    assert action["result"]["reports_available_till"] == "2026-02-14T09:00:00.000Z"
    assert (await made(world, "GET", "/v1/customers/bob"))["metadata"] == {"club": True, "gone": None}
    assert (await made(world, "GET", "/v1/exports"))["exports"] == []


async def test_one_metadata_object_goes_to_many_codes(world: WorldClient) -> None:
    for code in "AB":
        await made(world, "POST", f"/v1/vouchers/{code}", {"discount": TEN})

    action = await finished(world, "/v1/vouchers/metadata/async", {"codes": ["A", "B"], "metadata": {"x": 1}})

    assert (action["type"], action["operation_status"]) == ("VOUCHERS.METADATA_UPDATE", "SUCCESS")
    assert [(await made(world, "GET", f"/v1/vouchers/{code}"))["metadata"] for code in "AB"] == [{"x": 1}, {"x": 1}]


async def test_products_are_created_and_changed_in_bulk(world: WorldClient) -> None:
    await made(world, "POST", "/v1/products", {"source_id": "mug", "name": "Mug", "price": 500})

    action = await finished(
        world, "/v1/products/bulk/async", [{"source_id": "mug", "price": 600}, {"source_id": "cap", "name": "Cap"}]
    )
    tagged = await finished(world, "/v1/products/metadata/async", {"source_ids": ["mug", "pen"], "metadata": {"a": 1}})

    mug = await made(world, "GET", "/v1/products/mug")
    assert (mug["name"], mug["price"], mug["metadata"]) == ("Mug", 600, {"a": 1})
    assert (await made(world, "GET", "/v1/products/cap"))["name"] == "Cap"
    assert (await made(world, "GET", "/v1/products/pen"))["metadata"] == {"a": 1}
    assert (action["type"], tagged["type"]) == ("PRODUCTS.BULK_UPDATE", "PRODUCTS.METADATA_UPDATE")


@pytest.mark.parametrize("path", ["vouchers/bulk/async", "products/bulk/async"])
async def test_an_empty_array_is_a_job_too(world: WorldClient, path: str) -> None:
    action = await finished(world, f"/v1/{path}", [])

    assert (action["result"]["done_count"], action["result"]["errors"]) == (0, [])


async def test_codes_are_switched_off_together_or_not_at_all(world: WorldClient) -> None:
    for code in "AB":
        await made(world, "POST", f"/v1/vouchers/{code}", {"discount": TEN})

    refused = await send(world, "POST", "/v1/vouchers/disable", ["A", "NOPE"])
    before = (await made(world, "GET", "/v1/vouchers/A"))["active"]
    off = await made(world, "POST", "/v1/vouchers/disable", ["A", "B"])
    on = await made(world, "POST", "/v1/vouchers/enable", ["B"])

    assert (refused.status_code, refused.json()["key"], before) == (404, "not_found", True)
    assert [item["active"] for item in off] == [False, False]
    assert [item["active"] for item in on] == [True]
    assert (await made(world, "GET", "/v1/vouchers/A"))["active"] is False
