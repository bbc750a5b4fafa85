"""Rewards: redeemables in a guest's account, from the gift to the end of their time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from stampcard.punchh import events
from stampcard.punchh.records import Guest, Reward
from stampcard.punchh.state import Business, Redeemable


def give(
    business: Business,
    guest: Guest,
    redeemable: Redeemable,
    origin: dict[str, Any],
    *,
    end: datetime | None = None,
    cause: int | None,
) -> Reward:
    """Put a redeemable into the account. Of `end` and the redeemable's own expiry the earlier one wins.

    One that is scheduled can be used from its start on (assumed).
    """
    now = business.now
    ends = [end, redeemable.end_time]
    if redeemable.expiry_days is not None:
        ends.append(now + timedelta(days=redeemable.expiry_days))
    reward = Reward(
        id=business.next_id("rewards"),
        user_id=guest.id,
        redeemable_id=redeemable.id,
        created_at=now,
        updated_at=now,
        available_at=max(now, redeemable.start_time or now),
        expires_at=min((found for found in ends if found is not None), default=None),
        origin=origin,
    )
    guest.rewards[reward.id] = reward
    entry = events.reward(business, guest, reward, "create", cause=cause)
    if reward.expires_at is not None:
        _watch(business, guest, reward, cause=entry or cause)
    return reward


def _watch(business: Business, guest: Guest, reward: Reward, *, cause: int | None) -> None:
    """Let the reward lapse in time, and remind the guest before, where the program does so."""
    assert reward.expires_at is not None

    async def expire() -> None:
        if reward.status == "unredeemed":
            reward.status, reward.updated_at = "expired", business.now
            events.reward(business, guest, reward, "update", cause=cause)

    async def remind() -> None:
        if reward.status == "unredeemed":
            events.reward_expiry_reminder(business, guest, reward, cause=cause)

    clock = business.world.clock
    clock.at(reward.expires_at, expire, name=f"reward {reward.id} expires", vendor="punchh", cause=cause)
    days = business.program.reward_reminder_days
    if days is not None and reward.expires_at - timedelta(days=days) > business.now:
        due = reward.expires_at - timedelta(days=days)
        clock.at(due, remind, name=f"reward {reward.id} expiry reminder", vendor="punchh", cause=cause)


def usable(business: Business, guest: Guest) -> list[Reward]:
    """Rewards that can be redeemed now."""
    now = business.now
    return [
        reward
        for reward in guest.rewards.values()
        if reward.status == "unredeemed"
        and reward.available_at <= now
        and (reward.expires_at is None or now < reward.expires_at)
    ]
