"""Exports: made by the clock, downloaded by token, ready for a Braze promotion-code list."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, publish, send
from tests.voucherify.points.test_buckets import program as loyalty_program


async def exported(world: WorldClient, kind: str, **parameters: Any) -> list[str]:
    """The lines of an export's file."""
    export = await made(world, "POST", "/v1/exports", {"exported_object": kind, "parameters": parameters})
    assert (export["status"], export["result"]) == ("SCHEDULED", None)
    await world.settle()
    done = await made(world, "GET", f"/v1/exports/{export['id']}")
    assert done["status"] == "DONE"
    host, path = done["result"]["url"].removeprefix("https://").split("/", 1)
    file = await world.voucherify.get(f"/{path}", headers={"Host": host})
    assert file.status_code == 200 and file.headers["content-type"].startswith("text/plain")
    return file.text.splitlines()


async def test_only_codes_for_a_promotion_code_list(world: WorldClient) -> None:
    await discount_campaign(world, vouchers_count=3)

    heading, *codes = await exported(world, "voucher", fields=["code"])

    known = (await made(world, "GET", "/v1/vouchers"))["vouchers"]
    assert heading == "Code"
    assert sorted(codes) == sorted(item["code"] for item in known)


async def test_titles_and_decimals(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/GIFT", {"gift": {"amount": 200000}, "metadata": {"shop": "Oslo, 1"}})

    lines = await exported(world, "voucher", fields=["code", "voucher_type", "value", "gift_balance", "metadata.shop"])

    assert lines == [
        "Code,Voucher Type,Value,Gift Balance,Metadata Shop",
        'GIFT,GIFT_VOUCHER,2000.00,2000.00,"Oslo, 1"',
    ]


async def test_filters_and_order(world: WorldClient) -> None:
    await discount_campaign(world, "A")
    await discount_campaign(world, "B")
    for code, campaign in (("A1", "A"), ("B1", "B"), ("A2", "A")):
        await made(world, "POST", f"/v1/campaigns/{campaign}/vouchers/{code}")

    filters = {"junction": "and", "campaign": {"conditions": {"$is": ["A"]}}}
    lines = await exported(world, "voucher", fields=["code"], order="-code", filters=filters)

    assert lines == ["Code", "A2", "A1"]


@pytest.mark.parametrize(
    "kind", ["customer", "publication", "redemption", "order", "voucher_transactions", "product", "sku"]
)
async def test_every_kind_has_its_default_fields(world: WorldClient, kind: str) -> None:
    await discount_campaign(world)
    code = (await publish(world, "Spring", {"source_id": "ann", "name": "Ann"}))["voucher"]["code"]
    await made(world, "POST", f"/v1/vouchers/{code}/redemption", {"customer": "ann", "order": {"amount": 1}})
    await made(world, "POST", "/v1/vouchers/G", {"gift": {"amount": 1}})
    await made(world, "POST", "/v1/vouchers/G/balance", {"amount": 1})
    await made(world, "POST", "/v1/products", {"source_id": "mug"})
    await made(world, "POST", "/v1/products/mug/skus", {"source_id": "red"})

    heading, *rows = await exported(world, kind)

    assert heading[0].isupper() and len(rows) == 1
    if kind == "customer":
        assert (heading, rows) == ("Name,Source ID", ["Ann,ann"])


async def test_a_field_that_cannot_be_exported_is_refused(world: WorldClient) -> None:
    body = {"exported_object": "redemption", "parameters": {"fields": ["shoe_size"]}}

    response = await send(world, "POST", "/v1/exports", body)

    assert (response.status_code, response.json()["key"]) == (400, "invalid_export_fields")
    assert response.json()["details"].startswith("Unsupported field used. Allowed fields: id, object, date")


async def test_a_wrong_token_is_unauthorized(world: WorldClient) -> None:
    export = await made(world, "POST", "/v1/exports", {"exported_object": "voucher"})
    await world.settle()

    host = {"Host": "download.voucherify.io"}
    wrong = await world.voucherify.get(f"/v1/exports/{export['id']}?token=wrong", headers=host)
    none = await world.voucherify.get(f"/v1/exports/{export['id']}", headers=host)

    assert wrong.status_code == none.status_code == 401
    assert wrong.json() == {"code": 401, "key": "unauthorized", "message": "Unauthorized"}


async def test_exports_are_listed_and_deleted(world: WorldClient) -> None:
    export = await made(world, "POST", "/v1/exports", {"exported_object": "voucher"})

    listed = await made(world, "GET", "/v1/exports")
    await made(world, "DELETE", f"/v1/exports/{export['id']}")
    await world.settle()

    assert [item["id"] for item in listed["exports"]] == [export["id"]]
    assert (await send(world, "GET", f"/v1/exports/{export['id']}")).json()["resource_type"] == "export"


async def test_one_cards_transactions(world: WorldClient) -> None:
    for code in "AB":
        await made(world, "POST", f"/v1/vouchers/{code}", {"gift": {"amount": 1000}})
        await made(world, "POST", f"/v1/vouchers/{code}/balance", {"amount": 500, "source_id": f"s-{code}"})
    fields = {"fields": ["type", "source_id", "amount"]}

    export = await made(world, "POST", "/v1/vouchers/A/transactions/export", {"parameters": fields})
    await world.settle()

    one = (await made(world, "GET", "/v1/vouchers/A"))["id"]
    assert export["exported_object"] == "voucher_transactions"
    assert export["parameters"] == {**fields, "filters": {"voucher_id": {"conditions": {"$in": [one]}}}}
    done = await made(world, "GET", f"/v1/exports/{export['id']}")
    host, path = done["result"]["url"].removeprefix("https://").split("/", 1)
    file = await world.voucherify.get(f"/{path}", headers={"Host": host})
    assert file.text.splitlines() == ["Type,Source ID,Amount", "CREDITS_ADDITION,s-A,500"]


async def test_a_field_transactions_do_not_have(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/A", {"gift": {"amount": 1000}})
    body = {"parameters": {"fields": ["code"]}}

    response = await send(world, "POST", "/v1/vouchers/A/transactions/export", body)

    assert (response.status_code, response.json()["key"]) == (400, "invalid_export_fields")


async def test_points_that_expire(world: WorldClient) -> None:
    code = await loyalty_program(world, {"period_type": "MONTH", "period_value": 1})
    await made(world, "POST", f"/v1/loyalties/members/{code}/balance", {"points": 7})

    heading, line = await exported(world, "points_expiration", fields=["status", "expires_at", "points"])

    assert (heading, line) == ("Status,Expires At,Points", "ACTIVE,2026-02-15,7")
