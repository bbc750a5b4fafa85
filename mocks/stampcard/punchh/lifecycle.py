"""The life of an account after sign-up: ban, deactivation, deletion, anonymisation, and the ways back."""

from __future__ import annotations

from datetime import timedelta

from stampcard.punchh import events, guests, identifiers
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business


def set_status(business: Business, guest: Guest, status: str, *more: str, cause: int | None) -> None:
    """Make a guest active, banned or deactivated; all but active are logged out everywhere.

    `more` names what else of the profile the caller changed.
    """
    guest.status, guest.updated_at = status, business.now
    if status != "active":
        guests.revoke_tokens(business, guest)
    events.guest(business, guest, "update", changed=["status", *more], cause=cause)


def delete_later(business: Business, guest: Guest, days: int, *, mode: str = "delete", cause: int | None) -> None:
    """Mark for deletion (`mode` delete, anonymise or archive), which happens `days` days later if not called off."""
    due = guest.deletion_at = business.now + timedelta(days=days)

    async def run() -> None:
        if guest.deletion_at == due and not guest.gone:  # a later wish took the place of this one
            {"anonymise": anonymise, "archive": archive}.get(mode, delete)(business, guest, cause=cause)

    clock = business.world.clock
    clock.at(due, run, name=f"delete guest {guest.id}", vendor="punchh", cause=cause)


def delete(business: Business, guest: Guest, *, cause: int | None) -> None:
    """Take the profile away; its identifiers are free again."""
    business.world.record("punchh", "guest deleted", f"guest {guest.id} is deleted", cause=cause)
    if business.switches.events_for_deleted_guests:
        events.guest(business, guest, "delete", cause=cause)
    _forget(business, guest, "deleted")


def anonymise(business: Business, guest: Guest, *, cause: int | None) -> None:
    """Keep the account's history and take away who it was."""
    business.world.record("punchh", "guest anonymised", f"guest {guest.id} is anonymised", cause=cause)
    _forget(business, guest, "anonymised")
    guest.first_name = guest.last_name = ""
    guest.birthday = guest.anniversary = None
    guest.profile.clear()


def archive(business: Business, guest: Guest, *, cause: int | None) -> None:
    """Keep everything under an address that nobody uses; the old address is free again."""
    business.world.record("punchh", "guest archived", f"guest {guest.id} is archived", cause=cause)
    identifiers.unindex(business, guest)
    guests.revoke_tokens(business, guest)
    name, _, _ = guest.email.partition("@")
    guest.gone, guest.deletion_at, guest.email = "archived", None, f"{name}-{guest.id}@archive.com"
    identifiers.hand_on(business, guest.phone)


def _forget(business: Business, guest: Guest, gone: str) -> None:
    identifiers.unindex(business, guest)
    guests.revoke_tokens(business, guest)
    guest.gone, guest.deletion_at, phone = gone, None, guest.phone
    guest.external_source = guest.external_source_id = guest.phone = None
    identifiers.hand_on(business, phone)
    guest.email = f"{gone}-{guest.id}@example.invalid"
