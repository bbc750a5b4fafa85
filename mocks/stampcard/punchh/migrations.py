"""Guests of an earlier program: kept until they sign up here, and then given what they had."""

from __future__ import annotations

from typing import Any

from stampcard.punchh import ledger, rewards
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business
from stampcard.punchh.times import end_of_day, zone_of


def find(business: Business, guest: Guest) -> dict[str, Any] | None:
    """The record with the guest's e-mail, else phone, that was not used yet."""
    for name, value in (("email", guest.email), ("phone", (guest.phone or "").lstrip("+"))):
        for row in business.migration_users.values():
            if value and row.get(name) == value and not row.get("migrated_to"):
                return row
    return None


def take_over(business: Business, guest: Guest, *, cause: int | None) -> None:
    """Points and rewards of the earlier program, when there is a record of the guest."""
    row = find(business, guest) if business.migration_users else None
    if row is None:
        return
    row["migrated_to"] = guest.id
    guest.profile["migrate_status"] = True
    number = row["migration_user_id"]
    text = f"guest {guest.id} takes over migration user {number}"
    entry = business.world.record("punchh", "migration", text, cause=cause)
    origin = {"gift_reason": "Migration", "gifted_for_type": "BusinessMigrationUser", "gifted_for_id": number}
    if row.get("initial_points"):
        ledger.give_points(business, guest, row["initial_points"], origin, cause=entry)
    end = end_of_day(row.get("migrated_rewards_expiration_date"), zone_of(business))
    for wanted in row.get("migrated_redeemables", ()):
        redeemable = business.redeemables.get(wanted["redeemable_id"])
        for _ in range(wanted["rewards_count"] if redeemable else 0):
            assert redeemable is not None
            rewards.give(business, guest, redeemable, origin, end=end, cause=entry)
