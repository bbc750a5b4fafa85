"""What a person presses in the dashboard and no operation offers: why a guest has a campaign's gift, or has not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stampcard.core.errors import ButtonError
from stampcard.punchh import campaigns, challenges, params, schedules, segments
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business, Campaign
from stampcard.punchh.times import utc

DECISIONS = ("campaign gift", "campaign skip")


async def why(business: Business, settings: Mapping[str, Any]) -> dict[str, Any]:
    """`campaign` (name or id) and `guest` (e-mail or id): the conclusion in words, and what was decided before.

    Answers `{"guest": id, "campaign": name, "conclusion": text, "gifts": n, "decisions": [{"at", "text"}]}`; the
    conclusion is about now. A recurring offer is asked about by its name. Raises ButtonError.
    """
    campaign, guest = _campaign(business, settings.get("campaign")), _guest(business, settings.get("guest"))
    runs = [one for one in business.campaigns.values() if one is campaign or one.parent_id == campaign.id]
    gifts = sum(one.given.get(guest.id, 0) for one in runs)
    return {
        "guest": guest.id,
        "campaign": campaign.name,
        "conclusion": _conclusion(business, campaign, guest, gifts),
        "gifts": gifts,
        "decisions": [
            {"at": utc(entry.at), "text": entry.summary}
            for entry in business.world.journal
            if entry.operation in DECISIONS and _is_about(entry.summary, campaign, guest)
        ][-10:],
    }


def _is_about(text: str, campaign: Campaign, guest: Guest) -> bool:
    return text.startswith(f"{campaign.name}: ") and f"guest {guest.id}" in text.replace(",", " ").replace(":", " ")


def _campaign(business: Business, value: Any) -> Campaign:
    wanted = params.text(value)
    for one in business.campaigns.values():
        if wanted in (str(one.id), one.name):
            return one
    raise ButtonError(f"there is no campaign {wanted!r}; `campaign` is a name or an id")


def _guest(business: Business, value: Any) -> Guest:
    wanted = params.text(value)
    found = business.by_email.get(wanted.lower()) or business.guests.get(params.integer(value) or 0)
    if found is None:
        raise ButtonError(f"there is no guest {wanted!r}; `guest` is an e-mail address or an id")
    return found


def _conclusion(business: Business, campaign: Campaign, guest: Guest, gifts: int) -> str:
    if gifts:
        return f"given {gifts} time(s)"
    reason = campaigns.why_not(business, campaign, guest, None) or _not_now(business, campaign)
    return f"not given: {reason or _nothing_yet(business, campaign, guest)}"


def _not_now(business: Business, campaign: Campaign) -> str | None:
    """What the dates of a campaign say."""
    if campaign.end is not None and campaign.end <= business.now:
        return f"the campaign ended at {utc(campaign.end)}"
    if campaign.start is not None and campaign.start > business.now:
        return f"the campaign starts at {utc(campaign.start)}"
    return None


def _nothing_yet(business: Business, campaign: Campaign, guest: Guest) -> str:
    """What has to happen first, where nothing stands in the way."""
    kind, settings = campaign.kind, campaign.settings
    if kind in ("mass_offer", "coupon") and campaign.ran:
        return "it ran when the guest was not in its audience"
    if kind in ("mass_offer", "coupon", "recurring_mass_offer"):
        return f"it runs at {_next(business, campaign)}"
    if kind == "birthday":
        reference = settings.get("reference", "birthday")
        day = schedules.reference_day(business, guest, reference)
        return f"the guest has no {reference}" if day is None else f"the {reference} is {day:%m-%d}"
    if kind == "recall":
        days, limit = segments.days_without(business, guest), settings.get("inactive_days", 30)
        return f"the guest has been away for {days} of {limit} days"
    if kind == challenges.KIND:
        if not business.challenges:
            return "challenges are not enabled"
        return f"{campaign.steps.get(guest.id, 0)} of {challenges.total(campaign)} steps are done"
    if kind == "referral" and guest.referred_by is None:
        return "nobody has brought the guest"
    if kind.startswith("post_checkin") and guest.purchases:
        return "no purchase has qualified since the campaign is there"
    return f"nothing has set it off: {TRIGGERS.get(kind, 'the guest has not done what it waits for')}"


TRIGGERS = {
    "sign_up": "the guest signed up before it was there, or its run delay is not over",
    "post_checkin_offer": "the guest has not bought",
    "post_checkin_message": "the guest has not bought",
    "profile_update": "the guest has not changed the profile",
    "referral": "the new guest has not done what it asks for",
    "social_cause": "it gives nothing; guests give",
}


def _next(business: Business, campaign: Campaign) -> str:
    """When a scheduled campaign runs next."""
    due: datetime | None = campaign.start
    if campaign.kind in schedules.RECURRING:
        due = schedules.next_run(business, campaign)
    return utc(due) if due is not None else "no time: it has no start"
