"""The discount basket on the ordering site (Redemptions 2.0)."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import baskets, params, receipts
from stampcard.punchh.mobile.discounts import WORDS
from stampcard.punchh.records import Basket, Guest
from stampcard.punchh.sso.users import owner
from stampcard.punchh.state import Business


def _view(call: Call[Business], guest: Guest, basket: Basket) -> dict[str, Any]:
    whole = baskets.view(call.state, guest, basket)
    call.summary = f"the basket of guest {guest.id} holds {len(basket.items)}"
    return {name: value for name, value in whole.items() if name != "location_id"}


async def active(call: Call[Business]) -> Reply:
    guest = owner(call)
    basket = baskets.find(call.state, guest, params.text(params.given(call).get("external_uid")))
    return Reply(200, _view(call, guest, basket))


async def select(call: Call[Business]) -> Reply:
    guest = owner(call)
    return Reply(200, _view(call, guest, baskets.select(call.state, guest, params.given(call), WORDS)))


async def unselect(call: Call[Business]) -> Reply:
    guest = owner(call)
    return Reply(200, _view(call, guest, baskets.unselect(call.state, guest, params.given(call), WORDS)))


async def auto_select(call: Call[Business]) -> Reply:
    guest = owner(call)
    return Reply(200, _view(call, guest, baskets.auto_select(call.state, guest, params.given(call), WORDS)))


async def unlock(call: Call[Business]) -> Reply:
    guest = owner(call)
    baskets.unlock(call.state, guest, params.given(call), WORDS)
    call.summary = f"the basket of guest {guest.id} is unlocked"
    return Reply(200)


async def batch(call: Call[Business]) -> Reply:
    """Use the whole basket; with `query` only say what it would take off."""
    business, guest, values = call.state, owner(call), params.given(call)
    commit = not params.truth(values.get("query"))
    params.required(values, "store_number", WORDS)
    receipts.location_of(business, values, WORDS)
    body = baskets.evaluate(business, guest, values, WORDS, commit=commit, cause=call.id)
    call.summary = f"{len(body['success'])} of the basket of guest {guest.id} {'used' if commit else 'would be used'}"
    return Reply(200, body)


async def void(call: Call[Business]) -> Reply:
    guest = owner(call)
    count = baskets.void(call.state, guest, str(call.path["redemption_ref"]), cause=call.id)
    call.summary = f"{count} redemptions of guest {guest.id} are voided"
    return Reply(202)
