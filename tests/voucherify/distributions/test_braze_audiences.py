"""The webhook of a Braze Canvas that moves users in and out of audiences."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made

KEYS = {"name": "Braze", "type": "integration", "id": "braze-canvas-id", "token": "braze-canvas-token"}


async def tell(world: WorldClient, secret: str = "braze-canvas-token", **body: Any) -> int:
    headers = {"Host": "braze.voucherify.io", "applicationId": "braze-canvas-id", "secretKey": secret}
    status: int = (await world.voucherify.post("/braze/customer-webhook", json=body, headers=headers)).status_code
    return status


async def test_a_user_enters_and_leaves_audiences(world: WorldClient) -> None:
    await world.setup({"voucherify": {"keys": [KEYS]}})
    person = {"user_id": "ann", "first_name": "Ann", "last_name": "Lee", "email_address": "a@x.io", "city": "Oslo"}

    for action, audience in (("add", "A"), ("add", "B"), ("add", "A"), ("delete", "A")):
        assert await tell(world, action=action, audience_id=audience, **person) == 200

    customer = await made(world, "GET", "/v1/customers/ann")
    assert (customer["name"], customer["email"], customer["address"]) == ("Ann Lee", "a@x.io", {"city": "Oslo"})
    assert customer["metadata"] == {"brazeAudiences": ["B"]}


async def test_wrong_keys_are_refused(world: WorldClient) -> None:
    await world.setup({"voucherify": {"keys": [KEYS]}})

    assert await tell(world, secret="wrong", action="add", user_id="ann", audience_id="A") == 401
