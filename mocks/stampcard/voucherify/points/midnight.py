"""What a project does when a day begins: pending points become active, tiers begin and end, points expire.

https://docs.voucherify.io/build/loyalty-points (point and tier calculation on a new day)
"""

from __future__ import annotations

from datetime import date, timedelta

from stampcard.voucherify import days, happenings
from stampcard.voucherify.campaigns.records import Voucher
from stampcard.voucherify.points import balances, buckets, pending_points, tier_moves
from stampcard.voucherify.points.records import Expired
from stampcard.voucherify.state import Project


def plan(project: Project, day: str, *, after: bool = False, cause: int | None = None) -> None:
    """Have the beginning of a day (or of the one after it) do its work, once."""
    first = date.fromisoformat(day) + timedelta(days=int(after))
    if first.isoformat() in project.ledger.days:
        return
    project.ledger.days.add(first.isoformat())

    async def run() -> None:
        project.ledger.days.discard(first.isoformat())
        begin(project, first.isoformat(), happenings.group_of(project, cause))

    due = max(days.midnight(project, first), project.world.clock.now)
    project.world.clock.at(due, run, name=f"loyalty points on {first}", vendor="voucherify", cause=cause)


def begin(project: Project, day: str, group: str) -> None:
    """The vendor's order: pending points, tiers, expiry; balances move tiers by themselves."""
    for pending in list(project.ledger.pending.values()):
        if pending.status == "PENDING" and pending.activates_at <= day:
            pending_points.activate_record(project, pending, group, "AUTOMATIC")
    tier_moves.begin_day(project, day, group)
    for held in list(project.ledger.buckets.values()):
        over = [bucket for bucket in held if bucket.expires_at < day]
        if over:
            expire(project, over[0].voucher, group, day)


def expire(project: Project, card: Voucher, group: str, day: str) -> None:
    """Points of days that are over leave the card."""
    held = project.ledger.buckets[card.id]
    over = [bucket for bucket in held if bucket.expires_at < day]
    held[:] = [bucket for bucket in held if bucket.expires_at >= day]
    shown = [buckets.view(bucket) for bucket in over if bucket.points]
    points = sum(bucket.points for bucket in over)
    if not points or card.deleted:
        buckets.refresh(project, card)
        return
    card.value = {**card.value, "expired_points": card.value.get("expired_points", 0) + points}
    about = {"buckets": [{"id": item["id"], "expires_at": item["expires_at"]} for item in shown]}
    transaction = balances.move(
        project, card, -points, "EXPIRATION", group=group, operation="AUTOMATIC", granted=False, about=about
    )
    subject = Expired(card, points, shown, balances.view(transaction))
    happenings.tell(project, group, "customer.voucher.loyalty_card.points_expired", card.holder, subject)
