"""Bad input of every kind: the vendor's error, nothing changed, never a fault of ours."""

from __future__ import annotations

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send

BODIES = {
    "not utf-8": b'{"name": "\xff"}',
    "a lone surrogate": rb'{"name": "\ud800"}',
    "nan": b'{"name": NaN}',
    "deep": b'{"name": ' + b"[" * 200 + b"]" * 200 + b"}",
    "an array": b"[]",
    "null": b"null",
    "a number": b"1",
    "a string": b'"x=1"',
    "empty": b"",
}
CALLS = [
    ("POST", "/v1/campaigns"),
    ("PUT", "/v1/campaigns/Spring"),
    ("POST", "/v1/vouchers"),
    ("POST", "/v1/vouchers/A"),
    ("PUT", "/v1/vouchers/CODE"),
    ("POST", "/v1/publications"),
    ("POST", "/v1/customers"),
    ("PUT", "/v1/customers/ann"),
]
SETUP = {
    "campaigns": [
        {"name": "Spring", "voucher": {"discount": {"type": "PERCENT", "percent_off": 1}, "type": "DISCOUNT_VOUCHER"}}
    ],
    "vouchers": [{"code": "CODE", "discount": {"type": "PERCENT", "percent_off": 1}}],
    "customers": [{"source_id": "ann"}],
}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: " ".join(call))
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_body_that_is_no_object_is_refused(world: WorldClient, call: tuple[str, str], body: bytes) -> None:
    await world.setup({"voucherify": SETUP})

    response = await send(world, *call, content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 400, response.text
    assert response.json()["message"] in ("Invalid request payload JSON format", "Invalid payload")


async def test_a_body_over_ten_megabytes_is_refused(world: WorldClient) -> None:
    response = await send(world, "POST", "/v1/customers", content=b'{"name": "' + b"x" * 10_485_760 + b'"}')

    message = "Payload content length greater than maximum allowed: 10485760"
    assert response.status_code == 413
    assert response.json() == {"statusCode": 413, "error": "Request Entity Too Large", "message": message}


@pytest.mark.parametrize("value", [True, 3, 2**70, 1.5, "x", [], {}, "", "\u0000", "\U0001f381" * 3000])
@pytest.mark.parametrize("field", ["name", "email", "source_id", "metadata", "address", "birthdate"])
async def test_odd_values_of_a_customer_are_stored_or_refused(world: WorldClient, field: str, value: object) -> None:
    response = await send(world, "POST", "/v1/customers", {field: value})

    assert response.status_code in (200, 400)
    total = (await made(world, "GET", "/v1/customers"))["total"]
    assert total == (1 if response.status_code == 200 else 0)


@pytest.mark.parametrize("value", [None, True, 3, -1, 2**70, "x", [], {}, ""])
@pytest.mark.parametrize("field", ["campaign", "voucher", "customer", "source_id", "metadata", "channel"])
async def test_odd_values_of_a_publication_never_half_publish(world: WorldClient, field: str, value: object) -> None:
    await world.setup({"voucherify": SETUP})
    body = {"voucher": "CODE", "customer": "ann", field: value}

    response = await send(world, "POST", "/v1/publications", body)

    assert response.status_code in (200, 400, 404)
    count = (await made(world, "GET", "/v1/vouchers/CODE"))["publish"]["count"]
    assert count == (1 if response.status_code == 200 else 0)


async def test_a_null_is_the_same_as_nothing(world: WorldClient) -> None:
    names = [
        "description",
        "type",
        "vouchers_count",
        "start_date",
        "metadata",
        "category",
        "validity_hours",
        "join_once",
    ]
    voucher = {"discount": {"type": "PERCENT", "percent_off": 1, "effect": None}, "type": None, "code_config": None}
    body = {"name": "C", "campaign_type": "DISCOUNT_COUPONS", "voucher": voucher, **dict.fromkeys(names)}

    campaign = await made(world, "POST", "/v1/campaigns", body)

    assert campaign["voucher"]["discount"] == {"type": "PERCENT", "percent_off": 1}
