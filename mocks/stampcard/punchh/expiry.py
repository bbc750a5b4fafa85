"""The Rolling Expiry Schedule: points that lapse, reminders before, and levels that are looked at again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from stampcard.punchh import accounts, events, ledger
from stampcard.punchh.records import Checkin, Guest
from stampcard.punchh.state import Business
from stampcard.punchh.times import zone_of


def lapse_day(business: Business, checkin: Checkin, days: int) -> date:
    """The day of the business's zone whose schedule takes what came with a check-in: its first midnight after `days`.

    It is the day every view names (assumed).
    """
    zone = zone_of(business)
    ends = (checkin.created_at + timedelta(days=days)).astimezone(zone)
    midnight = datetime.combine(ends.date(), time(tzinfo=zone)).astimezone(UTC)
    return ends.date() + timedelta(days=ends.astimezone(UTC) > midnight)


def today(business: Business) -> date:
    """The day it is in the business's zone."""
    return business.now.astimezone(zone_of(business)).date()


def run(business: Business) -> None:
    """One run over all guests."""
    days = business.program.rolling_expiry_days
    if days is None:
        return
    entry = business.world.record("punchh", "rolling expiry", "the Rolling Expiry Schedule runs")
    for guest in list(business):
        if not guest.gone:
            if business.program.type == "visits":
                _visits(business, guest, days, entry)
            else:
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
    day = today(business) + timedelta(days=before)
    points = sum(one.left for one in guest.checkins if one.left > 0 and lapse_day(business, one, days) == day)
    if points:
        told = _told(business, guest, before, accounts.balance(business, guest).net - points)
        events.points_expiry(business, guest, "points_expiry_reminder", points, told, cause=entry)


def _visits(business: Business, guest: Guest, days: int, entry: int) -> None:
    """Visits lapse as points do, those of redeemed cards excepted; only the reminder is an event of its own."""
    latest, before = business.now - timedelta(days=days), business.program.expiry_reminder_days
    day = today(business)
    used = guest.account.redeemed_cards * business.program.visits_per_card
    lapsed = soon = 0
    for checkin in guest.checkins:
        left = checkin.visits - checkin.visits_expired if checkin.state == "approved" else 0
        taken = min(left, used)
        used, left = used - taken, left - taken
        if left and checkin.created_at <= latest:
            checkin.visits_expired += left
            lapsed += left
        elif left and before is not None and lapse_day(business, checkin, days) == day + timedelta(days=before):
            soon += left
    if lapsed:
        text = f"{lapsed} visits of guest {guest.id} lapse"
        business.world.record("punchh", "visits expire", text, cause=entry)
    if soon and before is not None:
        told = _told(business, guest, before, accounts.balance(business, guest).visits - soon)
        events.points_expiry(business, guest, "visit_expiry_reminder", soon, told, cause=entry)


def _told(business: Business, guest: Guest, days: int, after: int) -> dict[str, object]:
    day = (today(business) + timedelta(days=days)).isoformat()
    return {
        "expiring_date": day,
        "expiring_until_date": day,
        "post_expiration_balance": after,
        "remaining_days": days,
    }
