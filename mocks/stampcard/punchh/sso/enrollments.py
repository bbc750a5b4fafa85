"""Campaigns a guest takes part in by asking: social causes alone."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import params
from stampcard.punchh.errors import SSO
from stampcard.punchh.sso.users import owner
from stampcard.punchh.state import Business, Campaign

KIND = "social_cause_campaign"


def _campaign(call: Call[Business]) -> Campaign:
    """The campaign that is meant. Raises ApiError; published is the status of a refusal alone."""
    values: dict[str, Any] = params.given(call)
    number = params.required(values, "item_id", SSO)
    if params.required(values, "item_type", SSO) != KIND:
        raise SSO.missing("item_type")
    found = call.state.campaigns.get(params.integer(number) or 0)
    if found is None or found.kind != "social_cause" or not found.active:
        raise SSO.missing("item_id")
    return found


async def enroll(call: Call[Business]) -> Reply:
    """Once or again, the answer is the same."""
    guest, found = owner(call), _campaign(call)
    guest.causes = {found.id: 0.0, **guest.causes}
    call.summary = f"guest {guest.id} takes part in {found.name}"
    return Reply(200, ["Successfully registered"])


async def leave(call: Call[Business]) -> Reply:
    """What was given stays given."""
    guest, found = owner(call), _campaign(call)
    if found.id not in guest.causes:
        raise SSO.missing("item_id")
    guest.causes = {number: given for number, given in guest.causes.items() if number != found.id}
    call.summary = f"guest {guest.id} no longer takes part in {found.name}"
    return Reply(200, ["Successfully deregistered"])
