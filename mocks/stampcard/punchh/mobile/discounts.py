"""The discount basket in the app (Redemptions 2.0)."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import baskets, params
from stampcard.punchh.errors import DASHBOARD
from stampcard.punchh.mobile.users import owner
from stampcard.punchh.records import Basket, Guest
from stampcard.punchh.state import Business

WORDS = DASHBOARD
"""The 2.0 operations say what is missing as the dashboard does (assumed from the published texts)."""


def _view(call: Call[Business], guest: Guest, basket: Basket) -> dict[str, Any]:
    whole = baskets.view(call.state, guest, basket)
    return {name: whole[name] for name in ("redemption_ref", "created_at", "discount_basket_items")}


async def active(call: Call[Business]) -> Reply:
    guest, _ = owner(call)
    basket = baskets.find(call.state, guest, "")
    call.summary = f"the basket of guest {guest.id} holds {len(basket.items)}"
    return Reply(200, _view(call, guest, basket))


async def select(call: Call[Business]) -> Reply:
    guest, _ = owner(call)
    basket = baskets.select(call.state, guest, params.given(call), WORDS)
    call.summary = f"the basket of guest {guest.id} holds {len(basket.items)}"
    return Reply(200, _view(call, guest, basket))


async def unselect(call: Call[Business]) -> Reply:
    guest, _ = owner(call)
    basket = baskets.unselect(call.state, guest, params.given(call), WORDS)
    call.summary = f"the basket of guest {guest.id} holds {len(basket.items)}"
    return Reply(200, _view(call, guest, basket))
