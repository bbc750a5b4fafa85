"""The account history: every line that entered or left, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from stampcard.punchh import accounts
from stampcard.punchh.mobile import views
from stampcard.punchh.records import Checkin, Guest, Redemption, Reward
from stampcard.punchh.state import Business
from stampcard.punchh.times import local

FILTERS = {"reward": "Reward", "checkins": "Checkin", "rewardcredit": "RewardCredit", "redemption": "Redemption"}


def rows(business: Business, guest: Guest, zone: ZoneInfo, wanted: str = "") -> list[dict[str, Any]]:
    """The lines of a guest, of one event type when `wanted` names it.

    Within an instant, which under a frozen clock may be long, what is spent comes after what it was spent from.
    """
    lines: list[tuple[datetime, int, int, dict[str, Any]]] = []
    lines += [(one.created_at, 0, one.id, _checkin(business, one)) for one in guest.checkins]
    lines += [(one.created_at, 1, one.id, _reward(business, one, zone)) for one in guest.rewards.values()]
    lines += [(one.created_at, 2, one.id, _redemption(business, one, zone)) for one in guest.redemptions.values()]
    found = accounts.balance(business, guest)
    totals = {
        "total_points": found.net,
        "total_visits": found.checkins,
        "total_banked_currency": found.banked_currency,
        "total_offers": sum(1 for reward in guest.rewards.values() if reward.status == "unredeemed"),
    }
    ordered = sorted(lines, key=lambda line: line[:3], reverse=True)
    return [
        {**_EMPTY, **line, **totals, "date": local(at, zone)}
        for at, _, _, line in ordered
        if not wanted or line["event_type"] == FILTERS.get(wanted.lower())
    ]


_EMPTY: dict[str, Any] = {
    "channel": None,
    "disapproved": False,
    "event_details": None,
    "expired": False,
    "pending_refresh": False,
    "store_number": None,
    "sub_value": None,
    "event_expiry": None,
    "total_spend": "0.0",
    "menu_items": [],
}


def _checkin(business: Business, found: Checkin) -> dict[str, Any]:
    location = business.locations.get(found.facts.get("location_id") or 0)
    earned = found.kind == "loyalty"
    amount = f"{found.visits} visits" if business.program.type == "visits" else f"{found.points} points"
    return {
        "event_type": "Checkin" if earned else "RewardCredit",
        "event_title": "Loyalty Check-in" if earned else found.origin.get("gift_reason") or "Gift",
        "description": f"{amount} {'earned' if earned else 'gifted'}",
        "event_value": f"+{amount}",
        "channel": found.facts.get("channel"),
        "store_number": location.store_number if location else None,
        "disapproved": found.state == "voided",
        "expired": found.expired > 0 and found.left == 0,
        "pending_refresh": found.waits,
        "total_spend": f"{found.facts.get('receipt_amount') or 0:.1f}",
        "menu_items": found.facts.get("menu_items") or [],
    }


def _reward(business: Business, found: Reward, zone: ZoneInfo) -> dict[str, Any]:
    redeemable = business.redeemables[found.redeemable_id]
    return {
        "event_type": "Reward",
        "event_title": redeemable.name,
        "description": found.origin.get("gift_reason") or redeemable.description,
        "event_value": "+Item",
        "expired": found.status == "expired",
        "event_expiry": local(found.expires_at, zone) if found.expires_at else None,
    }


def _redemption(business: Business, found: Redemption, zone: ZoneInfo) -> dict[str, Any]:
    details = views.redemption(business, found, zone)
    return {
        "event_type": "Redemption",
        "event_title": details["redeemable_name"] or "Redemption",
        "description": f"Code {found.code} is {found.status}",
        "event_value": f"-{found.points} points" if found.points else "-Item",
        "event_details": details,
        "disapproved": found.status in ("cancelled", "voided"),
        "channel": found.facts.get("channel"),
        "expired": found.status == "expired",
    }
