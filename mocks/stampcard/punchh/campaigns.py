"""Campaigns: who gets what, when and why; every decision is an entry of the journal that says why.

The kinds and their settings are those of the dashboard (the Punchh partner page, Punchh's support articles).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from stampcard.punchh import challenges, coupons, events, ledger, messages, rewards, segments
from stampcard.punchh.records import Checkin, Guest, Reward
from stampcard.punchh.state import Business, Campaign

TYPE_NAMES = {
    "sign_up": "SignupCampaign",
    "mass_offer": "MassGiftingCampaign",
    "recurring_mass_offer": "MassGiftingCampaign",
    "post_checkin_offer": "PostCheckinCampaign",
    "post_checkin_message": "NotificationBearing",
    "birthday": "AnniversaryCampaign",
    "recall": "RecallCampaign",
    "referral": "ReferralCampaign",
    "coupon": "CouponCampaign",
    "profile_update": "ProfileUpdateCampaign",
    "challenge": "ChallengeCampaign",
    "social_cause": "SocialCauseCampaign",
}
"""Kind to `campaign_type`; those of mass offers, birthdays, referrals, coupons and causes are assumed."""

NOTIFICATIONS = {
    "sign_up": "signup_campaign",
    "post_checkin_offer": "post_checkin_campaign",
    "post_checkin_message": "post_checkin_campaign",
    "birthday": "anniversary_campaign",
    "recall": "recall_campaign",
    "referral": "referral_campaign",
    "coupon": "coupon_campaign",
    "profile_update": "profile_update_campaign",
    "challenge": "challenge_campaign",
}
"""Kind to the type of its marketing notification; there is none for mass offers."""


ONCE = ("sign_up", "mass_offer", "coupon", "profile_update")
"""Kinds that give a guest one gift unless their settings say otherwise."""


def type_name(business: Business, campaign: Campaign) -> str:
    return business.switches.campaigns_type_names.get(campaign.kind, TYPE_NAMES[campaign.kind])


def running(business: Business, kind: str) -> list[Campaign]:
    """Active campaigns of a kind, within their dates."""
    if not business.campaigns:
        return []
    now = business.now
    return [
        campaign
        for campaign in business.campaigns.values()
        if campaign.kind == kind
        and campaign.active
        and (campaign.start is None or campaign.start <= now)
        and (campaign.end is None or now < campaign.end)
    ]


# Triggers


def signed_up(business: Business, guest: Guest, *, cause: int | None) -> None:
    """A sign-up sets off the sign-up campaigns, each after its run delay, and the gifts for a referral."""
    for campaign in running(business, "sign_up"):
        later(business, campaign, guest, cause=cause)
    if guest.referred_by is not None:
        referred(business, guest, "sign_up", cause=cause)


def checked_in(business: Business, guest: Guest, checkin: Checkin, *, cause: int | None) -> None:
    """A purchase sets off the post check-in campaigns and the gifts for a referral's first purchase."""
    for kind in ("post_checkin_offer", "post_checkin_message"):
        for campaign in running(business, kind):
            later(business, campaign, guest, checkin=checkin, cause=cause)
    challenges.checked_in(business, guest, checkin, cause=cause)
    if checkin.first and guest.referred_by is not None:
        referred(business, guest, "checkin", cause=cause)


def updated(business: Business, guest: Guest, changed: list[str], *, cause: int | None) -> None:
    """A change of the profile sets off the campaigns that ask for it, once a guest unless they say otherwise."""
    for campaign in running(business, "profile_update"):
        wanted = campaign.settings.get("profile_fields")
        if wanted is None or set(wanted) & set(changed):
            later(business, campaign, guest, cause=cause)


def referred(business: Business, guest: Guest, moment: str, *, cause: int | None) -> None:
    """Gifts of referral campaigns, for the new guest and for who brought it."""
    referrer = business.guests.get(guest.referred_by or 0)
    for campaign in running(business, "referral"):
        if campaign.settings.get("trigger", "checkin") != moment:
            continue
        whom = campaign.settings.get("gift_to", "both")
        if whom in ("both", "referred"):
            later(business, campaign, guest, cause=cause)
        if referrer is not None and whom in ("both", "referrer"):
            later(business, campaign, referrer, about=guest, cause=cause)


