"""Signing in with Google, Facebook or Apple. Whom their tokens stand for is said in the setup; no one is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.punchh import guests, params
from stampcard.punchh.errors import MOBILE, Words
from stampcard.punchh.guests import Draft
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business

CHANNELS = {"google": "MobileEmail", "facebook": "MobileFacebook", "apple": "MobileApple"}
UIDS = {"google": "google_uid", "facebook": "fb_uid", "apple": "apple_uid"}


def configured(business: Business, provider: str) -> bool:
    return any(row["provider"] == provider for row in business.social_identities.values())


def identity(business: Business, provider: str, token: str) -> Mapping[str, Any] | None:
    """Whom a token of a provider stands for."""
    row = business.social_identities.get(token)
    return row if row is not None and row["provider"] == provider else None


def sign_in(
    business: Business, person: Mapping[str, Any], values: Mapping[str, Any], words: Words, *, cause: int
) -> tuple[Guest, Draft, bool]:
    """The guest with the person's address, or a new one; true when it is new. Raises ApiError."""
    known = business.by_email.get(str(person["email"]).lower())
    if known is not None and known.is_member:
        known.sign_in_count += 1
        known.profile[UIDS[person["provider"]]] = person.get("uid") or known.profile.get(UIDS[person["provider"]])
        return known, Draft(), False
    wanted = {**values, "email": person["email"]}
    for name in ("first_name", "last_name"):
        wanted[name] = params.text(values.get(name)) or person.get(name, "")
    made = guests.draft(business, wanted, words)
    made.changes |= {UIDS[person["provider"]]: person.get("uid"), "email_verified": True, "sign_in_count": 1}
    channel = params.text(values.get("signup_channel")) or CHANNELS[person["provider"]]
    return guests.sign_up(business, made, channel=channel, app=words is MOBILE, cause=cause), made, True
