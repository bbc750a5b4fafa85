"""What runs by the calendar: mass offers, recurring offers, birthdays, recalls, point expiry."""

from __future__ import annotations

from stampcard.punchh.state import Business


def plan(business: Business) -> None:
    """Put every scheduled run on the clock, in place of what was planned before."""
