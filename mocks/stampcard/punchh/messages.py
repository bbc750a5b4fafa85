"""Messages that Punchh itself sends with a campaign: rich message, push, SMS and e-mail, as they leave in the outbox.

With Braze beside it a campaign has none. Which consent each channel asks for, and the names a text may put in double
braces, are assumed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stampcard.core.outbox import Message
from stampcard.punchh.records import Guest, Reward
from stampcard.punchh.state import Business, Campaign

CHANNELS = ("rich_message", "push", "sms", "email")
_NAME = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def send(
    business: Business,
    campaign: Campaign,
    guest: Guest,
    reward: Reward | None,
    points: int,
    cause: int,
    code: str = "",
) -> None:
    """Send what the campaign has on each channel, or say in the outbox why it did not leave; `code` is a coupon's."""
    if not campaign.messages:
        return
    facts = {**_facts(business, campaign, guest, reward, points), "coupon_code": code}
    for channel in CHANNELS:
        content = campaign.messages.get(channel)
        if content is None:
            continue
        parts = {name: rendered(text, facts) for name, text in content.items()}
        reason = _why_not(channel, guest)
        if channel == "rich_message" and not reason:
            _to_inbox(business, guest, parts)
        _leave(business, campaign, guest, channel, parts, reason, cause)


def _leave(
    business: Business,
    campaign: Campaign,
    guest: Guest,
    channel: str,
    parts: dict[str, str],
    reason: str,
    cause: int,
) -> None:
    world = business.world
    what = f"not sent, {reason}" if reason else "sent"
    text = f"{campaign.name}: {channel} to guest {guest.id} {what}"
    entry = world.record("punchh", "campaign message", text, cause=cause)
    world.outbox.add(
        Message(
            id=world.chance.uuid(),
            at=world.clock.now,
            vendor="punchh",
            channel=channel,
            user=str(guest.id),
            campaign=campaign.name,
            status="aborted" if reason else "sent",
            parts=dict(parts),
            reason=reason,
            cause=cause,
            entry=entry,
            detail={"why": f"campaign {campaign.name}", "campaign_id": campaign.id, "email": guest.email},
        )
    )


def _why_not(channel: str, guest: Guest) -> str:
    """Why a channel does not reach a guest; empty when it does."""
    profile = guest.profile
    if channel == "email" and (profile.get("unsubscribed") or not profile.get("marketing_email_subscription", True)):
        return "the guest has no subscription to e-mail"
    if channel == "push" and not profile.get("marketing_pn_subscription", True):
        return "the guest has no subscription to push"
    if channel == "push" and not guest.devices:
        return "the guest has no device"
    if channel == "sms" and not guest.phone:
        return "the guest has no phone"
    if channel == "sms" and not profile.get("sms_subscription", False):
        return "the guest has no subscription to SMS"
    return ""


def _to_inbox(business: Business, guest: Guest, parts: Mapping[str, str]) -> None:
    """Rich messages stay in the app."""
    row = {"id": business.next_id("messages"), "subject": parts.get("subject", ""), "message": parts.get("body", "")}
    guest.messages += ({**row, "sent_at": business.now, "read_at": None},)


def rendered(text: str, facts: Mapping[str, Any]) -> str:
    """`{{first_name}}` and the like filled in; a name that is none stays as it is, for all to see."""
    return _NAME.sub(lambda found: str(facts.get(found[1], found[0])), text)


def _facts(business: Business, campaign: Campaign, guest: Guest, reward: Reward | None, points: int) -> dict[str, Any]:
    return {
        "first_name": guest.first_name,
        "last_name": guest.last_name,
        "email": guest.email,
        "referral_code": guest.referral_code,
        "business_name": business.name,
        "campaign_name": campaign.name,
        "reward_name": business.redeemables[reward.redeemable_id].name if reward else "",
        "points": points,
    }
