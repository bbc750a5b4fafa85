"""Telling the world: every change of state that Punchh publishes, from the call or job that caused it.

Each function returns the journal entry of the event, or None when nobody listens or the guest is one whose events
are not sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stampcard.punchh import payloads
from stampcard.punchh.records import Checkin, Guest, Redemption, Reward
from stampcard.punchh.state import Business, Event, Redeemable
from stampcard.punchh.times import local, utc_or_none, zone_of
from stampcard.punchh.webhooks import manager

Build = Callable[[], dict[str, Any]]

CAMPAIGN = """amount challenge_completed_steps challenge_remaining_steps challenge_total_steps coupon_code
    coupon_end_date coupon_gift_value coupon_reward_name donation_type for_referring_full_name item_donated
    location_name points raw_referral_points referral_points""".split()
POST_CHECKIN = """checkin_id coupon_code coupon_end_date days_of_week extra_points hours_of_day location_name
    schedule""".split()
"""Members of the published marketing notifications; null unless the campaign has something to say there."""


def publish(
    business: Business,
    name: str,
    kind: str,
    action: str,
    build: Build,
    *,
    guest: Guest | None = None,
    changed: tuple[str, ...] = (),
    cause: int | None,
) -> int | None:
    """Record an event and hand it to the Webhooks Manager."""
    if not (business.adapters or business.webhooks):
        return None
    if guest is not None and guest.gone and not business.switches.events_for_deleted_guests:
        return None
    full = f"{name}.{kind}" if kind else name
    about = f" of guest {guest.id}" if guest else ""
    entry = business.world.record("punchh", f"event {full}", f"{full} {action}{about}", cause=cause)
    manager.dispatch(business, Event(entry, name, kind, action, build(), guest, changed))
    return entry


def guest(
    business: Business, guest: Guest, action: str, *, changed: list[str] | None = None, cause: int | None
) -> int | None:
    names = tuple(changed or ())
    build = lambda: payloads.guest(business, guest, names)  # noqa: E731
    return publish(business, "users", "", action, build, guest=guest, changed=names, cause=cause)


def checkin(business: Business, guest: Guest, found: Checkin, action: str, *, cause: int | None) -> int | None:
    build = lambda: payloads.checkin(business, guest, found)  # noqa: E731
    return publish(business, "checkins", found.kind, action, build, guest=guest, cause=cause)


def reward(business: Business, guest: Guest, found: Reward, action: str, *, cause: int | None) -> int | None:
    build = lambda: payloads.reward(business, guest, found)  # noqa: E731
    return publish(business, "rewards", "", action, build, guest=guest, cause=cause)


def redemption(business: Business, guest: Guest, found: Redemption, action: str, *, cause: int | None) -> int | None:
    build = lambda: payloads.redemption(business, guest, found)  # noqa: E731
    return publish(business, "redemptions", "", action, build, guest=guest, cause=cause)


def redeemable(business: Business, found: Redeemable, action: str, *, cause: int | None) -> int | None:
    """A definition changed: an event of the business, not of a guest."""
    return publish(business, "redeemables", "", action, lambda: payloads.redeemable(found), cause=cause)


def transactional(business: Business, guest: Guest, kind: str, build: Build, *, cause: int | None) -> int | None:
    """A transactional notification; `build` gives what it says besides the user."""
    whole = lambda: {**build(), "user": payloads.user(business, guest)}  # noqa: E731
    return publish(business, "transactional_notifications", kind, "create", whole, guest=guest, cause=cause)


def marketing(business: Business, guest: Guest, kind: str, build: Build, *, cause: int | None) -> int | None:
    """A marketing notification of a campaign."""
    unused = dict.fromkeys(POST_CHECKIN if kind == "post_checkin_campaign" else CAMPAIGN)
    whole = lambda: {**unused, **build(), "user": payloads.user(business, guest)}  # noqa: E731
    return publish(business, "marketing_notifications", kind, "create", whole, guest=guest, cause=cause)


def signed_up(business: Business, guest: Guest, *, cause: int | None) -> int | None:
    """The guest's members are at the top of this one."""

    def build() -> dict[str, Any]:
        common = payloads.user(business, guest)
        common.pop("external_source")
        return {**common, "email_confirmation_url": None, "reset_password_url": None}

    return publish(business, "transactional_notifications", "user_signup", "create", build, guest=guest, cause=cause)


