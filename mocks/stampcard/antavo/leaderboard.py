"""The top customers by points (deprecated by the vendor, still served)."""

from __future__ import annotations

from stampcard.antavo.state import Brand
from stampcard.core.endpoint import Call, Reply


async def top(call: Call[Brand]) -> Reply:
    """Active customers by score; a limit out of 1 to 100 is clamped."""
    size = call.query.get("limit", 20)
    limit = min(100, max(1, size))
    if limit != size:
        call.diagnose("clamped", f"the limit is {limit}", "/limit", "info")
    active = [customer for customer in call.state.customers.values() if customer.status == "active"]
    found = sorted(active, key=lambda customer: -customer.score)[:limit]
    rows = [
        {"id": c.id, "handler": c.fields.get("handler"), "image_url": c.fields.get("image_url"), "score": c.score}
        for c in found
    ]
    return Reply(200, {"data": rows})
