"""E-mail addresses: bounces, complaints, unsubscribes, and the global subscription of all who have an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from stampcard.braze import errors, triggers
from stampcard.braze.state import Contact, User, Workspace
from stampcard.braze.users import identity
from stampcard.core.endpoint import Call, Reply

PAGE = 100


def follow(workspace: Workspace, user: User, changes: Mapping[str, tuple[Any, Any]]) -> None:
    """Note of an address what was changed on the profile that has it."""
    email = user.email
    if email is None:
        return
    if "email_subscribe" in changes:
        contact = workspace.addresses.setdefault(email, Contact())
        contact.state, contact.state_since = user.profile.get("email_subscribe"), workspace.world.clock.now
    if "marked_email_as_spam_at" in changes:
        contact = workspace.addresses.setdefault(email, Contact())
        contact.spam_at = user.profile.get("marked_email_as_spam_at")


def set_state(workspace: Workspace, email: str, state: str, cause: int) -> int:
    """Subscribe or unsubscribe an address and every profile that has it; returns how many have it."""
    email = email.lower()
    contact = workspace.addresses.setdefault(email, Contact())
    contact.state, contact.state_since = state, workspace.world.clock.now
    users = list(workspace.by_email.get(email, ()))
    for user in users:
        old = user.profile.get("email_subscribe")
        user.profile["email_subscribe"] = state
        identity.touch(workspace, user)
        if old != state:
            triggers.attributes_changed(workspace, user, {"email_subscribe": (old, state)}, cause)
    return len(users)


def one_or_more(value: str | Sequence[str]) -> Sequence[str]:
    """A member that Braze takes as one text or as a list."""
    return (value,) if isinstance(value, str) else value


async def set_status(call: Call[Workspace]) -> Reply:
    """The state stays with an address that nobody has yet."""
    emails = one_or_more(call.body["email"])
    state = call.body["subscription_state"]
    found = sum(set_state(call.state, email, state, call.id) for email in emails)
    call.summary = f"{len(emails)} addresses of {found} profiles {state}"
    return Reply(201, {"message": "success"})


async def blocklist(call: Call[Workspace]) -> Reply:
    """Unsubscribe addresses and mark them as hard bounced."""
    emails = one_or_more(call.body["email"])
    for email in emails:
        set_state(call.state, email, "unsubscribed", call.id)
        call.state.addresses[email.lower()].hard_bounced_at = call.world.clock.now
    call.summary = f"{len(emails)} addresses blocklisted"
    return Reply(201, {"message": "success"})


async def remove_bounces(call: Call[Workspace]) -> Reply:
    """Take addresses off the list of hard bounces."""
    for contact in _known(call):
        contact.hard_bounced_at = None
    return Reply(201, {"message": "success"})


async def remove_spam(call: Call[Workspace]) -> Reply:
    """Take addresses off the list of complaints."""
    for contact in _known(call):
        contact.spam_at = None
    for email in one_or_more(call.body["email"]):
        for user in call.state.by_email.get(email.lower(), ()):
            user.profile.pop("marked_email_as_spam_at", None)
    return Reply(201, {"message": "success"})


def _known(call: Call[Workspace]) -> list[Contact]:
    emails = [email.lower() for email in one_or_more(call.body["email"])]
    found = [call.state.addresses[email] for email in emails if email in call.state.addresses]
    call.summary = f"{len(found)} of {len(emails)} addresses were known"
    return found


async def hard_bounces(call: Call[Workspace]) -> Reply:
    rows = _listed(call, lambda contact: contact.hard_bounced_at)
    return _answer(call, rows, "hard_bounced_at")


async def unsubscribes(call: Call[Workspace]) -> Reply:
    """The newest first, unless asked otherwise."""
    rows = _listed(call, lambda contact: contact.state_since if contact.state == "unsubscribed" else None)
    if call.query.get("sort_direction", "desc") == "desc":
        rows.reverse()
    return _answer(call, rows, "unsubscribed_at")


def _answer(call: Call[Workspace], rows: list[tuple[str, datetime]], key: str) -> Reply:
    start, limit = call.query.get("offset", 0), call.query.get("limit", PAGE)
    page = rows[start : start + limit]
    call.summary = f"{len(page)} of {len(rows)} addresses"
    return Reply(200, {"emails": [{"email": email, key: stamp(at)} for email, at in page], "message": "success"})


def stamp(at: datetime) -> str:
    """The form of times in these lists: `2026-01-15 09:00:00 +0000`."""
    return at.strftime("%Y-%m-%d %H:%M:%S +0000")


def _listed(call: Call[Workspace], when: Callable[[Contact], datetime | None]) -> list[tuple[str, datetime]]:
    """Addresses with their time, oldest first: the one asked for, or those of the days asked for."""
    rows = sorted(
        ((email, at) for email, contact in call.state.addresses.items() if (at := when(contact)) is not None),
        key=lambda row: (row[1], row[0]),
    )
    if (email := call.query.get("email")) is not None:
        return [row for row in rows if row[0] == email.lower()]
    first, last = days_asked_for(call)
    return [row for row in rows if first <= row[1].date() <= last]


def days_asked_for(call: Call[Workspace]) -> tuple[date, date]:
    """`start_date` and `end_date`. Raises ApiError unless both are there and in order."""
    try:
        first = date.fromisoformat(call.query["start_date"])
        last = date.fromisoformat(call.query["end_date"])
    except (KeyError, ValueError):
        raise errors.refused("Bad Request") from None
    if first > last:
        raise errors.refused("Bad Request")
    return first, last
