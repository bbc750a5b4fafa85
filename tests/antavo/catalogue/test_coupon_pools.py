"""Coupon pools: each attribute that is wrong has its own code."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call

POOL = {"name": "Five off", "source": "uploaded", "type": "amount", "value": 5}


async def create(world: WorldClient, **change: Any) -> Any:
    body = {name: value for name, value in {**POOL, **change}.items() if value is not ...}
    return await call(world.antavo, "POST", "/v1/coupon-pools", body)


async def test_a_pool_is_created_and_updated_by_its_external_id(world: WorldClient) -> None:
    made = (await create(world, external_id="summer", currency="EUR", season="2026")).json()

    assert (made["status"], made["payload"]["value"], made["payload"]["season"]) == ("success", 5, "2026")
    body = {"update_method": "update_all", "value": 7.5}
    changed = (await call(world.antavo, "POST", "/v1/coupon-pools/summer/update", body)).json()
    assert (changed["payload"]["value"], changed["metadata"]) == (7.5, {"update_method": "update_all"})


WRONG = [
    ({"source": ...}, 202005, "The source is required"),
    ({"source": "made up"}, 202006, "Given source parameter is invalid"),
    ({"name": ...}, 202007, "The name is required"),
    ({"name": 5}, 202008, "The name must be a string"),
    ({"type": ...}, 202009, "The type is required"),
    ({"type": 5}, 202010, "The type must be a string"),
    ({"type": "cake"}, 202011, "Given type parameter is invalid"),
    ({"value": "5"}, 202012, "The value must be a number"),
    ({"value": 5.123}, 202013, "The value must be a value with up to 2 decimal places"),
    ({"value": 0}, 202014, "The value must be at least 0.01"),
    ({"purchase_minimum": "5"}, 202015, "The purchase_minimum must be a number"),
    ({"purchase_minimum": 0}, 202016, "The value must be at least 1"),
    ({"minimum_value": "5"}, 202017, "The minimum_value must be a number"),
    ({"minimum_value": 0.5}, 202018, "The minimum_value must be at least 1"),
    ({"minimum_redemption_value": None}, 202019, "The minimum_redemption_value must be a number"),
    ({"minimum_redemption_value": 0}, 202020, "The minimum_redemption_value must be at least 1"),
    ({"currency": 5}, 202021, "The currency must be a string"),
    ({"currency": "E1"}, 202022, "The currency must contain only letters"),
    ({"expiration_time": 5}, 202023, "The expiration_time must be a string"),
    ({"expiration_time": "soon"}, 202024, "Given expiration_time parameter is invalid"),
    ({"aggregated": 1}, 202026, "The aggregated must be a boolean"),
    ({"stores": "x"}, 202027, "The stores must be an array"),
    ({"stores": ["nowhere"]}, 202028, "The stores must be a valid store id"),
    ({"products": {}}, 202029, "The products must be an array"),
    ({"external_id": 5}, 202030, "The external_id must be a string"),
    ({"external_id": "summer"}, 202031, "The external_id must be unique"),
    ({"external_id": "short"}, 202032, "The external_id must be between 6 and 24 characters"),
    ({"minimum_value": 5}, 202039, "The minimum_value is not allowed for this type of pool"),
    ({"minimum_redemption_value": 5}, 202040, "The minimum_redemption_value is not allowed for this type of pool"),
    ({"type": "percentage", "currency": "EUR"}, 202041, "The currency is not allowed for this type of pool"),
]


@pytest.mark.parametrize(("change", "code", "message"), WRONG, ids=[str(row[1]) for row in WRONG])
async def test_what_can_be_wrong(world: WorldClient, change: dict[str, Any], code: int, message: str) -> None:
    await create(world, external_id="summer")

    response = await create(world, **change)

    detail = {"type": "BadRequestException", "code": code, "message": message}
    assert (response.status_code, response.json()) == (400, {"status": "error", "error": detail})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 202033),
        ({"update_method": 5}, 202034),
        ({"update_method": "some"}, 202035),
        ({"update_method": "update_all", "update_matching": 1}, 202038),
        ({"update_method": "update_all", "type": "cake"}, 202011),
    ],
)
async def test_what_can_be_wrong_with_an_update(world: WorldClient, body: dict[str, Any], code: int) -> None:
    await create(world, external_id="summer")

    response = await call(world.antavo, "POST", "/v1/coupon-pools/summer/update", body)

    assert (response.status_code, response.json()["error"]["code"]) == (400, code)


async def test_an_unknown_pool(world: WorldClient) -> None:
    response = await call(world.antavo, "POST", "/v1/coupon-pools/nowhere/update", {"update_method": "update_all"})

    assert (response.status_code, response.json()["error"]["code"]) == (404, 202001)


@pytest.mark.parametrize(
    ("method", "values"),
    [("update_all", [9, 9]), ("update_none", [5, 5]), ("update_unassigned", [5, 9]), ("update_not_redeemed", [9, 9])],
)
async def test_which_coupons_an_update_reaches(world: WorldClient, method: str, values: list[int]) -> None:
    pool = {"id": "p", "name": "P", "type": "amount", "value": 5, "codes": ["A", "B"]}
    await world.setup({"antavo": {"members": [{"id": "ann"}], "coupon_pools": [pool]}})
    body = {"customer": "ann", "action": "coupon_assign", "data": {"code": "A"}}
    await call(world.antavo, "POST", "/events", body)

    await call(world.antavo, "POST", "/v1/coupon-pools/p/update", {"update_method": method, "value": 9})

    assert [world.inside.tenants["antavo"].coupons[code].value for code in ("A", "B")] == values
