"""Favourite locations of a guest, as the dashboard lists them."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import errors, events, params, payloads
from stampcard.punchh.dashboard.users import by_id
from stampcard.punchh.errors import DASHBOARD
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business


def _number(business: Business, guest: Guest, location: int) -> int:
    """The id of the pair, the same every time."""
    key = (guest.id, location)
    if key not in business.favourites:
        business.favourites[key] = business.next_id("favourites")
    return business.favourites[key]


async def listing(call: Call[Business]) -> Reply:
    business, guest = call.state, by_id(call)
    rows = [
        {
            "user_favourite_location_id": _number(business, guest, number),
            "user_id": guest.id,
            "location_id": number,
            "store_number": business.locations[number].store_number,
            "channel": guest.signup_channel,
        }
        for number in payloads.favourite_locations(guest)
        if number in business.locations
    ]
    call.summary = f"{len(rows)} favourite locations of guest {guest.id}"
    return Reply(200, rows)


async def delete(call: Call[Business]) -> Reply:
    """One that is none of the guest's is a 404 (assumed)."""
    business, guest = call.state, by_id(call)
    wanted = params.integer(params.required(params.given(call), "user_favourite_location_id", DASHBOARD))
    kept = [one for one in payloads.favourite_locations(guest) if _number(business, guest, one) != wanted]
    if len(kept) == len(payloads.favourite_locations(guest)):
        raise errors.by_name(404, "not_found", "User favourite location not found.")
    guest.profile["favourite_location_ids"] = ",".join(map(str, kept))
    events.guest(business, guest, "update", changed=["favourite_location_ids"], cause=call.id)
    call.summary = f"guest {guest.id} has {len(kept)} favourite locations left"
    return Reply(200)
