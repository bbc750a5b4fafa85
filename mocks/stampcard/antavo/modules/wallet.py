"""Wallet passes of a member, with the links that would download them."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

from stampcard.antavo.filters import instant
from stampcard.antavo.modules.games import find_player, present
from stampcard.antavo.modules.records import Pass
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.times import iso, unix
from stampcard.core import codec
from stampcard.core.endpoint import Call, Reply

LIFETIME = timedelta(hours=1)
"""How long a download link is good (assumed; the published token only shows that there is an end)."""

ARCHIVED = ("expired", "revoked")


async def passes(call: Call[Brand]) -> Reply:
    """The member's passes; each call makes a new access token. `status` keeps assigned or archived ones."""
    brand = call.state
    customer = find_player(brand, call.path["customer_id"])
    token = _token(call, customer)
    wanted = call.query.get("status")
    rows = []
    for one in brand.modules.passes.values():
        status = _status(brand, one)
        kind = "archived" if status in ARCHIVED else "assigned"
        if one.member == customer.id and wanted in (None, kind):
            rows.append(_view(one, status, token))
    return Reply(200, {"data": rows})


def _status(brand: Brand, one: Pass) -> str:
    ends = instant(one.expires_at) if one.expires_at else None
    return "expired" if ends is not None and ends <= brand.world.clock.now else one.status


def _token(call: Call[Brand], customer: Customer) -> str:
    """Forty hex digits and an object, both in base 64, as in the published example."""
    claims = {
        "brand": call.world.name,
        "customer": customer.id,
        "expires_at": unix(call.world.clock.now + LIFETIME),
    }
    parts = (call.world.chance.hex(40).encode(), codec.encode(claims))
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def _view(one: Pass, status: str, token: str) -> dict[str, Any]:
    found = {
        "template": one.template,
        "name": one.name,
        "id": one.id,
        "created_at": iso(one.created_at),
        "status": status,
        "type": one.type,
        "expires_at": one.expires_at if one.type != "membership" else None,
        "coupon": one.coupon if one.type != "membership" else None,
    }
    apple = f"/v2/customers/{one.member}/wallet/apple/{one.id}/download?token={token}"
    google = f"/v2/customers/{one.member}/google/{one.id}/download?token={token}"
    links = {"download_apple": {"method": "GET", "url": apple}, "download_google": {"method": "GET", "url": google}}
    return present(found) | {"_actions": links}
