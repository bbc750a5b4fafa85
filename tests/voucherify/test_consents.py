"""Consents."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send


async def test_consents_are_set_for_a_known_customer(world: WorldClient) -> None:
    await made(world, "POST", "/v1/customers", {"source_id": "ann"})

    answer = await send(world, "PUT", "/v1/customers/ann/consents", {"newsletter": True})
    unknown = await send(world, "PUT", "/v1/customers/bob/consents", {"newsletter": True})

    assert (answer.status_code, answer.content, unknown.status_code) == (204, b"", 404)
