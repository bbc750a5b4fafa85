"""Which loyalty tier a card is in: by its balance, or by the points collected in a calendar period.

https://docs.voucherify.io/build/loyalty-tiers
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from stampcard.core.clock import iso
from stampcard.voucherify import days, happenings, views
from stampcard.voucherify.campaigns.records import Campaign, Voucher
from stampcard.voucherify.points.records import Hold, LoyaltyTier, TierChange
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

COLLECTED = ("POINTS_ADDITION", "POINTS_ACCRUAL", "PENDING_POINTS_ACTIVATION")
"""Transactions that collect points (assumed: transfers and refunds do not)."""


def config(campaign: Campaign) -> Json:
    """How the campaign's tiers begin and end; by the balance where nothing was said."""
    return campaign.tiers_expiration or {}


def by_period(campaign: Campaign) -> bool:
    return config(campaign).get("qualification_type") == "POINTS_IN_PERIOD"


def place(project: Project, campaign: Campaign, points: int) -> LoyaltyTier | None:
    """The tier of that many points: of those whose range holds them, the one that begins highest."""
    fitting = [
        tier
        for tier in project.ledger.tiers_of(campaign)
        if tier.points["from"] <= points and (tier.points.get("to") is None or points <= tier.points["to"])
    ]
    return max(fitting, key=lambda tier: int(tier.points["from"]), default=None)


def collected(project: Project, card: Voucher, day: date) -> int:
    """Points collected in the calendar period of a day."""
    assert card.campaign is not None
    period = config(card.campaign).get("qualification_period", "YEAR")
    start = iso(days.midnight(project, days.period_start(day, period)))
    end = iso(days.midnight(project, days.next_period(day, period)))
    return sum(
        item.details["balance"]["points"]
        for item in project.transactions
        if item.voucher is card and item.type in COLLECTED and start <= item.created_at < end
        if item.details["balance"]["points"] > 0
    )


def last_day(campaign: Campaign, start: date) -> str | None:
    """How long a tier holds that begins on a day; None while the balance lasts.

    CUSTOM counts from when the threshold was reached, as the guide has it; the API reference counts from when the
    balance drops.
    """
    rules = config(campaign)
    expiration = rules.get("expiration_date") or {}
    kind, extend = expiration.get("type"), expiration.get("extend")
    if by_period(campaign):
        period = rules.get("qualification_period", "YEAR")
        end = days.period_end(start, period)
        if kind == "END_OF_NEXT_PERIOD":
            end = days.period_end(end + timedelta(days=1), period)
        return (days.plus(end, extend) if extend else end).isoformat()
    if kind != "CUSTOM" or not extend:
        return None
    return rounded(days.plus(start, extend), expiration.get("rounding") or {}).isoformat()


def rounded(end: date, rounding: Json) -> date:
    kind = rounding.get("type")
    if kind == "CUSTOM" and rounding.get("value") is not None:
        # Documented: 0 is January.
        return days.month_end(end, rounding["value"] % 12 + 1)
    if kind in days.LENGTHS:
        return days.period_start(end, kind) if rounding.get("strategy") == "START" else days.period_end(end, kind)
    return end


# Moves


def after_points(project: Project, card: Voucher, group: str) -> None:
    """A card's points changed: it may come to another tier."""
    campaign = card.campaign
    if campaign is None or card.holder is None or not project.ledger.tiers_of(campaign):
        return
    hold = project.ledger.holds.get(card.id)
    if not by_period(campaign):
        wanted = place(project, campaign, card.value["balance"])
        if hold is not None and hold.expiration_date is not None and not higher(wanted, hold.tier):
            return
        come_to(project, card, wanted, days.current(project), group)
        return
    today = days.current(project)
    wanted = place(project, campaign, collected(project, card, today))
    start = today
    if (config(campaign).get("start_date") or {}).get("type") == "NEXT_PERIOD":
        start = days.next_period(today, config(campaign).get("qualification_period", "YEAR"))
    if wanted is None or (hold is not None and not higher(wanted, hold.tier) and wanted is not hold.tier):
        return
    if start > today:
        wait_for(project, card, wanted, start)
    else:
        come_to(project, card, wanted, today, group)


def higher(tier: LoyaltyTier | None, other: LoyaltyTier) -> bool:
    return tier is not None and int(tier.points["from"]) > int(other.points["from"])


