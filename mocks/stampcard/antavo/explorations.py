"""Things to discover: content to visit or watch, and online treasure hunts."""

from __future__ import annotations

from typing import Any

from stampcard.antavo.games import find_player, is_open, may_see, present
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import find_customer
from stampcard.core.endpoint import Call, Reply


async def contents(call: Call[Brand]) -> Reply:
    """Content the member can be rewarded for; always active."""
    customer = find_customer(call.state, call.path["customer_id"])
    return Reply(200, {"data": content_rows(call.state, customer)})


def content_rows(brand: Brand, customer: Customer) -> list[dict[str, Any]]:
    shown = [one for one in brand.modules.contents if may_see(brand, one.segments, customer)]
    rows: list[dict[str, Any]] = []
    for one in shown:
        about = {"title": one.title, "activity_type": "content_consumption", "status": "active"}
        rows.append({**about, "points": one.points, "type": one.type, "url": one.url})
    return rows


async def treasures(call: Call[Brand]) -> Reply:
    """Hunts that run now for the member."""
    customer = find_player(call.state, call.path["customer_id"])
    return Reply(200, {"data": treasure_rows(call.state, customer)})


def treasure_rows(brand: Brand, customer: Customer) -> list[dict[str, Any]]:
    rows = []
    for one in brand.modules.treasures:
        if is_open(brand, one.starts_at, one.ends_at) and may_see(brand, one.segments, customer):
            found = {
                "type": "treasure",
                "status": "active",
                "title": one.title,
                "description": one.description,
                "image": one.image,
                "points": one.points,
                "success_message": one.success_message,
                "url": one.url,
            }
            rows.append(present(found))
    return rows
