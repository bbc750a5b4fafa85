"""Metadata schemas: two APIs for the same schemas, and what they forbid on the objects they govern."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.management.test_projects import home

UNIT = {"type": "number", "optional": True, "array": False}


async def schema(world: WorldClient, kind: str, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"related_object": kind, "properties": properties, **more}
    created: dict[str, Any] = await made(world, "POST", f"{await home(world)}/metadata-schemas", body)
    return created


async def test_both_apis_show_one_schema_each_in_its_own_words(world: WorldClient) -> None:
    created = await schema(
        world, "customer", {"club": {"type": "string", "optional": True, "array": False, "max_length": 3}}
    )

    own = await made(world, "GET", "/v1/metadata-schemas/customer")
    listed = await made(world, "GET", "/v1/metadata-schemas")
    managed = await made(world, "GET", f"{await home(world)}/metadata-schemas")

    assert created["properties"]["club"] == {
        "type": "string",
        "optional": True,
        "array": False,
        "max_length": 3,
        "object_type": None,
    }
    assert own["properties"]["club"]["maxLength"] == 3 and own["properties"]["club"]["objectType"] is None
    assert (listed["data_ref"], listed["schemas"]) == ("schemas", [own])
    assert (managed["data_ref"], managed["data"]) == ("data", [created])


async def test_project_keys_create_change_and_delete(world: WorldClient) -> None:
    created = await made(world, "POST", "/v1/metadata-schemas/product", {"properties": {"unit": UNIT}})
    place = f"/v1/metadata-schemas/{created['id']}"

    text = await send(world, "PUT", place, {"properties": {"unit": {**UNIT, "type": "string"}}})
    changed = await made(world, "PUT", place, {"properties": {"size": UNIT}, "allow_defined_only": True})
    await made(world, "DELETE", place)

    assert created["related_object"] == "product"
    assert text.status_code == 400
    assert (list(changed["properties"]), changed["allow_defined_only"]) == (["unit", "size"], True)
    assert (await send(world, "GET", "/v1/metadata-schemas/product")).status_code == 404


@pytest.mark.parametrize(
    ("definition", "value", "complaint"),
    [
        (UNIT, "EUR", "must be a number"),
        ({**UNIT, "optional": False}, "EUR", "must be a number, property is required"),
        ({**UNIT, "eq": [1, 2]}, "EUR", "must be a number, must be equal to one of 1,2"),
        (
            {"type": "string", "optional": False, "array": False, "eq": ["Facebook", "Twitter"]},
            "insta",
            "must be a string, property is required, must be equal to one of Facebook,Twitter",
        ),
        (
            {"type": "string", "optional": True, "array": True, "eq": ["L1", "L2", "L3"]},
            "L1",
            "must be an array, and every element: must be a string, must be equal to one of L1,L2,L3",
        ),
        (
            {"type": "image_url", "optional": True, "array": False},
            "http.com",
            "must be a URL pointing to JPG/JPEG or PNG resource",
        ),
    ],
)
async def test_the_complaint_is_in_the_vendor_s_words(
    world: WorldClient, definition: dict[str, Any], value: Any, complaint: str
) -> None:
    """The texts are those of the vendor's examples."""
    await schema(world, "customer", {"unit": definition})

    response = await send(world, "POST", "/v1/customers", {"source_id": "ann", "metadata": {"unit": value}})

    assert (response.status_code, response.json()["key"]) == (400, "metadata_validation_failed")
    assert response.json()["details"] == f"unit: {complaint} (actual value is '{value}')"
    assert (await made(world, "GET", "/v1/customers"))["total"] == 0


@pytest.mark.parametrize(
    ("definition", "good", "bad"),
    [
        ({**UNIT, "gt": 1, "lte": 3}, 3, 1),
        ({**UNIT, "ne": [5]}, 4, 5),
        ({"type": "string", "optional": True, "array": False, "min_length": 2, "max_length": 3}, "abc", "a"),
        ({"type": "string", "optional": True, "array": False, "exact_length": 2}, "ab", "abc"),
        ({"type": "boolean", "optional": True, "array": False}, False, 0),
        ({"type": "date", "optional": True, "array": False}, "2026-01-15", "soon"),
        ({"type": "geopoint", "optional": True, "array": False}, "37.78, -122.39", "here"),
        ({"type": "number", "optional": True, "array": True}, [1, 2], [1, "2"]),
        (UNIT, None, "x"),
    ],
)
async def test_definitions_limit_values(world: WorldClient, definition: dict[str, Any], good: Any, bad: Any) -> None:
    await schema(world, "customer", {"unit": definition})

    assert (await send(world, "POST", "/v1/customers", {"metadata": {"unit": good}})).status_code == 200
    assert (await send(world, "POST", "/v1/customers", {"metadata": {"unit": bad}})).status_code == 400


