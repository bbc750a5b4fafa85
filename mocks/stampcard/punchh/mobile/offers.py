"""Offers in the app: what a guest can use, and what was read of it."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import coupons, errors, params, rewards
from stampcard.punchh.errors import NEWER_MOBILE
from stampcard.punchh.mobile import views
from stampcard.punchh.mobile.users import owner
from stampcard.punchh.state import Business
from stampcard.punchh.times import caller_zone

EVENT_TYPES = ("read_through_app", "app_open_via_push")


async def listing(call: Call[Business]) -> Reply:
    """Rewards and notifications."""
    business, (guest, _), zone = call.state, owner(call), caller_zone(call)
    found = [views.reward(business, guest, one, zone) for one in rewards.usable(business, guest)]
    notes = views.notes(guest, zone)
    held = [coupons.view(business, one) for one in coupons.of_guest(business, guest)]
    call.summary = f"{len(found)} offers for guest {guest.id}"
    return Reply(200, {"pinned_message": "", "rewards": found, "notifications": notes, "coupons": held})


def ids_of(value: Any) -> set[int]:
    """Ids in comma-separated text."""
    numbers = (params.integer(part) for part in params.text(value).split(","))
    return {number for number in numbers if number is not None}


async def mark_read(call: Call[Business]) -> Reply:
    """Rewards and notifications by id; one of the two must be named."""
    business, (guest, _), values = call.state, owner(call), params.given(call)
    kind = params.text(values.get("event_type"))
    if not params.text(values.get("rewards")) and not params.text(values.get("user_notifications")):
        raise NEWER_MOBILE.missing("user_notifications")
    if kind and kind not in EVENT_TYPES:
        text = "Invalid name given. It should be read_through_app or app_open_via_push"
        raise errors.by_name(422, "invalid_event_type", [text])
    for number in ids_of(values.get("rewards")) & guest.rewards.keys():
        guest.rewards[number].read_at = guest.rewards[number].read_at or business.now
    wanted = ids_of(values.get("user_notifications"))
    for row in guest.messages:
        if row["id"] in wanted:
            row["read_at"] = row["read_at"] or business.now
    call.summary = f"guest {guest.id} has read offers"
    return Reply(200)
