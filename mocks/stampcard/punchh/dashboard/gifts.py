"""Gifts and messages from an admin to one guest."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import campaigns, errors, ledger, params, rewards
from stampcard.punchh.dashboard import users
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business, Redeemable
from stampcard.punchh.times import end_of_day, zone_of

ENTITIES = ("gift_count", "redeemable_id", "reward_amount", "fuel_amount", "challenge_campaign_id")
SINGLE = "Please specify single entity for gifting."
ANY_ONE = "Please specify any one entity for gifting"
NO_PURPOSE = "There must be a purpose to this note to the guest"
NO_SUPPORT = (
    "Your current loyalty program configuration does not support this feature. "
    "Please connect with your customer success representative for resolution of the issue."
)
NO_CAMPAIGN = (
    "Sorry. Either this is an invalid campaign ID or the campaign has a start date in future, "
    "is a draft, is deactivated or expired."
)


class Gift:
    """What an admin gives, checked whole before any of it is given."""

    def __init__(self, call: Call[Business], guest: Guest) -> None:
        values = params.given(call)
        self.call = call
        self.guest = guest
        self.points = params.integer(values.get("gift_count")) or 0
        self.money = params.number(values.get("reward_amount")) or 0.0
        self.redeemable = _redeemable(call.state, values.get("redeemable_id"))
        self.end = _end(call)
        self.message = params.text(values.get("message"))
        self.subject = params.text(values.get("subject"))
        self.reason = params.text(values.get("gift_reason")) or "Support Activity"
        if params.text(values.get("gift_count")) and self.points <= 0:
            raise errors.by_name(422, "base", ["Gift count is invalid"])
        if params.text(values.get("challenge_campaign_id")):
            raise errors.by_name(422, "base", [NO_CAMPAIGN])
        if params.text(values.get("fuel_amount")) or (self.money and not _banks_money(call.state)):
            raise errors.by_name(422, "base", [NO_SUPPORT])

    def give(self) -> list[str]:
        """Give it all; returns what was given, in words."""
        business, guest = self.call.state, self.guest
        number = business.next_id("messages")
        origin: dict[str, Any] = {
            "gift_reason": self.reason,
            "gifted_for_type": "FeedbackReply",
            "gifted_for_id": number,
            "gifted_by_type": "Admin",
            "gifted_by_id": 1,
        }
        told = []
        if self.message:
            row = {"id": number, "subject": self.subject, "message": self.message, "sent_at": business.now}
            guest.messages += ({**row, "read_at": None},)
            told.append("a message")
        if self.points:
            visits = self.points if business.program.type == "visits" else 0
            ledger.give_points(business, guest, 0 if visits else self.points, origin, visits=visits, cause=self.call.id)
            told.append(f"{self.points} {'visits' if visits else 'points'}")
        if self.redeemable is not None:
            rewards.give(business, guest, self.redeemable, origin, end=self.end, cause=self.call.id)
            told.append(self.redeemable.name)
        if self.money:
            ledger.bank(business, guest, self.money)
            told.append(f"{self.money:g} of currency")
        return told


def _banks_money(business: Business) -> bool:
    return business.program.type == "points" and business.program.points_conversion_type == "currency"


def _redeemable(business: Business, value: Any) -> Redeemable | None:
    """Raises ApiError for an id that is none (the text is assumed)."""
    if not params.text(value):
        return None
    found = business.redeemables.get(params.integer(value) or 0)
    if found is None:
        raise errors.by_name(422, "base", ["Invalid redeemable"])
    return found


def _end(call: Call[Business]) -> datetime | None:
    """The end of the day `end_date` in the business's zone, or nothing for what is no date."""
    value = params.given(call).get("end_date")
    end = end_of_day(value, zone_of(call.state))
    if end is None and params.text(value):
        call.diagnose("no-date", "end_date is no date and has no effect (assumed)", "/end_date")
    return end


def _entities(call: Call[Business]) -> list[str]:
    values = params.given(call)
    return [name for name in ENTITIES if params.text(values.get(name))]


async def support(call: Call[Business]) -> Reply:
    """Exactly one thing for one guest, at once."""
    guest = users.by_id(call)
    if len(_entities(call)) != 1:
        raise errors.by_name(422, "base", [SINGLE])
    told = Gift(call, guest).give()
    call.summary = f"guest {guest.id} is given {' and '.join(told)} by support"
    return Reply(201)


async def support_gifting(call: Call[Business]) -> Reply:
    """The same, in the background: points or a redeemable."""
    guest, named = users.by_id(call), _entities(call)
    if not named:
        raise errors.by_name(422, "base", [ANY_ONE])
    if len(named) != 1:
        raise errors.by_name(422, "base", [SINGLE])
    gift = Gift(call, guest)

    async def run() -> None:
        if guest.is_member:
            gift.give()
        else:
            text = f"no gift for guest {guest.id}, {campaigns.why_closed(guest)}"
            call.world.record("punchh", "support gift skip", text, cause=call.id)

    call.world.clock.after(timedelta(), run, name=f"gift for guest {guest.id}", vendor="punchh", cause=call.id)
    call.summary = f"guest {guest.id} will be given something by support"
    return Reply(202)


async def send_message(call: Call[Business]) -> Reply:
    """A message, gifts, or both."""
    guest = users.by_id(call)
    if not _entities(call) and not params.text(params.given(call).get("message")):
        raise errors.by_name(422, "base", [NO_PURPOSE])
    told = Gift(call, guest).give()
    call.summary = f"guest {guest.id} is sent {' and '.join(told)}"
    return Reply(201)