async def test_nested_objects_and_unknown_keys(world: WorldClient) -> None:
    payment = {"tax": UNIT}
    await schema(world, "Payment", payment, allow_defined_only=True)
    nested = {"type": "object", "optional": True, "array": False, "object_type": "Payment"}
    await schema(world, "order", {"payment": nested})

    async def status(metadata: dict[str, Any]) -> int:
        response = await send(world, "POST", "/v1/orders", {"amount": 100, "metadata": metadata})
        return int(response.status_code)

    assert await status({"payment": {"tax": 8}, "other": 1}) == 200
    assert await status({"payment": {"tax": "8"}}) == 400
    assert await status({"payment": {"tip": 1}}) == 400


async def test_a_removed_definition_is_no_longer_held_against_anyone(world: WorldClient) -> None:
    created = await schema(world, "customer", {"unit": {**UNIT, "optional": False}})
    gone = {"properties": {"unit": {**UNIT, "deleted": True}}}

    await made(world, "PUT", f"{await home(world)}/metadata-schemas/{created['id']}", gone)

    await made(world, "POST", "/v1/customers", {"metadata": {"unit": "EUR"}})


CAMPAIGN = {"name": "C", "voucher": {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 5}}}
CARD = {"type": "LOYALTY_CARD", "loyalty_card": {"points": 0}}
COIN = {"name": "R", "type": "COIN", "parameters": {"coin": {"exchange_ratio": 1}}}
BAD = {"metadata": {"unit": "EUR"}}
GOVERNED: list[tuple[str, str, str, Any]] = [
    ("customer", "PUT", "/v1/customers/ann", BAD),
    ("customer", "POST", "/v1/publications", {"campaign": "Spring", "customer": {"source_id": "ann", **BAD}}),
    ("voucher", "POST", "/v1/campaigns", {**CAMPAIGN, **BAD}),
    ("campaign", "POST", "/v1/campaigns", {**CAMPAIGN, **BAD, "use_voucher_metadata_schema": False}),
    ("voucher", "PUT", "/v1/campaigns/Spring", BAD),
    ("voucher", "POST", "/v1/vouchers/B", {"discount": {"type": "PERCENT", "percent_off": 5}, **BAD}),
    ("voucher", "PUT", "/v1/vouchers/A", BAD),
    ("voucher", "POST", "/v1/campaigns/Spring/vouchers/B", BAD),
    ("publication", "POST", "/v1/publications", {"campaign": "Spring", "customer": "ann", **BAD}),
    ("redemption", "POST", "/v1/redemptions", {"redeemables": [{"object": "voucher", "id": "A"}], **BAD}),
    ("redemption", "POST", "/v1/validations", {"redeemables": [{"object": "voucher", "id": "A"}], **BAD}),
    ("order", "POST", "/v1/redemptions", {"redeemables": [{"object": "voucher", "id": "A"}], "order": BAD}),
    ("order_item", "POST", "/v1/orders", {"items": [{"product_id": "x", "quantity": 1, **BAD}]}),
    ("product", "POST", "/v1/products", BAD),
    (
        "reward",
        "POST",
        "/v1/rewards",
        {"name": "R", "type": "COIN", "parameters": {"coin": {"exchange_ratio": 1}}, **BAD},
    ),
    (
        "earning_rule",
        "POST",
        "/v1/loyalties/Club/earning-rules",
        [{"event": "order.paid", "loyalty": {"type": "FIXED", "points": 1}, **BAD}],
    ),
    ("loyalty_tier", "POST", "/v1/loyalties/Club/tiers", [{"name": "Gold", "points": {"from": 1, "to": 2}, **BAD}]),
]


@pytest.mark.parametrize(("kind", "method", "path", "body"), GOVERNED, ids=[f"{row[0]} {row[2]}" for row in GOVERNED])
async def test_every_object_is_held_against_its_schema(
    world: WorldClient, kind: str, method: str, path: str, body: Any
) -> None:
    setup = {
        "campaigns": [{**CAMPAIGN, "name": "Spring", "vouchers_count": 1}, {"name": "Club", "voucher": CARD}],
        "vouchers": [{"code": "A", "discount": {"type": "AMOUNT", "amount_off": 1}}],
        "customers": [{"source_id": "ann"}],
    }
    await world.setup({"voucherify": setup})
    await schema(world, kind, {"unit": UNIT})

    response = await send(world, method, path, body)

    assert (response.status_code, response.json()["key"]) == (400, "metadata_validation_failed"), response.text
    assert (await made(world, "GET", "/v1/redemptions"))["total"] == 0
