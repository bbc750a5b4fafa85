"""Gift cards: what a wallet holds, and how a card changes hands by a claim token.

Buying and loading cards is not emulated; the setup puts them into wallets.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from stampcard.punchh import accounts
from stampcard.punchh.records import GiftCard, Guest, Invitation
from stampcard.punchh.state import Business
from stampcard.punchh.times import local


def owned(business: Business, guest: Guest) -> list[GiftCard]:
    return [card for card in business.gift_cards.values() if card.owner_id == guest.id]


def pending(business: Business, token: str) -> Invitation | None:
    """The invitation of a claim token that is still good."""
    return next(
        (one for one in business.invitations.values() if one.token == token and one.status == "pending"),
        None,
    )


def invite(business: Business, guest: Guest, card: GiftCard) -> Invitation:
    """A claim token for a card; one that is pending for it already stays good and is the answer (assumed)."""
    for one in business.invitations.values():
        if one.card == card.uuid and one.status == "pending":
            return one
    made = Invitation(
        business.next_id("invitations"), card.uuid, guest.id, business.world.chance.alnum(20), business.now
    )
    business.invitations[made.id] = made
    return made


def hand_over(business: Business, invitation: Invitation, taker: Guest) -> GiftCard:
    """Make the card of an invitation the taker's. The caller has checked both."""
    card = business.gift_cards[invitation.card]
    card.owner_id, card.updated_at, card.name, card.preferred = taker.id, business.now, None, False
    invitation.status = "accepted"
    return card


# Views


def view(business: Business, card: GiftCard, zone: ZoneInfo) -> dict[str, Any]:
    """A gift card in the app; its worth is known at any time."""
    owner = business.guests[card.owner_id]
    return {
        "card_background_image": card.image_url,
        "design_id": card.design_id,
        "name": card.name,
        "preferred": card.preferred,
        "usb_scannable_card_number": card.number,
        "users": [
            {
                "state": "owner",
                "email": owner.email,
                "first_name": owner.first_name,
                "last_name": owner.last_name,
                "avatar_remote_url": owner.profile.get("avatar_remote_url"),
                "fb_uid": owner.profile.get("fb_uid"),
                "user_id": owner.id,
            }
        ],
        "gift_card_id": card.uuid,
        "card_number": card.number,
        "created_at": local(card.created_at, zone),
        "epin": card.epin,
        "last_fetched_amount": card.amount,
        "last_fetched_at": local(business.now, zone),
        "status": "active",
        "updated_at": local(card.updated_at, zone),
        "uuid": card.uuid,
    }


def invitation_view(business: Business, one: Invitation, zone: ZoneInfo) -> dict[str, Any]:
    """An invitation, without its token."""
    card = business.gift_cards[one.card]
    return {
        "invitation_id": one.id,
        "invitation_type": "claim_token",
        "invitation_date": local(one.created_at, zone),
        "status": one.status,
        "amount": accounts.money(card.amount),
        "gift_card": view(business, card, zone),
    }
