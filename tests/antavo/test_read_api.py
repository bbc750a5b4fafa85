"""The Read API: its own host, envelope, field names, filters and order."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.antavo.signing import Message, authorization, long_date
from stampcard.client import WorldClient
from stampcard.core.clock import FROZEN_START
from tests.antavo.calls import call, event

HOST = "read-api.st2.antavo.com"


async def read(world: WorldClient, target: str, **headers: str) -> httpx.Response:
    """A signed GET on the Read API's host."""
    date = long_date(FROZEN_START)
    message = Message("GET", target, [("date", date), ("host", HOST)], b"")
    keys = {"key": world.antavo["api_key"], "secret": world.antavo["api_secret"]}
    signed = authorization(message, **keys, stack="st2", at=FROZEN_START)
    sent = {"Host": HOST, "Date": date, "Authorization": signed, **headers}
    return await world.antavo.get(target, headers={name: value for name, value in sent.items() if value})


async def set_up(world: WorldClient) -> None:
    tiers = [
        {"id": "std", "name": "Std", "tiers": [{"id": "b", "name": "B"}, {"id": "g", "name": "G", "threshold": 9}]}
    ]
    members = [{"id": "ann", "points": 5, "fields": {"email": "a@x.com", "store": "North"}}, {"id": "bo", "points": 7}]
    fields = [{"name": "store", "tags": ["external_id"]}]
    await world.setup({"antavo": {"tiers": tiers, "fields": fields, "members": members}})
    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 10, "points_burned": 2, "currency": "EUR"})


async def test_a_customer(world: WorldClient) -> None:
    await set_up(world)

    found = (await read(world, "/v1/customers/ann")).json()

    payload = found["payload"]
    assert (found["status"], payload["_id"], payload["score"], payload["spent"]) == ("success", "ann", 15, 2)
    assert payload["external_ids"] == {"store": "North"}
    assert payload["tiers"]["std"]["name"] == "G"
    assert (payload["last_earn_date"], payload["created_at"]) == ("2026-01-15", "2026-01-15T09:00:00+00:00")


async def test_external_ids_and_unknown_customers_are_not_found(world: WorldClient) -> None:
    await set_up(world)

    for name in ("store:North", "nobody"):
        response = await read(world, f"/v1/customers/{name}")
        error = {"message": "Not Found", "code": 404, "resendable": False}
        assert (response.status_code, response.json()) == (404, {"error": error})


@pytest.mark.parametrize(
    "headers", [{"Authorization": ""}, {"Authorization": "Bearer x"}, {"Date": "20260115T093045Z"}]
)
async def test_whatever_is_wrong_with_a_signature_is_unauthorized(world: WorldClient, headers: dict[str, str]) -> None:
    response = await read(world, "/v1/customers", **headers)

    error = {"message": "Unauthorized", "code": 2132, "resendable": False}
    assert (response.status_code, response.json()) == (401, {"error": error})


async def test_a_plain_key_is_never_enough(world: WorldClient) -> None:
    await world.setup({"antavo": {"auth": {"allow_unsigned": True}}})

    response = await read(world, f"/v1/customers?api_key={world.antavo['api_key']}", Authorization="")

    assert response.status_code == 401


async def test_events_carry_their_properties_as_an_object(world: WorldClient) -> None:
    await set_up(world)

    rows = (await read(world, "/v1/customers/ann/events?filter[action][eq]=checkout")).json()["payload"]["events"]

    (row,) = rows
    assert row["properties"]["transaction_id"] == "T1"
    assert (row["hash"], row["points"], row["signed"], row["date"]) == ("checkout-T1", 8, True, "2026-01-15")


async def test_transactions(world: WorldClient) -> None:
    await set_up(world)

    found = (await read(world, "/v1/customers/ann/transactions?filter[earned][gte]=10")).json()["payload"]

    (row,) = found["transactions"]
    assert (row["_id"], row["earned"], row["burned"], row["currency"]) == ("T1", 10, 2, "EUR")
    assert row["events"][0]["action"] == "checkout"


async def test_coupons(world: WorldClient) -> None:
    pools = [{"id": "p", "name": "P", "type": "amount", "value": 5, "codes": ["A", "B"], "expiration_time": "2d"}]
    await world.setup({"antavo": {"members": [{"id": "ann"}], "coupon_pools": pools}})
    for code in ("A", "B"):
        await event(world.antavo, "coupon_assign", {"code": code})
    await event(world.antavo, "coupon_redeem", {"code": "B"})

    found = (await read(world, "/v1/customers/ann/coupons?filter[status][eq]=claimed")).json()["payload"]["coupons"]

    assert [(row["_id"], row["expiration_date"]) for row in found] == [("A", "2026-01-17T09:00:00+00:00")]


async def test_customers_are_ordered_and_paged(world: WorldClient) -> None:
    await set_up(world)
    query = "sort[0][field]=status&sort[0][direction]=desc&limit=1&filter[status][eq]=active"

    first = (await read(world, f"/v1/customers?{query}")).json()

    assert [row["_id"] for row in first["payload"]["customers"]] == ["ann"]
    second = (await read(world, first["metadata"]["pagination"]["next"])).json()
    assert [row["_id"] for row in second["payload"]["customers"]] == ["bo"]
    assert second["metadata"]["pagination"]["next"] is None


@pytest.mark.parametrize(
    "query",
    [
        "filter[email][eq]=x",
        "filter[status][gt]=x",
        "filter[status]=x",
        "sort[0][field]=email",
        "sort[0][field]=status&sort[0][direction]=up",
        "limit=0",
        "limit=1001",
        "offset=-1",
        "limit=many",
    ],
)
async def test_values_that_are_not_offered(world: WorldClient, query: str) -> None:
    response = await read(world, f"/v1/customers?{query}")

    error = {"message": "Validation failed", "code": 422, "resendable": False}
    assert (response.status_code, response.json()) == (422, {"error": error})


async def test_an_unknown_path_of_this_host(world: WorldClient) -> None:
    response = await read(world, "/events")

    assert (response.status_code, response.json()["error"]["resendable"]) == (404, False)


async def test_opted_out_customers_are_never_returned(world: WorldClient) -> None:
    await set_up(world)
    await event(world.antavo, "opt_out")

    found: Any = (await read(world, "/v1/customers")).json()["payload"]["customers"]

    assert [row["_id"] for row in found] == ["bo"]
    assert (await call(world.antavo, "GET", "/customers/-/count")).json() == {"active": 1}