def wait_for(project: Project, card: Voucher, tier: LoyaltyTier, start: date) -> None:
    from stampcard.voucherify.points import midnight

    assert card.campaign is not None
    held = project.ledger.upcoming.get(card.id)
    if held is None or higher(tier, held.tier):
        end = last_day(card.campaign, start)
        project.ledger.upcoming[card.id] = Hold(tier, start.isoformat(), end, project.now)
        midnight.plan(project, start.isoformat())


def come_to(project: Project, card: Voucher, tier: LoyaltyTier | None, start: date, group: str) -> None:
    """Join, leave, move up or down, or stay longer; whoever listens is told."""
    ledger, campaign = project.ledger, card.campaign
    assert campaign is not None
    hold = ledger.holds.get(card.id)
    before = hold.tier if hold is not None else None
    end = last_day(campaign, start) if tier is not None else None
    if tier is before:
        if hold is not None and end is not None and (hold.expiration_date is None or end > hold.expiration_date):
            hold.expiration_date, hold.updated_at = end, project.now
            plan_end(project, end)
            tell(project, card, "prolonged", before, tier, group)
        return
    if tier is None:
        del ledger.holds[card.id]
    else:
        ledger.holds[card.id] = Hold(tier, start.isoformat(), end, project.now)
        plan_end(project, end)
    note(card, tier)
    if before is None:
        tell(project, card, "joined", None, tier, group)
    elif tier is None:
        tell(project, card, "left", before, None, group)
    else:
        tell(project, card, "upgraded" if higher(tier, before) else "downgraded", before, tier, group)


def plan_end(project: Project, end: str | None) -> None:
    from stampcard.voucherify.points import midnight

    if end is not None:
        midnight.plan(project, end, after=True)


def note(card: Voucher, tier: LoyaltyTier | None) -> None:
    """The holder's loyalty summary names the tier."""
    holder, campaign = card.holder, card.campaign
    if holder is None or campaign is None:
        return
    loyalty = holder.loyalty or views.NO_LOYALTY
    mine: Json = dict(loyalty["campaigns"].get(campaign.name, {"points": 0, "referred_customers": 0}))
    mine.pop("loyalty_tier", None)
    if tier is not None:
        mine["loyalty_tier"] = tier.id
    holder.loyalty = {**loyalty, "campaigns": {**loyalty["campaigns"], campaign.name: mine}}


def tell(
    project: Project, card: Voucher, what: str, before: LoyaltyTier | None, after: LoyaltyTier | None, group: str
) -> None:
    change = TierChange(card, before, after, project.now)
    happenings.tell(project, group, f"customer.loyalty.tier.{what}", card.holder, change)


def begin_day(project: Project, day: str, group: str) -> None:
    """Tiers that are over are looked at again, tiers that were waited for begin."""
    ledger, today = project.ledger, date.fromisoformat(day)
    for voucher_id, hold in list(ledger.holds.items()):
        if hold.expiration_date is not None and hold.expiration_date < day:
            look_again(project, project.voucher_ids.get(voucher_id), hold, today, group)
    for voucher_id, waiting in list(ledger.upcoming.items()):
        card = project.voucher_ids.get(voucher_id)
        if waiting.start_date <= day:
            del ledger.upcoming[voucher_id]
            if card is not None and not (
                voucher_id in ledger.holds and higher(ledger.holds[voucher_id].tier, waiting.tier)
            ):
                come_to(project, card, waiting.tier, today, group)


def look_again(project: Project, card: Voucher | None, hold: Hold, today: date, group: str) -> None:
    """A tier is over: what the balance says now, or what the period that ended still gives."""
    if card is None or card.campaign is None:
        return
    project.ledger.holds[card.id].expiration_date = None
    if not by_period(card.campaign):
        come_to(project, card, place(project, card.campaign, card.value["balance"]), today, group)
        return
    if card.id in project.ledger.upcoming and project.ledger.upcoming[card.id].start_date <= today.isoformat():
        return  # The next one begins right now.
    yesterday = today - timedelta(days=1)
    for seen in (today, yesterday):
        tier = place(project, card.campaign, collected(project, card, seen))
        end = last_day(card.campaign, seen)
        if tier is not None and end is not None and end >= today.isoformat():
            come_to(project, card, tier, seen, group)
            return
    come_to(project, card, None, today, group)


# Effects


def mapped(points: int, mapping: Any) -> int:
    """Points of a rule, or the price of a reward, as a tier changes them; products are rounded down (assumed)."""
    if not isinstance(mapping, dict):
        return points
    if mapping.get("type") == "CUSTOM" and mapping.get("points") is not None:
        return int(mapping["points"])
    if mapping.get("multiplier") is not None:
        return int(points * mapping["multiplier"] // 1)
    return points
