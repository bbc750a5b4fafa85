"""Deals on the ordering site."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import deals, params
from stampcard.punchh.errors import SSO
from stampcard.punchh.sso.users import owner
from stampcard.punchh.state import Business


async def listing(call: Call[Business]) -> Reply:
    owner(call)
    found = deals.offered(call.state)
    call.summary = f"{len(found)} deals"
    return Reply(200, [deals.card(one) for one in found])


async def show(call: Call[Business]) -> Reply:
    owner(call)
    deal = deals.find(call.state, str(call.path["redeemable_uuid"]))
    call.summary = f"deal {deal.name}"
    return Reply(200, deals.details(deal))


async def save(call: Call[Business]) -> Reply:
    """Take a deal into the account, once."""
    guest = owner(call)
    uuid = params.required(params.given(call), "redeemable_uuid", SSO)
    deal = deals.save(call.state, guest, uuid, cause=call.id)
    call.summary = f"guest {guest.id} takes the deal {deal.name}"
    return Reply(200)