def later(
    business: Business,
    campaign: Campaign,
    guest: Guest,
    *,
    checkin: Checkin | None = None,
    about: Guest | None = None,
    cause: int | None,
) -> None:
    """Decide about one guest after the campaign's run delay, which counts from the time of the receipt."""

    async def run() -> None:
        current = business.campaigns.get(campaign.id)
        if current is not None:
            decide(business, current, guest, checkin=checkin, about=about, cause=cause)
            return
        text = f"{campaign.name}: no gift for guest {guest.id}, the campaign is gone"
        business.world.record("punchh", "campaign skip", text, cause=cause)

    now, delay = business.now, timedelta(minutes=campaign.run_delay_minutes)
    since = _receipt_time(checkin) or now
    due = min(max(since + delay, now), now + delay)
    name = f"campaign {campaign.name} for guest {guest.id}"
    business.world.clock.at(due, run, name=name, vendor="punchh", cause=cause)


def _receipt_time(checkin: Checkin | None) -> datetime | None:
    """What the delay of a post check-in campaign counts from."""
    at = checkin.facts.get("receipt_date") if checkin is not None else None
    return datetime.fromisoformat(at) if at else None


# Decisions


def why_not(business: Business, campaign: Campaign, guest: Guest, checkin: Checkin | None) -> str | None:
    """Why a guest gets nothing from a campaign; None when it does."""
    settings = campaign.settings
    segment = business.segments.get(campaign.segment_id or 0)
    if not campaign.active:
        return "the campaign is not active"
    if not guest.is_member:
        return why_closed(guest)
    if campaign.segment_id is not None and segment is None:
        return f"segment {campaign.segment_id} is gone"
    if not segments.contains(business, segment, guest):
        return f"not in segment {segment.name if segment else campaign.segment_id}"
    gift = business.redeemables.get(campaign.redeemable_id or 0)
    if gift is not None and not gift.active:
        return f"{gift.name} is deactivated"
    if gift is not None and gift.end_time is not None and gift.end_time <= business.now:
        return f"{gift.name} has ended"
    once = campaign.kind in ONCE or (campaign.kind == challenges.KIND and challenges.is_single(campaign))
    if in_control_group(campaign, guest):
        return "in the campaign's control group"
    limit = settings.get("max_gifts_per_guest", 1 if once else None)
    if limit is not None and campaign.given.get(guest.id, 0) >= limit:
        return f"got this campaign's gift {limit} time(s) already"
    return _why_not_checkin(business, settings, guest, checkin)


def why_closed(guest: Guest) -> str:
    """Why a guest is no member who may receive gifts."""
    if guest.guest_type != "Loyalty":
        return f"no loyalty member, but a guest of type {guest.guest_type}"
    return f"the account is {guest.gone or guest.status}"


def in_control_group(campaign: Campaign, guest: Guest) -> bool:
    """Whether a guest is of the part that gets nothing, the same one whenever a campaign of this name runs."""
    part = campaign.settings.get("control_group_percentage", 0)
    return bool(part) and crc32(f"{campaign.name}:{guest.id}".encode()) % 100 < part


def _why_not_checkin(business: Business, settings: dict[str, Any], guest: Guest, checkin: Checkin | None) -> str | None:
    if checkin is None:
        return None
    amount = checkin.facts.get("receipt_amount") or 0
    if checkin.state != "approved":
        return f"the check-in is {checkin.state}"
    if amount < settings.get("minimum_amount", 0):
        return f"the receipt of {amount} is under {settings['minimum_amount']}"
    names = {str(row.get("item_name", "")).lower() for row in checkin.facts.get("menu_items") or []}
    if "menu_item" in settings and settings["menu_item"].lower() not in names:
        return f"no {settings['menu_item']} on the receipt"
    every = settings.get("every_visits", 1)
    visits = sum(1 for other in guest.purchases if other.id <= checkin.id)
    return f"visit {visits} is not one of every {every}" if visits % every else None


