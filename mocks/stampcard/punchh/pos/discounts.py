"""The discount basket at the register (Redemptions 2.0)."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import baskets, errors, params
from stampcard.punchh.mobile.discounts import WORDS
from stampcard.punchh.pos.registers import here
from stampcard.punchh.records import Basket, Guest
from stampcard.punchh.state import Business


def _guest(call: Call[Business]) -> Guest:
    """By `user_id`. Raises ApiError."""
    number = params.required(params.given(call), "user_id", WORDS)
    guest = call.state.guests.get(params.integer(number) or 0)
    if guest is None or guest.gone:
        raise errors.one(404, "User not found")
    return guest


def _view(call: Call[Business], guest: Guest, basket: Basket) -> dict[str, Any]:
    basket.location_id = here(call).id
    call.summary = f"the basket of guest {guest.id} holds {len(basket.items)}"
    return baskets.view(call.state, guest, basket)


async def active(call: Call[Business]) -> Reply:
    guest = _guest(call)
    whole = _view(call, guest, baskets.find(call.state, guest, params.text(params.given(call).get("external_uid"))))
    return Reply(200, {name: value for name, value in whole.items() if name != "location_id"})


async def select(call: Call[Business]) -> Reply:
    guest = _guest(call)
    return Reply(200, _view(call, guest, baskets.select(call.state, guest, params.given(call), WORDS)))


async def unselect(call: Call[Business]) -> Reply:
    guest = _guest(call)
    return Reply(200, _view(call, guest, baskets.unselect(call.state, guest, params.given(call), WORDS)))


async def auto_select(call: Call[Business]) -> Reply:
    guest = _guest(call)
    whole = _view(call, guest, baskets.auto_select(call.state, guest, params.given(call), WORDS))
    return Reply(200, {name: value for name, value in whole.items() if name != "location_id"})


async def unlock(call: Call[Business]) -> Reply:
    guest = _guest(call)
    baskets.unlock(call.state, guest, params.given(call), WORDS)
    call.summary = f"the basket of guest {guest.id} is unlocked"
    return Reply(200)


async def lookup(call: Call[Business]) -> Reply:
    """What the basket would take off; locks it for the order."""
    guest, values = _guest(call), params.given(call)
    params.required(values, "external_uid", WORDS)
    body = baskets.evaluate(call.state, guest, values, WORDS, commit=False, cause=call.id)
    call.summary = f"{len(body['success'])} of the basket of guest {guest.id} would be used"
    return Reply(200, body)


async def batch(call: Call[Business]) -> Reply:
    """Use the whole basket; with `query` only say what it would take off."""
    guest, values = _guest(call), params.given(call)
    commit = not params.truth(values.get("query"))
    body = baskets.evaluate(call.state, guest, values, WORDS, commit=commit, cause=call.id)
    call.summary = f"{len(body['success'])} of the basket of guest {guest.id} {'used' if commit else 'would be used'}"
    return Reply(200, body)


async def void(call: Call[Business]) -> Reply:
    guest = _guest(call)
    count = baskets.void(call.state, guest, str(call.path["redemption_ref"]), cause=call.id)
    call.summary = f"{count} redemptions of guest {guest.id} are voided"
    return Reply(202)
