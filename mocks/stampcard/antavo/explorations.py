"""Things to discover: content to visit or watch, and online treasure hunts."""

from __future__ import annotations

from stampcard.antavo.games import find_player, is_open, may_see, present
from stampcard.antavo.state import Brand
from stampcard.antavo.work import find_customer
from stampcard.core.endpoint import Call, Reply


async def contents(call: Call[Brand]) -> Reply:
    """Content the member can be rewarded for; always active."""
    brand = call.state
    customer = find_customer(brand, call.path["customer_id"])
    shown = [one for one in brand.modules.contents if may_see(brand, one.segments, customer)]
    rows = []
    for one in shown:
        about = {"title": one.title, "activity_type": "content_consumption", "status": "active"}
        rows.append({**about, "points": one.points, "type": one.type, "url": one.url})
    return Reply(200, {"data": rows})


async def treasures(call: Call[Brand]) -> Reply:
    """Hunts that run now for the member."""
    brand = call.state
    customer = find_player(brand, call.path["customer_id"])
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
    return Reply(200, {"data": rows})
