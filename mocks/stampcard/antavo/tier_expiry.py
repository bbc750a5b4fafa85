"""Tiers that expire: at the end of a member's period the tier is earned again or lost.

The manual names the kinds of expiration (rolling, calendar, anniversary), downgrade options and grace periods, the
Customer API the `expdate` on which the tier is recalculated, a midnight; the arithmetic is assumed: what counts is what
was earned since the period began, and a new period begins with each end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from stampcard.antavo import tiers
from stampcard.antavo.catalogue import Structure
from stampcard.antavo.expiry import next_day
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import GONE

Change = Callable[[Brand, Customer, Structure, str | None, int], None]
"""Place a member in a tier, or with None take it away, as an event with a cause."""


def arm(brand: Brand, customer: Customer, structure: Structure, change: Change, cause: int | None) -> None:
    """See to the end of the period that begins now, if the structure's tiers expire."""
    standing = customer.tiers[structure.id]
    due = standing.until = ends_at(brand, customer, structure)
    if due is None:
        return

    async def over() -> None:
        owner = brand.customers.get(customer.id)
        if owner is None or owner.status in GONE or owner.tiers.get(structure.id) is not standing:
            return
        entry = brand.world.record("antavo", "tier_expire", f"{standing.tier} of {owner.id} expires", cause=cause)
        kept = _kept(structure, owner)
        standing.base = tiers.counted(structure, owner)
        if kept == standing.tier:
            arm(brand, owner, structure, change, entry)
        else:
            change(brand, owner, structure, kept, entry)

    name = f"{standing.tier} of {customer.id} expires"
    brand.world.clock.at(due, over, name=name, vendor="antavo", cause=cause)


def ends_at(brand: Brand, customer: Customer, structure: Structure) -> datetime | None:
    """The end of a period that begins now, its grace period included."""
    rule, now = structure.expiration, brand.world.clock.now
    grace = timedelta(days=rule.grace_days)
    if rule.type == "rolling":
        return datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=rule.days) + grace
    if rule.type == "calendar":
        month, day = map(int, rule.date.split("-"))
        return next_day(now, month, day) + grace
    if rule.type == "anniversary":
        joined = customer.optin_at or customer.created_at
        # Nobody's anniversary is the 29th of February, but every fourth year.
        return next_day(now, joined.month, min(joined.day, 28)) + grace
    return None


def _kept(structure: Structure, customer: Customer) -> str | None:
    """The tier the period's earnings are worth, and by the downgrade option at most one lower than before."""
    standing = customer.tiers[structure.id]
    if structure.expiration.downgrade == "none":
        return standing.tier
    earned, rank = tiers.reached(structure, customer), tiers.rank(structure, standing.tier)
    place = tiers.rank(structure, earned.id) if earned is not None else -1
    if structure.expiration.downgrade == "one_level":
        place = max(place, rank - 1)
    place = min(place, rank)
    return structure.tiers[place].id if place >= 0 else None
