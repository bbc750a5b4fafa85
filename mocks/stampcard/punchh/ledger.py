"""Points and visits: what enters an account, what leaves it, and what follows from that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stampcard.punchh import campaigns, events, rewards
from stampcard.punchh.accounts import balance, level, points_for, qualification
from stampcard.punchh.records import Checkin, Guest, Lot
from stampcard.punchh.state import Business


def earn(
    business: Business,
    guest: Guest,
    facts: dict[str, Any],
    *,
    cause: int | None,
    state: str = "approved",
) -> Checkin:
    """Put a purchase into the account. `facts` are those of the receipt, with `receipt_amount` a number."""
    checkin = Checkin(
        id=business.next_id("checkins"),
        kind="loyalty",
        created_at=business.now,
        updated_at=business.now,
        points=points_for(business, facts.get("receipt_amount") or 0.0),
        visits=1,
        state=state,
        first=not any(other.kind == "loyalty" and other.state != "voided" for other in guest.checkins),
        facts=facts,
    )
    guest.checkins += (checkin,)
    guest.last_activity_at = business.now
    if state == "pending":
        events.pending_checkin(business, guest, checkin, cause=cause)
    entry = events.checkin(business, guest, checkin, "create", cause=cause)
    if state == "approved":
        counted(business, guest, checkin, cause=entry or cause)
    return checkin


def void(business: Business, guest: Guest, checkin: Checkin, *, cause: int | None) -> None:
    """Take a pending check-in back; its points never counted."""
    checkin.state, checkin.updated_at = "voided", business.now
    events.checkin_void(business, guest, checkin, cause=cause)
    events.checkin(business, guest, checkin, "update", cause=cause)


def amend(business: Business, guest: Guest, checkin: Checkin, facts: dict[str, Any], *, cause: int | None) -> None:
    """Put a corrected receipt in place; points already spent stay spent. One that waits is told of when it counts."""
    before = checkin.facts.get("receipt_amount")
    checkin.facts = {**checkin.facts, **facts}
    points = points_for(business, checkin.facts.get("receipt_amount") or 0.0)
    checkin.points = max(points, checkin.spent + checkin.expired)
    checkin.updated_at = business.now
    if before != checkin.facts.get("receipt_amount"):
        events.update_checkin(business, guest, checkin, before, cause=cause)
    if checkin.state == "approved":
        events.checkin(business, guest, checkin, "update", cause=cause)
        convert(business, guest, cause=cause)
        level_up(business, guest, cause=cause)


def approve(business: Business, guest: Guest, checkin: Checkin, *, cause: int | None) -> None:
    """Let a pending or unapproved check-in count from now on."""
    checkin.state, checkin.updated_at = "approved", business.now
    entry = events.checkin(business, guest, checkin, "update", cause=cause)
    counted(business, guest, checkin, cause=entry or cause)


def counted(business: Business, guest: Guest, checkin: Checkin, *, cause: int | None) -> None:
    """What follows when points start to count: conversion, level, campaigns."""
    convert(business, guest, cause=cause)
    level_up(business, guest, cause=cause)
    if checkin.kind == "loyalty":
        campaigns.checked_in(business, guest, checkin, cause=cause)


def give_points(
    business: Business,
    guest: Guest,
    points: int,
    origin: dict[str, Any],
    *,
    visits: int = 0,
    state: str = "approved",
    cause: int | None,
) -> Checkin:
    """Give points or visits: a gift check-in. `origin` says who gave and why."""
    checkin = Checkin(
        id=business.next_id("checkins"),
        kind="gift",
        created_at=business.now,
        updated_at=business.now,
        points=points,
        visits=visits,
        state=state,
        origin=origin,
    )
    guest.checkins += (checkin,)
    entry = events.checkin(business, guest, checkin, "create", cause=cause)
    if state == "approved":
        counted(business, guest, checkin, cause=entry or cause)
    return checkin


def spend(guest: Guest, points: int) -> list[tuple[int, int]]:
    """Take points, the oldest first; returns what was taken from which check-in. The caller has checked the balance."""
    taken = []
    for checkin in guest.checkins:
        part = min(checkin.left, points)
        if part > 0:
            checkin.spent += part
            points -= part
            taken.append((checkin.id, part))
    return taken


def give_back(guest: Guest, taken: list[tuple[int, int]]) -> None:
    """Undo a `spend`."""
    by_id = {checkin.id: checkin for checkin in guest.checkins}
    for number, part in taken:
        if number in by_id:
            by_id[number].spent -= part


def bank(business: Business, guest: Guest, money: float) -> None:
    """Put money into the bank."""
    if money:
        guest.account.lots += (Lot(business.now, round(money, 2), round(money, 2)),)


def unbank(guest: Guest, money: float) -> None:
    """Take money out, the oldest first. The caller has checked what is there."""
    for lot in guest.account.lots:
        part = min(lot.left, money)
        lot.left = round(lot.left - part, 2)
        money = round(money - part, 2)


def rebank(guest: Guest, money: float) -> None:
    """Put back what was taken, where it came from as far as that is known: the newest first."""
    for lot in reversed(guest.account.lots):
        part = min(round(lot.amount - lot.left, 2), money)
        lot.left = round(lot.left + part, 2)
        money = round(money - part, 2)


def convert(business: Business, guest: Guest, *, cause: int | None) -> None:
    """Turn points into money or rewards each time the threshold is reached, where the program does so."""
    program = business.program
    if program.type != "points" or program.points_conversion_type not in ("currency", "rewards"):
        return
    while balance(business, guest).net >= program.conversion_threshold > 0:
        spend(guest, program.conversion_threshold)
        guest.account.converted_points += program.conversion_threshold
        if program.points_conversion_type == "currency":
            bank(business, guest, program.conversion_value)
            events.points_to_reward(business, guest, program.conversion_value, cause=cause)
        elif program.conversion_redeemable_id in business.redeemables:
            origin = {"gift_reason": "Loyalty Reward", "reward_points_redeemed": program.conversion_threshold}
            redeemable = business.redeemables[program.conversion_redeemable_id]
            reward = rewards.give(business, guest, redeemable, origin, cause=cause)
            events.reward_notification(business, guest, reward, cause=cause)


def level_up(business: Business, guest: Guest, *, cause: int | None) -> None:
    """Put the guest on the level its points reach, and tell when that is another one."""
    points = qualification(business, guest)
    reached = [found for found in business.program.levels if found.points <= points]
    new, old = max(reached, key=lambda found: found.points, default=None), level(business, guest)
    if (new.id if new else None) == guest.account.level_id:
        return
    account = guest.account
    account.level_id = new.id if new else None
    if old is not None and (new is None or new.points < old.points):
        account.expired_level = old.name
    days = business.program.level_expiry_days
    account.level_expires_at = business.now + timedelta(days=days) if days and new else None
    events.bumped_level(business, guest, old.name if old else None, new.name if new else None, cause=cause)
