"""Guests of the e-mail club, who are no loyalty members."""

from __future__ import annotations

import re

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import campaigns, events, guests, params
from stampcard.punchh.dashboard.locations import unknown
from stampcard.punchh.errors import DASHBOARD, MOBILE
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business


async def upsert(call: Call[Business]) -> Reply:
    """By e-mail or phone. With `active_registration` campaigns run, else it is a quiet upload."""
    business, values = call.state, params.given(call)
    store = params.required(values, "store_number", DASHBOARD)
    source, known = params.text(values.get("source")), business.eclub_sources
    if source and known and source not in known:
        raise ApiError(422, {"message": "Invalid source! Please check configuration for valid source."})
    user = values.get("user")
    if not isinstance(user, dict) or not user:
        raise DASHBOARD.missing("user")
    email, phone = params.text(user.get("email")).lower(), params.text(user.get("phone"))
    if not email and not phone:
        raise DASHBOARD.missing("email")
    if not any(one.store_number == store for one in business.locations.values()):
        raise unknown("store_number", store)
    guest = business.by_email.get(email) if email else business.by_phone.get(re.sub(r"[^\d+]", "", phone))
    made = guests.draft(business, user, MOBILE, guest)
    for code, text, name in made.notes:
        call.diagnose(code, text, f"/user/{name}")
    active = params.truth(user.get("active_registration"))
    if guest is not None:
        guests.change(business, guest, made, cause=call.id)
    else:
        made.changes["guest_type"] = "eClub"
        guest = guests.add(business, made, channel="eClub")
        _told(business, guest, active, call.id)
    call.summary = f"guest {guest.id} is in the e-mail club"
    return Reply(200)


def _told(business: Business, guest: Guest, active: bool, cause: int) -> None:
    """A quiet upload triggers nothing."""
    if active:
        entry = events.guest(business, guest, "create", cause=cause)
        campaigns.signed_up(business, guest, cause=entry or cause)
