"""Consents."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send


async def test_consents_are_set_for_a_known_customer(world: WorldClient) -> None:
    await made(world, "POST", "/v1/customers", {"source_id": "ann"})

    answer = await send(world, "PUT", "/v1/customers/ann/consents", {"newsletter": True})
    unknown = await send(world, "PUT", "/v1/customers/bob/consents", {"newsletter": True})

    assert (answer.status_code, answer.content, unknown.status_code) == (204, b"", 404)


async def test_consents_are_defined_in_the_dashboard(world: WorldClient) -> None:
    await world.setup({"voucherify": {"consents": [{"id": "news", "name": "Newsletter", "category": "email"}]}})

    found = await made(world, "GET", "/v1/consents")

    assert found["groups"] == {"object": "list", "data_ref": "data", "data": [], "total": 0}
    assert found["consents"]["total"] == 1
    assert found["consents"]["data"][0] == {
        "id": "news",
        "name": "Newsletter",
        "description": "",
        "category": "email",
        "created_at": "2026-01-15T09:00:00.000Z",
        "updated_at": None,
        "object": "consent",
    }