def pending_checkin(business: Business, guest: Guest, found: Checkin, *, cause: int | None) -> int | None:
    return transactional(business, guest, "pending_checkin", lambda: _amounts(business, guest, found), cause=cause)


def update_checkin(
    business: Business, guest: Guest, found: Checkin, before: float | None, *, cause: int | None
) -> int | None:
    def build() -> dict[str, Any]:
        return {**_amounts(business, guest, found), "before_update_amount": before}

    return transactional(business, guest, "update_checkin", build, cause=cause)


def checkin_void(business: Business, guest: Guest, found: Checkin, *, cause: int | None) -> int | None:
    return transactional(business, guest, "checkin_void", lambda: _amounts(business, guest, found), cause=cause)


def _amounts(business: Business, guest: Guest, found: Checkin) -> dict[str, Any]:
    amount = found.facts.get("receipt_amount")
    more = {"after_update_amount": amount, "before_update_amount": None, "errors": None, "refreshed_at": None}
    return {**payloads.checkin(business, guest, found), **more}


def points_to_reward(business: Business, guest: Guest, value: float, *, cause: int | None) -> int | None:
    banked = guest.account.banked_currency
    build = lambda: {"bank_value": value, "current_banked_reward": banked, "first_name": guest.first_name}  # noqa: E731
    return transactional(business, guest, "points_to_reward", build, cause=cause)


def reward_notification(business: Business, guest: Guest, found: Reward, *, cause: int | None) -> int | None:
    return transactional(business, guest, "reward_notification", lambda: _about(business, guest, found), cause=cause)


def reward_expiry_reminder(business: Business, guest: Guest, found: Reward, *, cause: int | None) -> int | None:
    return transactional(business, guest, "reward_expiry_reminder", lambda: _about(business, guest, found), cause=cause)


def _about(business: Business, guest: Guest, found: Reward) -> dict[str, Any]:
    names = """becomes_available_at created_at description discount_amount discount_channel expiring_at expiring_at_tz
        gift_reason name redeemable_id reward_id reward_image_url reward_points_redeemed status updated_at"""
    whole = payloads.reward(business, guest, found)
    days = (found.expires_at - business.now).days if found.expires_at else None
    return {**{name: whole[name] for name in names.split()}, "remaining_days": days}


def points_expiry(
    business: Business, guest: Guest, kind: str, points: int, remaining: dict[str, Any], *, cause: int | None
) -> int | None:
    """`kind` is points_expiry, points_expiry_reminder or visit_expiry_reminder."""
    return transactional(business, guest, kind, lambda: {"expiring_points": points, **remaining}, cause=cause)


def bumped_level(
    business: Business, guest: Guest, old: str | None, new: str | None, *, cause: int | None
) -> int | None:
    build = lambda: {"previous_membership_level": old, "current_membership_level": new}  # noqa: E731
    return transactional(business, guest, "bumped_membership_level", build, cause=cause)


def reward_dates(business: Business, found: Reward | None) -> dict[str, Any]:
    """The members of a marketing notification that describe its reward."""
    if found is None:
        return {"reward_id": None, "reward_name": None, "reward_expiring_at": None, "reward_expiring_at_tz": None}
    ends = found.expires_at
    return {
        "reward_id": found.id,
        "reward_name": business.redeemables[found.redeemable_id].name,
        "reward_expiring_at": utc_or_none(ends),
        "reward_expiring_at_tz": local(ends, zone_of(business)) if ends else None,
    }
