"""Segments: who belongs to an audience."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stampcard.punchh import accounts, params
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business, Segment

ALL_SIGNED_UP = "all_signed_up"
CUSTOM_LIST = "custom_list"
GUEST_PROFILE = "guest_profile"

ACTIVITY: dict[str, Callable[[Business, Guest], Any]] = {
    "days_since_last_checkin": lambda business, guest: days_without(business, guest),
    "days_since_sign_up": lambda business, guest: (business.now - guest.created_at).days,
    "total_visits": lambda business, guest: accounts.balance(business, guest).checkins,
    "points": lambda business, guest: accounts.balance(business, guest).net,
    "lifetime_points": lambda business, guest: accounts.balance(business, guest).lifetime,
    "membership_level": lambda business, guest: level.name if (level := accounts.level(business, guest)) else None,
}
"""Filters on activity; every other attribute is one of the profile."""


def days_without(business: Business, guest: Guest) -> int:
    """Whole days since the last purchase, or since the sign-up of a guest who never bought."""
    visits = [checkin.created_at for checkin in guest.purchases]
    return (business.now - max(visits, default=guest.created_at)).days


def contains(business: Business, segment: Segment | None, guest: Guest) -> bool:
    """Whether a guest is in a segment; no segment stands for all who signed up."""
    if segment is None or segment.type == ALL_SIGNED_UP:
        return True
    if segment.type == CUSTOM_LIST:
        return guest.id in segment.members
    return all(_fits(business, guest, row) for row in segment.filters)


def _fits(business: Business, guest: Guest, row: dict[str, Any]) -> bool:
    name, operator, wanted = row["attribute"], row["operator"], row.get("value")
    if name in ACTIVITY:
        got = ACTIVITY[name](business, guest)
    else:
        got = getattr(guest, name) if name in Guest.__struct_fields__ else guest.profile.get(name)
    if operator == "is":
        return params.text(got) == params.text(wanted)
    if operator == "is_not":
        return params.text(got) != params.text(wanted)
    if operator == "is_set":
        return got not in (None, "")
    low, high = params.number(got), params.number(wanted)
    if low is None or high is None:
        return False
    return low > high if operator == "greater_than" else low < high


def audience(business: Business, segment: Segment | None) -> list[Guest]:
    """The guests of a segment, in the order they signed up."""
    return [guest for guest in business if contains(business, segment, guest)]
