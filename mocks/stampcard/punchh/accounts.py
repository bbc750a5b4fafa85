"""Counting an account: the one place where balances, visits and levels are worked out.

Every point belongs to the check-in it came with, which also knows how many of them were spent and how many lapsed;
so earned - spent - expired is the balance in every view.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business
from stampcard.punchh.switches import Level


class Balance(NamedTuple):
    """A guest's account, counted. `credits` are points that ever counted, `lifetime` those of purchases alone."""

    credits: int
    debits: int
    expired: int
    net: int
    pending: int
    lifetime: int
    visits: int
    checkins: int
    cards: int
    banked_currency: float


def balance(business: Business, guest: Guest) -> Balance:
    """Count the account."""
    counted = [checkin for checkin in guest.checkins if checkin.state == "approved"]
    earned = sum(checkin.points for checkin in counted)
    spent = sum(checkin.spent for checkin in counted)
    expired = sum(checkin.expired for checkin in counted)
    visits = sum(checkin.visits - checkin.visits_expired for checkin in counted)
    return Balance(
        credits=earned,
        debits=spent + expired,
        expired=expired,
        net=earned - spent - expired,
        pending=sum(checkin.points for checkin in guest.checkins if checkin.state == "pending"),
        lifetime=sum(checkin.points for checkin in counted if checkin.kind == "loyalty"),
        visits=visits,
        checkins=sum(1 for checkin in counted if checkin.kind == "loyalty"),
        cards=visits // business.program.visits_per_card - guest.account.redeemed_cards,
        banked_currency=round(guest.account.banked_currency, 2),
    )


def points_for(business: Business, amount: float) -> int:
    """What a receipt of `amount` earns, rounded down."""
    return 0 if business.program.type == "visits" else int(amount * business.program.points_per_amount + 1e-9)


def money(value: float) -> float:
    """An amount as answers carry it: whole where it is whole, as in every example, and never cut."""
    return int(value) if float(value).is_integer() else value


def qualification(business: Business, guest: Guest) -> int:
    """Points that count towards a level: those of approved purchases within the qualification time."""
    days = business.program.level_expiry_days
    since = business.now - timedelta(days=days) if days else None
    return sum(
        checkin.points
        for checkin in guest.checkins
        if checkin.state == "approved" and checkin.kind == "loyalty" and (since is None or checkin.created_at > since)
    )


def level(business: Business, guest: Guest) -> Level | None:
    return next((found for found in business.program.levels if found.id == guest.account.level_id), None)


def money_rows(guest: Guest) -> dict[str, Any]:
    """Money by the time it was earned; it does not lapse here."""
    rows = [
        {
            "actual_earned_currency": lot.amount,
            "unredeemed_currency": lot.left,
            "expiration_date": None,
            "status": None,
        }
        for lot in guest.account.lots
    ]
    return {"currency": rows, "fuel_discount": []}
