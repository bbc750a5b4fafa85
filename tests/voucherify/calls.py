"""How tests call Voucherify: its usual authentication, and the calls most tests begin with."""

from __future__ import annotations

from typing import Any

from stampcard.client import Door, WorldClient


def authorize(door: Door, method: str, target: str, body: bytes, headers: dict[str, str]) -> dict[str, str]:
    """Headers with the keys a path wants, unless the caller named keys already."""
    found = {name.lower() for name in headers}
    if target.startswith("/client/"):
        keys = {"X-Client-Application-Id": door["client_app_id"], "X-Client-Token": door["client_token"]}
    elif target.startswith("/management/"):
        keys = {"X-Management-Id": door["management_id"], "X-Management-Token": door["management_token"]}
    else:
        keys = {"X-App-Id": door["app_id"], "X-App-Token": door["app_token"]}
    return {**headers, **{name: value for name, value in keys.items() if name.lower() not in found}}


async def send(world: WorldClient, method: str, path: str, body: Any = None, **options: Any) -> Any:
    """A call with the server keys; returns the response."""
    door = world.voucherify
    headers = authorize(door, method, path, b"", options.pop("headers", {}))
    if body is not None:
        options["json"] = body
    return await door.request(method, path, headers=headers, **options)


async def made(world: WorldClient, method: str, path: str, body: Any = None, **options: Any) -> Any:
    """A call that must succeed; returns its JSON (None when there is none)."""
    response = await send(world, method, path, body, **options)
    assert response.is_success, response.text
    return response.json() if response.content else None


async def discount_campaign(world: WorldClient, name: str = "Spring", **more: Any) -> dict[str, Any]:
    """A campaign of 10 % coupons; `more` are members of the request."""
    voucher = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10}}
    body = {"name": name, "campaign_type": "DISCOUNT_COUPONS", "type": "AUTO_UPDATE", "voucher": voucher, **more}
    campaign: dict[str, Any] = await made(world, "POST", "/v1/campaigns", body)
    await world.settle()
    return campaign


async def publish(world: WorldClient, campaign: str, customer: Any, **more: Any) -> dict[str, Any]:
    publication: dict[str, Any] = await made(
        world, "POST", "/v1/publications", {"campaign": {"name": campaign}, "customer": customer, **more}
    )
    return publication
