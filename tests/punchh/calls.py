"""This vendor's usual authentication, as an integrator would add it."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from msgspec import json

from stampcard.client import Door, WorldClient


def digest(door: Door, target: str, body: bytes) -> str:
    """The signature of a call, by the rule of its family."""
    algorithm = hashlib.sha1 if target.startswith("/api/auth") else hashlib.sha256
    return hmac.new(door["secret"].encode(), target.encode() + body, algorithm).hexdigest()


def authorize(door: Door, method: str, target: str, body: bytes, headers: dict[str, str]) -> dict[str, str]:
    """Headers with what the family of `target` asks for, unless they are there already."""
    made = dict(headers)
    if target.startswith("/api2/dashboard"):
        made.setdefault("Authorization", f"Bearer {door['admin_key']}")
    elif target.startswith(("/api/pos", "/receipt_details")):
        made.setdefault("Authorization", f"Token token={door['location_key']}, btoken={door['business_key']}")
    elif target.startswith(("/api2/mobile", "/api/auth")):
        made.setdefault("x-pch-digest", digest(door, target, body))
    return made


class Api:
    """Calls of one world's business with everything they need."""

    def __init__(self, world: WorldClient) -> None:
        self.door = world.punchh

    async def send(self, method: str, target: str, body: Any = None, token: str = "", **headers: str) -> Any:
        """A call with `client` in the body where the family wants it; `token` is a guest's."""
        signed = target.startswith(("/api2/mobile", "/api/auth"))
        whole = {"client": self.door["client"], **(body or {})} if signed else body
        raw = json.encode(whole) if whole is not None else b""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if raw:
            fields["Content-Type"] = "application/json"
        if token:
            fields["Authorization"] = f"Bearer {token}"
        made = authorize(self.door, method, target, raw, fields)
        return await self.door.request(method, target, content=raw or None, headers=made)

    async def raw(self, method: str, target: str, body: bytes) -> Any:
        """A call with these bytes, signed where the family wants it."""
        headers = authorize(self.door, method, target, body, {"Content-Type": "application/json"})
        return await self.door.request(method, target, content=body, headers=headers)

    async def sign_up(self, email: str = "ada@example.com", **more: Any) -> tuple[int, str]:
        """Sign a guest up in the app; its id and access token."""
        user = {"email": email, "password": "Passw0rd!", "first_name": "Ada", "last_name": "Lovelace", **more}
        response = await self.send("POST", "/api2/mobile/users", {"user": user})
        assert response.status_code == 200, response.text
        body = response.json()
        return body["user"]["user_id"], body["access_token"]["token"]

    async def sso_sign_up(self, email: str = "sue@example.com", **more: Any) -> tuple[int, str]:
        """Sign a guest up on the ordering site; its id and authentication token."""
        user = {"email": email, "password": "Passw0rd!", "first_name": "Sue", "last_name": "Sand", **more}
        response = await self.send("POST", "/api/auth/customers.json", {"user": user})
        assert response.status_code == 201, response.text
        body = response.json()
        return body["user_id"], body["authentication_token"]

    async def buy(self, email: str, amount: float, uid: str, **more: Any) -> Any:
        """A purchase at the register."""
        body = {
            "email": email,
            "receipt_amount": amount,
            "subtotal_amount": amount,
            "receipt_datetime": "2026-01-15T09:00:00Z",
            "transaction_no": uid,
            "punchh_key": f"key-{uid}",
            "payable": amount,
            "menu_items": [{"item_name": "Burger", "item_qty": 1, "item_amount": amount, "menu_item_type": "M"}],
            **more,
        }
        return await self.send("POST", "/api/pos/checkins", body)

    async def order(self, token: str, amount: float, uid: str, method: str = "POST", **more: Any) -> Any:
        """An order on the ordering site."""
        body = {
            "store_number": "1",
            "receipt_amount": amount,
            "subtotal_amount": amount,
            "receipt_datetime": "2026-01-15T09:00:00Z",
            "transaction_no": uid,
            "external_uid": uid,
            "payable": amount,
            **more,
        }
        return await self.send(method, "/api/auth/checkins/online_order", body, token)
