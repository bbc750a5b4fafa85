"""Who brought a guest: asked and told with the first purchase. These two calls carry no guest's token."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import campaigns, params
from stampcard.punchh.errors import MOBILE
from stampcard.punchh.records import Checkin, Guest
from stampcard.punchh.state import Business


def _find(call: Call[Business]) -> tuple[Guest, Checkin]:
    """The guest of a first purchase. Raises ApiError; the answer for another check-in is assumed."""
    number = params.integer(call.path["checkin_id"])
    for guest in call.state:
        for checkin in guest.checkins:
            if checkin.id == number and checkin.first and not guest.gone:
                return guest, checkin
    raise ApiError(404, {"errors": {"not_found": "Checkin not found."}})


def _possible(business: Business, guest: Guest, checkin: Checkin) -> list[Guest]:
    """Members who bought at the same store before; none once the referrer is known. Who is possible is assumed."""
    place = checkin.facts.get("location_id")
    if guest.referred_by is not None:
        return []
    return [
        other
        for other in business
        if other is not guest
        and other.is_member
        and any(
            row.kind == "loyalty" and row.id < checkin.id and row.facts.get("location_id") == place
            for row in other.checkins
        )
    ]


async def listing(call: Call[Business]) -> Reply:
    guest, checkin = _find(call)
    found = _possible(call.state, guest, checkin)
    call.summary = f"{len(found)} guests may have brought guest {guest.id}"
    return Reply(200, [_view(one) for one in found])


def _view(guest: Guest) -> dict[str, object]:
    return {
        "avatar_remote_url": guest.profile.get("avatar_remote_url") or "",
        "email": guest.email,
        "fb_uid": guest.profile.get("fb_uid") or "",
        "first_name": guest.first_name,
        "last_name": guest.last_name,
        "user_id": guest.id,
    }


async def select(call: Call[Business]) -> Reply:
    """Name the referrer, which sets off the referral campaigns of a first purchase; what is refused is assumed."""
    business, (guest, checkin) = call.state, _find(call)
    number = params.required(params.given(call), "friend_to_refer", MOBILE)
    friend = business.guests.get(params.integer(number) or 0)
    if friend is None or friend is guest or not friend.is_member:
        raise MOBILE.invalid("friend_to_refer", "is invalid")
    if guest.referred_by is not None:
        raise MOBILE.invalid("friend_to_refer", "has already been taken")
    guest.referred_by = friend.id
    if checkin.state == "approved":
        campaigns.referred(business, guest, "checkin", cause=call.id)
    call.summary = f"guest {guest.id} was brought by guest {friend.id}"
    return Reply(200)
