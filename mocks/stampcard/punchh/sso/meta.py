"""What an ordering site wants to know of its program."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import meta, params
from stampcard.punchh.errors import SSO
from stampcard.punchh.state import Business

FILTER = "base_redeemable"


async def ordering(call: Call[Business]) -> Reply:
    """The base redeemable, empty where the program has none; another `filter` is refused (assumed)."""
    wanted = params.required(call.query, "filter", SSO)
    if wanted != FILTER:
        call.diagnose("unknown-filter", f"the only published filter is {FILTER}", "/filter")
        raise SSO.missing("filter")
    found = meta.base_redeemable(call.state)
    call.summary = f"the base redeemable, {found.name if found else 'none'}"
    body = {
        "base_redeemable_name": found.name if found else "",
        "base_redeemable_description": found.description if found else "",
        "base_redeemable_image": found.image_url if found else "",
        "base_redeemable_properties": None,
    }
    return Reply(200, body)
