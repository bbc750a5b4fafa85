"""Points that expire: what an event earned is a lot with a day; the oldest points are used up first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from stampcard.antavo.amounts import Number, total
from stampcard.antavo.state import Brand, Customer, Lot, Row
from stampcard.antavo.work import GONE

Expire = Callable[[Brand, Customer, Number, int | None], None]


def note(
    brand: Brand, customer: Customer, change: Number, rows: Sequence[Row], then: Expire, cause: int | None
) -> None:
    """Remember what an event did to the score: a lot that expires, or points that are gone."""
    if change < 0:
        customer.lost = total((customer.lost, -change))
    due = expires_at(brand, customer) if change > 0 else None
    if due is None:
        return
    for row in rows:
        if row.points > 0:
            row.expdate = f"{due:%Y-%m-%d}"
    lot = Lot(customer.id, change, due)
    customer.lots.append(lot)

    async def expire() -> None:
        owner = brand.customers.get(lot.customer)
        if owner is None or owner.status in GONE or lot not in owner.lots:
            return
        later = _later(brand, owner)
        if later is not None and later > brand.world.clock.now:
            lot.due = later
            arm(later)
            return
        points = left_of(owner, lot)
        lot.over = True
        if points > 0:
            entry = brand.world.record("antavo", "point_expire", f"{points} points of {owner.id} expire", cause=cause)
            then(brand, owner, points, entry)

    def arm(at: datetime) -> None:
        brand.world.clock.at(at, expire, name=f"points of {customer.id} expire", vendor="antavo", cause=cause)

    arm(due)


def _later(brand: Brand, customer: Customer) -> datetime | None:
    """With expiration by last activity: the day that follows from what the member did last."""
    rule = brand.settings.points.expiration
    if rule.type != "last_activity":
        return None
    active = [row.at for row in customer.events if row.source != "Platform"]
    return _midnight(max(active, default=brand.world.clock.now) + timedelta(days=rule.days))


def left_of(customer: Customer, lot: Lot) -> Number:
    """What of the lots up to this one is neither used up, nor held, nor expired."""
    earned = total(one.points for one in customer.lots if one.due <= lot.due)
    used = total((customer.spent, customer.reserved, customer.lost, customer.expired))
    return max(0, min(lot.points, total((earned, -used))))


def expires_at(brand: Brand, customer: Customer) -> datetime | None:
    """When points earned now expire: so many days later (rolling, last_activity), or on the next such day of the year
    (calendar), or on the next anniversary of the opt-in."""
    rule, now = brand.settings.points.expiration, brand.world.clock.now
    if rule.type in ("rolling", "last_activity"):
        return _midnight(now + timedelta(days=rule.days))
    if rule.type == "calendar":
        month, day = map(int, rule.date.split("-"))
        return next_day(now, month, day)
    if rule.type == "anniversary":
        joined = customer.optin_at or customer.created_at
        # Nobody's anniversary is the 29th of February, but every fourth year.
        return next_day(now, joined.month, min(joined.day, 28))
    return None


def next_day(now: datetime, month: int, day: int) -> datetime:
    """The next such day of the year that is not over yet."""
    due = datetime(now.year, month, day, tzinfo=UTC)
    return due if due > now else due.replace(year=now.year + 1)


def _midnight(at: datetime) -> datetime:
    return datetime(at.year, at.month, at.day, tzinfo=UTC)
