"""Signing calls as Antavo's clients do; the clock of a test's world stands at its frozen start unless told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from stampcard.antavo.signing import Message, authorization, long_date
from stampcard.client import Door
from stampcard.core.clock import FROZEN_START

SERVICES = {"read-api": ("/v1/customers",), "promotion": ("/v1/promotion", "/v1/cart")}
"""Hosts beside the main one, and what lives on them."""


def authorize(
    door: Door, method: str, target: str, body: bytes, headers: Mapping[str, str], at: datetime = FROZEN_START
) -> dict[str, str]:
    """The headers of a call with Date and a signature over date and host; what has an Authorization keeps it.

    /v1/customers lives on the Read API's host, promotions and carts on the promotion engine's.
    """
    date = long_date(at)
    host = urlsplit(door.url).netloc
    for service, paths in SERVICES.items():
        if target.startswith(paths):
            host = f"{service}.{door['stack']}.antavo.com"
            headers = {**headers, "Host": host}
    if "Authorization" in headers:
        return dict(headers)
    message = Message(method, target, [("date", date), ("host", host)], body)
    signed = authorization(message, key=door["api_key"], secret=door["api_secret"], stack=door["stack"], at=at)
    return {**headers, "Date": date, "Authorization": signed}


async def call(door: Door, method: str, target: str, json: Any = None, at: datetime = FROZEN_START) -> httpx.Response:
    """One signed call."""
    body = b"" if json is None else msgspec.json.encode(json)
    headers = {"Content-Type": "application/json"} if body else {}
    signed = authorize(door, method, target, body, headers, at)
    return await door.request(method, target, content=body or None, headers=signed)


async def event(
    door: Door,
    action: str,
    data: Mapping[str, Any] | None = None,
    *,
    customer: str = "ann",
    at: datetime = FROZEN_START,
) -> httpx.Response:
    """POST /events, signed."""
    return await call(door, "POST", "/events", {"customer": customer, "action": action, "data": data or {}}, at)


async def profile(door: Door, customer: str = "ann", at: datetime = FROZEN_START) -> dict[str, Any]:
    """The member's profile."""
    response = await call(door, "GET", f"/customers/{customer}", at=at)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found
