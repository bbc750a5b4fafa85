"""What runs by the calendar: mass offers, recurring offers, birthdays, recalls, the Rolling Expiry Schedule.

Times of day are those of the business's zone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

import msgspec

from stampcard.punchh import campaigns, expiry, segments
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business, Campaign
from stampcard.punchh.times import zone_of

Run = Callable[[Business, Campaign, int], None]
RECURRING = ("recurring_mass_offer", "birthday", "recall")


def plan(business: Business) -> None:
    """Put every scheduled run on the clock, in place of what was planned before."""
    for job in business.jobs.values():
        job.cancel()
    business.jobs.clear()
    for campaign in list(business.campaigns.values()):
        plan_campaign(business, campaign, cause=None)
    if business.rolling_job is not None:
        business.rolling_job.cancel()
        business.rolling_job = None
    if business.program.rolling_expiry_days is not None:
        _plan_rolling(business)


def plan_campaign(business: Business, campaign: Campaign, *, cause: int | None) -> None:
    """Put the next run of a campaign on the clock, if it has one."""
    if not campaign.active or campaign.parent_id is not None:
        return
    if campaign.kind in ("mass_offer", "coupon") and not campaign.ran and campaign.start is not None:
        due = campaign.start
    elif campaign.kind in RECURRING:
        due = next_run(business, campaign)
        if campaign.end is not None and due >= campaign.end:
            return
    else:
        return

    async def start() -> None:
        run(business, campaign, cause=cause)

    clock = business.world.clock
    business.jobs[campaign.id] = clock.at(due, start, name=f"run {campaign.name}", vendor="punchh", cause=cause)


def next_run(business: Business, campaign: Campaign) -> datetime:
    """The first time of day after now, or after the start; then every so many days."""
    zone = zone_of(business)
    hour, minute = (int(part) for part in campaign.settings.get("at", "09:00").split(":"))
    at = time(min(hour, 23), minute, tzinfo=zone)
    every = campaign.settings.get("every_days", 1)
    if campaign.last_run is not None:
        last, today = (one.astimezone(zone).date() for one in (campaign.last_run, business.now))
        missed = max((today - last).days - 1, 0) // every  # while it was switched off
        due = datetime.combine(last + timedelta(days=every * (missed + 1)), at)
        return (due if due >= business.now else datetime.combine(due.date() + timedelta(days=every), at)).astimezone(
            UTC
        )
    earliest = max(business.now, campaign.start or business.now)
    first = datetime.combine(earliest.astimezone(zone).date(), at)
    found = first if first >= earliest else datetime.combine(first.date() + timedelta(days=1), at)
    return found.astimezone(UTC)


def pace(campaign: Campaign) -> tuple[Any, Any]:
    """When a recurring campaign runs, as far as its settings say."""
    return campaign.settings.get("at"), campaign.settings.get("every_days")


def run(business: Business, campaign: Campaign, *, cause: int | None) -> None:
    """One run: decide about every guest it is about, and plan the next."""
    if business.campaigns.get(campaign.id) is not campaign:
        return
    campaign.ran = True
    today = business.now.astimezone(zone_of(business)).date()
    runs: dict[str, Run] = {"birthday": partial(_birthdays, today=today), "recall": _recalls}
    entry = business.world.record("punchh", "campaign run", f"{campaign.name} runs", cause=cause)
    runs.get(campaign.kind, _mass)(business, campaign, entry)
    campaign.last_run = business.now
    if campaign.kind in RECURRING:
        plan_campaign(business, campaign, cause=cause)


def _mass(business: Business, campaign: Campaign, entry: int) -> None:
    """Every run of a recurring offer is a campaign of its own: new id, same name."""
    if campaign.kind == "recurring_mass_offer":
        fresh = {"id": business.next_id("campaigns"), "parent_id": campaign.id, "created_at": business.now}
        campaign = msgspec.structs.replace(campaign, **fresh, given={}, spells={}, free_codes=[], last_run=None)
        business.campaigns[campaign.id] = campaign
    for guest in segments.audience(business, business.segments.get(campaign.segment_id or 0)):
        if not guest.gone:
            campaigns.decide(business, campaign, guest, cause=entry)


def _birthdays(business: Business, campaign: Campaign, entry: int, *, today: date) -> None:
    """Guests whose reference date is so many days from today."""
    settings = campaign.settings
    wanted = today + timedelta(days=settings.get("days_before", 0))
    for guest in list(business):
        day = reference_day(business, guest, settings.get("reference", "birthday"))
        if day is None or guest.gone or not falls_on(day, wanted):
            continue
        joined = guest.created_at.astimezone(zone_of(business)).date()
        if joined.replace(day=1) == today.replace(day=1) and not settings.get("reward_in_month_of_sign_up", False):
            text = f"{campaign.name}: no gift for guest {guest.id}, signed up this month"
            business.world.record("punchh", "campaign skip", text, cause=entry)
            continue
        days = settings.get("lifespan_days")
        end = business.now + timedelta(days=days) if days else None
        campaigns.decide(business, campaign, guest, end=end, cause=entry)


def reference_day(business: Business, guest: Guest, reference: str) -> date | None:
    if reference == "sign_up":
        return guest.created_at.astimezone(zone_of(business)).date()
    value: Any = guest.anniversary if reference == "anniversary" else guest.birthday
    return date.fromisoformat(value) if value else None


def falls_on(day: date, wanted: date) -> bool:
    """Whether the day of the year is the wanted one; 29 February falls on the 28th in other years (assumed)."""
    if (day.month, day.day) == (2, 29) and (wanted + timedelta(days=1)).month == 3:
        return wanted.month == 2
    return (day.month, day.day) == (wanted.month, wanted.day)


def _recalls(business: Business, campaign: Campaign, entry: int) -> None:
    """Guests without a purchase for so long, once for each time they stay away (assumed)."""
    limit = campaign.settings.get("inactive_days", 30)
    for guest in list(business):
        if guest.gone or segments.days_without(business, guest) < limit:
            continue
        visits = [checkin.created_at for checkin in guest.purchases]
        since = max(visits, default=guest.created_at)
        if campaign.spells.get(guest.id) != since and campaigns.decide(business, campaign, guest, cause=entry):
            campaign.spells[guest.id] = since


# Rolling Expiry Schedule


def _plan_rolling(business: Business) -> None:
    """Every midnight of the business's zone."""
    zone = zone_of(business)
    day = business.now.astimezone(zone).date() + timedelta(days=1)

    async def start() -> None:
        expiry.run(business)
        _plan_rolling(business)

    due = datetime.combine(day, time(tzinfo=zone)).astimezone(UTC)
    business.rolling_job = business.world.clock.at(due, start, name="Rolling Expiry Schedule", vendor="punchh")
