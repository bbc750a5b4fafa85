"""Challenges: campaigns that give once a guest has gone so many steps.

The steps of `every_x_points` are points of purchases, those of `receipt_qualification` items of a name, or purchases
where no item is named; `segment` is done with the first purchase. How steps are counted is assumed. A challenge with
a reach of automatic enrolment takes every guest of its segment in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from stampcard.punchh import campaigns, segments
from stampcard.punchh.records import Checkin, Guest
from stampcard.punchh.state import Business, Campaign
from stampcard.punchh.times import local

KIND = "challenge"


def total(campaign: Campaign) -> int:
    return int(campaign.settings.get("steps", 1))


def completed(campaign: Campaign, guest: Guest) -> int:
    """How often the guest has done it."""
    return campaign.given.get(guest.id, 0)


def is_single(campaign: Campaign) -> bool:
    return bool(campaign.settings.get("occurrence", "single") == "single")


def is_open(business: Business, campaign: Campaign, guest: Guest) -> bool:
    """Whether steps count: it runs, the guest is in its segment and has not done it for good."""
    if not business.challenges or campaign not in campaigns.running(business, KIND):
        return False
    if not segments.contains(business, business.segments.get(campaign.segment_id or 0), guest):
        return False
    return not (is_single(campaign) and completed(campaign, guest))


def checked_in(business: Business, guest: Guest, checkin: Checkin, *, cause: int | None) -> None:
    """Count the steps of a purchase, and give for every challenge they complete."""
    for campaign in campaigns.running(business, KIND):
        if not is_open(business, campaign, guest):
            continue
        campaign.steps[guest.id] = campaign.steps.get(guest.id, 0) + _steps(campaign, checkin)
        if campaign.steps[guest.id] >= total(campaign):
            campaign.steps[guest.id] = 0
            campaigns.later(business, campaign, guest, checkin=checkin, cause=cause)


def _steps(campaign: Campaign, checkin: Checkin) -> int:
    kind, item = campaign.settings.get("challenge_type"), campaign.settings.get("menu_item")
    if kind == "every_x_points":
        return checkin.points
    if kind == "segment":
        return total(campaign)
    if item is None:
        return 1
    rows = checkin.facts.get("menu_items") or []
    return sum(int(row.get("item_qty") or 1) for row in rows if str(row.get("item_name", "")).lower() == item.lower())


def told(campaign: Campaign) -> dict[str, Any]:
    """The members of its notification that say how far the guest is: it is done."""
    steps = total(campaign)
    return {
        "challenge_completed_steps": steps,
        "challenge_remaining_steps": 0,
        "challenge_total_steps": steps,
    }


# Views


def view(campaign: Campaign) -> dict[str, Any]:
    """A challenge as everybody sees it."""
    settings = campaign.settings
    return {
        "id": campaign.id,
        "name": campaign.name,
        "description": settings.get("description", ""),
        "gift_reason": campaign.gift_reason,
        "icon": "",
        "icon_completed": "",
        "image_url": settings.get("image_url", ""),
        "start_date": _day(campaign.start),
        "end_date": _day(campaign.end),
        "tasks": [{"name": campaign.name, "number_of_steps": total(campaign)}],
        "miscellaneous": settings.get("miscellaneous", ""),
        "challenge_reach": settings.get("challenge_reach"),
        "challenge_type": settings.get("challenge_type", "receipt_qualification"),
        "occurrence": settings.get("occurrence", "single"),
    }


def _day(instant: datetime | None) -> str | None:
    return instant.date().isoformat() if instant else None


def guest_view(business: Business, campaign: Campaign, guest: Guest, zone: ZoneInfo) -> dict[str, Any]:
    """A challenge as one guest sees it; without opting in, who is in its audience is enrolled."""
    row = view(campaign)
    for name in ("id", "icon", "icon_completed", "tasks"):
        del row[name]
    steps = 0 if is_single(campaign) and completed(campaign, guest) else campaign.steps.get(guest.id, 0)
    return {
        **row,
        "challenge_id": campaign.id,
        "icon_url": "",
        "icon_completed_url": "",
        "challenge_starting_at_tz": local(campaign.start, zone) if campaign.start else None,
        "challenge_expiring_at_tz": local(campaign.end, zone) if campaign.end else None,
        "challenge_status": "enrolled",
        "past_completions": completed(campaign, guest),
        "opted_in": True,
        "opted_out": False,
        "explicit_opt_in": False,
        "progress": [{"completed_steps": steps, "total_steps": total(campaign)}],
    }


def badges(business: Business, guest: Guest) -> list[dict[str, Any]]:
    """A badge for every time a challenge was done; its id is made of both (assumed)."""
    return [
        {
            "badge_id": campaign.id * 1000 + number,
            "challenge_campaign_id": campaign.id,
            "published": False,
            "public_url": "",
            "challenge_campaign_status": "active" if campaign.active else "deactivated",
        }
        for campaign in business.campaigns.values()
        if campaign.kind == KIND
        for number in range(completed(campaign, guest))
    ]
