"""Imports: good rows are kept, bad ones named."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, send

TEN = {"type": "AMOUNT", "amount_off": 1000}


async def upload(world: WorldClient, path: str, text: str) -> Any:
    """Send a CSV file; returns what the import came to."""
    action = await made(world, "POST", path, files={"file": ("x.csv", text.encode(), "text/csv")})
    await world.settle()
    return (await made(world, "GET", f"/v1/async-actions/{action['async_action_id']}"))["result"]


async def test_vouchers_from_json_are_created_and_updated(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/OLD", {"discount": TEN})
    rows = [
        {"code": "NEW", "discount": TEN},
        {"code": "OLD", "metadata": {"a": 1}},
        {"code": "BAD", "type": "GIFT_VOUCHER"},
    ]

    action = (await made(world, "POST", "/v1/vouchers/import", rows))["async_action_id"]
    await world.settle()

    result = (await made(world, "GET", f"/v1/async-actions/{action}"))["result"]
    assert result["message"] == "2 voucher(s) imported successfully, 1 failed."
    assert [item["code"] for item in result["failed"]] == ["BAD"]
    assert (await made(world, "GET", "/v1/vouchers/OLD"))["metadata"] == {"a": 1}


async def test_codes_without_a_code_and_codes_that_exist_are_refused_whole(world: WorldClient) -> None:
    await discount_campaign(world)
    await made(world, "POST", "/v1/vouchers/A", {"discount": TEN})

    without = await send(world, "POST", "/v1/vouchers/import", [{"discount": TEN}, {"code": "X", "discount": TEN}])
    taken = await send(world, "POST", "/v1/campaigns/Spring/import", [{"code": "A"}, {"code": "B"}])

    assert without.json()["details"] == "Found 1 voucher(s) without 'code' value"
    assert (taken.json()["key"], taken.json()["details"]) == ("duplicate_key", "1 voucher codes(s) already exist.")


async def test_codes_are_imported_into_a_campaign(world: WorldClient) -> None:
    await discount_campaign(world)

    await made(world, "POST", "/v1/campaigns/Spring/import", [{"code": "A"}, {"code": "B", "active": False}])
    await world.settle()
    result = await upload(world, "/v1/campaigns/Spring/importCSV", "Code,Shop\nC,Oslo\n,Rome\n")

    assert (await made(world, "GET", "/v1/campaigns/Spring"))["vouchers_count"] == 3
    assert (await made(world, "GET", "/v1/vouchers/C"))["metadata"] == {"Shop": "Oslo"}
    assert result["failed"] == [{"code": "", "row": 2, "reason": "Code is required"}]


async def test_vouchers_from_csv_have_decimal_values(world: WorldClient) -> None:
    text = (
        "Code,Voucher Type,Value,Discount Type,Expiration Date,Redemption Limit,Active,Season\n"
        "A,DISCOUNT_VOUCHER,10.50,AMOUNT,2026-12-31,3,true,Spring\n"
        "G,GIFT_VOUCHER,100,,,,,\n"
        "P,DISCOUNT_VOUCHER,15,PERCENT,,,false,\n"
        "X,,1,,,,,\n"
        "Y,GIFT_VOUCHER,many,,,,,\n"
    )

    result = await upload(world, "/v1/vouchers/importCSV", text)

    a, g, p = [await made(world, "GET", f"/v1/vouchers/{code}") for code in "AGP"]
    assert (a["discount"]["amount_off"], a["redemption"]["quantity"], a["metadata"]) == (1050, 3, {"Season": "Spring"})
    assert (g["gift"]["balance"], p["discount"]["percent_off"], p["active"]) == (10000, 15, False)
    assert [(item["code"], item["reason"]) for item in result["failed"]] == [
        ("X", "Voucher Type is required"),
        ("Y", "Value 'many' is not a number"),
    ]


async def test_customers_from_csv_and_in_bulk(world: WorldClient) -> None:
    await upload(world, "/v1/customers/importCSV", "Name,Source_id,City,Club\nAnn,ann,Oslo,gold\nBob,bob,,\n")
    await made(
        world, "POST", "/v1/customers/bulk/async", [{"source_id": "ann", "email": "a@x.io"}, {"source_id": "cia"}]
    )
    await world.settle()

    ann = await made(world, "GET", "/v1/customers/ann")
    assert (ann["name"], ann["email"], ann["address"]) == ("Ann", "a@x.io", {"city": "Oslo"})
    assert ann["metadata"] == {"Club": "gold"}
    assert (await made(world, "GET", "/v1/customers"))["total"] == 3


async def test_what_is_no_file_is_refused(world: WorldClient) -> None:
    as_json = await send(world, "POST", "/v1/vouchers/importCSV", {"file": "x"})
    empty = await send(world, "POST", "/v1/vouchers/importCSV", files={"file": ("x.csv", b"", "text/csv")})
    other = await send(world, "POST", "/v1/vouchers/importCSV", files={"upload": ("x.csv", b"Code\nA", "text/csv")})

    assert as_json.status_code == 415
    assert empty.json()["key"] == other.json()["key"] == "invalid_payload"
