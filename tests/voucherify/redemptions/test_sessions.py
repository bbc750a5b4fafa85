"""Validation sessions."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.redemptions.test_validations import basket, coupon


async def test_a_released_lock_is_free_for_others(world: WorldClient) -> None:
    await coupon(world, "A", redemption={"quantity": 1})
    await made(world, "POST", "/v1/validations", basket("A", order={"amount": 1}, session={"type": "LOCK", "key": "k"}))

    released = await send(world, "DELETE", "/v1/vouchers/A/sessions/k")
    again = await send(world, "DELETE", "/v1/vouchers/A/sessions/k")

    assert (released.status_code, again.status_code) == (204, 404)
    assert again.json()["resource_type"] == "session"
    assert (await made(world, "POST", "/v1/validations", basket("A", order={"amount": 1})))["valid"]
