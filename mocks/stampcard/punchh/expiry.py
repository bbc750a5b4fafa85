"""The Rolling Expiry Schedule: points that lapse, reminders before, and levels that are looked at again."""

from __future__ import annotations

from datetime import timedelta

from stampcard.punchh import accounts, events, ledger
from stampcard.punchh.records import Checkin, Guest
from stampcard.punchh.state import Business
from stampcard.punchh.times import utc


def expires_at(business: Business, checkin: Checkin) -> object:
    """When the points of a check-in lapse; None without a schedule."""
    days = business.program.rolling_expiry_days
    return checkin.created_at + timedelta(days=days) if days is not None else None


def run(business: Business) -> None:
    """One run over all guests."""
    days = business.program.rolling_expiry_days
    if days is None:
        return
    entry = business.world.record("punchh", "rolling expiry", "the Rolling Expiry Schedule runs")
    for guest in list(business):
        if not guest.gone:
            _expire(business, guest, days, entry)
            _remind(business, guest, days, entry)
            ledger.level_up(business, guest, cause=entry)


def _expire(business: Business, guest: Guest, days: int, entry: int) -> None:
    limit = business.now - timedelta(days=days)
    points = 0
    for checkin in guest.checkins:
        if checkin.created_at <= limit and checkin.left > 0:
            points += checkin.left
            checkin.expired += checkin.left
    if points:
        text = f"{points} points of guest {guest.id} lapse"
        cause = business.world.record("punchh", "points expire", text, cause=entry)
        told = _told(business, guest, 0, accounts.balance(business, guest).net)
        events.points_expiry(business, guest, "points_expiry", points, told, cause=cause)


def _remind(business: Business, guest: Guest, days: int, entry: int) -> None:
    """On the one day that is so many days before points lapse."""
    before = business.program.expiry_reminder_days
    if before is None:
        return
    latest = business.now - timedelta(days=days - before)
    points = sum(
        checkin.left for checkin in guest.checkins if latest - timedelta(days=1) < checkin.created_at <= latest
    )
    if points:
        told = _told(business, guest, before, accounts.balance(business, guest).net - points)
        events.points_expiry(business, guest, "points_expiry_reminder", points, told, cause=entry)


def _told(business: Business, guest: Guest, days: int, after: int) -> dict[str, object]:
    day = utc(business.now + timedelta(days=days))[:10]
    return {
        "expiring_date": day,
        "expiring_until_date": day,
        "post_expiration_balance": after,
        "remaining_days": days,
    }
