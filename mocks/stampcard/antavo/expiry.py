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
    due = expires_at(brand) if change > 0 else None
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
        points = left_of(owner, lot)
        lot.over = True
        if points > 0:
            entry = brand.world.record("antavo", "point_expire", f"{points} points of {owner.id} expire", cause=cause)
            then(brand, owner, points, entry)

    brand.world.clock.at(due, expire, name=f"points of {customer.id} expire", vendor="antavo", cause=cause)


def left_of(customer: Customer, lot: Lot) -> Number:
    """What of the lots up to this one is neither used up, nor held, nor expired."""
    earned = total(one.points for one in customer.lots if one.due <= lot.due)
    used = total((customer.spent, customer.reserved, customer.lost, customer.expired))
    return max(0, min(lot.points, total((earned, -used))))


def expires_at(brand: Brand) -> datetime | None:
    """When points earned now expire: so many days later (rolling), or on the next such day of the year (calendar)."""
    rule, now = brand.settings.points.expiration, brand.world.clock.now
    if rule.type == "rolling":
        day = (now + timedelta(days=rule.days)).date()
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    if rule.type == "calendar":
        month, day_of_month = map(int, rule.date.split("-"))
        due = datetime(now.year, month, day_of_month, tzinfo=UTC)
        return due if due > now else due.replace(year=now.year + 1)
    return None