def decide(
    business: Business,
    campaign: Campaign,
    guest: Guest,
    *,
    checkin: Checkin | None = None,
    about: Guest | None = None,
    end: datetime | None = None,
    cause: int | None,
) -> bool:
    """Give, or say why not; true when something was given."""
    record = business.world.record
    reason = why_not(business, campaign, guest, checkin)
    if reason is not None:
        record("punchh", "campaign skip", f"{campaign.name}: no gift for guest {guest.id}, {reason}", cause=cause)
        return False
    points = campaign.points
    if checkin is not None and "points_factor" in campaign.settings:
        points += int(checkin.points * campaign.settings["points_factor"] + 1e-9) - checkin.points
    campaign.given[guest.id] = campaign.given.get(guest.id, 0) + 1
    if campaign.kind == "coupon":
        entry = record("punchh", "campaign gift", f"{campaign.name}: guest {guest.id} gets a code", cause=cause)
        code = coupons.issue(business, campaign, guest, cause=entry).code
        notify(business, campaign, guest, None, 0, {"coupon_code": code}, cause=entry)
        messages.send(business, campaign, guest, None, 0, entry, code)
        return True
    give(business, campaign, guest, points, checkin=checkin, about=about, end=end, cause=cause)
    return True


def give(
    business: Business,
    campaign: Campaign,
    guest: Guest,
    points: int,
    *,
    checkin: Checkin | None = None,
    about: Guest | None = None,
    end: datetime | None = None,
    cause: int | None,
) -> None:
    """Give what a campaign gives, and tell."""
    redeemable = business.redeemables.get(campaign.redeemable_id or 0)
    what = [f"{points} points"] if points else []
    what += [redeemable.name] if redeemable else []
    text = f"{campaign.name}: guest {guest.id} gets {' and '.join(what) or 'a message'}"
    entry = business.world.record("punchh", "campaign gift", text, cause=cause)
    origin = origin_of(business, campaign)
    reward = rewards.give(business, guest, redeemable, origin, end=end, cause=entry) if redeemable else None
    if points:
        gift = {**origin, "for_referring_user_id": about.id} if about else origin
        state = "unapproved" if campaign.settings.get("needs_approval") else "approved"
        ledger.give_points(business, guest, points, gift, state=state, cause=entry)
    more = {"checkin_id": checkin.id} if checkin else {}
    if campaign.kind == challenges.KIND:
        more = challenges.told(campaign)
    notify(business, campaign, guest, reward, points, more, cause=entry)
    if campaign.kind != "coupon":  # it wrote when the code was given
        messages.send(business, campaign, guest, reward, points, entry)


def origin_of(business: Business, campaign: Campaign) -> dict[str, Any]:
    """How a gift names the campaign it came from."""
    return {
        "campaign_id": campaign.id,
        "campaign_name": campaign.name,
        "campaign_type": type_name(business, campaign),
        "gift_reason": campaign.gift_reason or f"through {campaign.name}",
        "gifted_for_id": campaign.id,
        "gifted_for_type": "Campaign",
    }


def notify(
    business: Business,
    campaign: Campaign,
    guest: Guest,
    reward: Reward | None,
    points: int,
    more: dict[str, Any],
    *,
    cause: int | None,
) -> None:
    """The marketing notification of a kind that has one; `more` is said besides the usual."""
    kind = NOTIFICATIONS.get(campaign.kind)
    if kind is None:
        return

    def build() -> dict[str, Any]:
        told = {
            "campaign_id": campaign.id,
            "campaign_name": campaign.name,
            "campaign_type": type_name(business, campaign),
            "gift_reason": campaign.gift_reason or f"through {campaign.name}",
            "gifted_amount": points or None,
            **events.reward_dates(business, reward),
        }
        return {**told, **more, "extra_points" if kind == "post_checkin_campaign" else "points": points or None}

    events.marketing(business, guest, kind, build, cause=cause)
