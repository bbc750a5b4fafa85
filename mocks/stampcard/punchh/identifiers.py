"""What finds a guest: e-mail address, phone, and the identity it has elsewhere."""

from __future__ import annotations

from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business


def index(business: Business, guest: Guest) -> None:
    """Make a guest findable by what identifies it."""
    if guest.email:
        business.by_email[guest.email] = guest
    if guest.phone:
        business.by_phone.setdefault(guest.phone, guest)
    if guest.external_source and guest.external_source_id:
        business.by_external[guest.external_source, guest.external_source_id] = guest


def unindex(business: Business, guest: Guest) -> None:
    """Forget what identifies a guest."""
    business.by_email.pop(guest.email, None)
    if guest.phone and business.by_phone.get(guest.phone) is guest:
        del business.by_phone[guest.phone]
    business.by_external.pop((guest.external_source or "", guest.external_source_id or ""), None)


def hand_on(business: Business, phone: str | None) -> None:
    """Let a phone that its first owner gave up find the next guest who has it: phones need not be unique."""
    if phone and phone not in business.by_phone:
        heir = next((one for one in business if one.phone == phone and not one.gone), None)
        if heir is not None:
            business.by_phone[phone] = heir
