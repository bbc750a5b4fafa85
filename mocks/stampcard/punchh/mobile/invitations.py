"""Giving a gift card away: its owner makes a claim token, and who has the token takes the card."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import giftcards, params
from stampcard.punchh.errors import MOBILE
from stampcard.punchh.mobile.users import owner
from stampcard.punchh.state import Business
from stampcard.punchh.times import caller_zone

BAD_TOKEN = "This is a invalid/cancelled/used claim token"
NO_TRANSFER = "This gift card can't be transferred, Please contact support"
NO_CANCEL = "Invitation to use this gift card can't be cancelled."
GOOD_TOKEN = "Claim token is valid."
CANCELLED = "Invitation cancelled successfully."
"""The texts of the two successes are not published (assumed)."""


def refuse(status: int, text: str) -> ApiError:
    return ApiError(status, {"errors": [text]})


async def listing(call: Call[Business]) -> Reply:
    """Invitations of the guest that are pending."""
    business, (guest, _), zone = call.state, owner(call), caller_zone(call)
    rows = [one for one in business.invitations.values() if one.user_id == guest.id and one.status == "pending"]
    call.summary = f"guest {guest.id} has {len(rows)} pending invitations"
    return Reply(200, [giftcards.invitation_view(business, one, zone) for one in rows])


async def create(call: Call[Business]) -> Reply:
    """A token for an own card that may change hands; what is refused, and how, is assumed."""
    business, (guest, _) = call.state, owner(call)
    uuid = params.required(params.given(call), "uuid", MOBILE)
    card = business.gift_cards.get(uuid)
    if card is None or card.owner_id != guest.id:
        raise ApiError(404, {"errors": {"not_found": "Gift card not found."}})
    if not card.transferable:
        raise refuse(422, NO_TRANSFER)
    made = giftcards.invite(business, guest, card)
    call.summary = f"guest {guest.id} may give gift card {card.number} away"
    return Reply(200, {**giftcards.invitation_view(business, made, caller_zone(call)), "claim_token": made.token})


async def check_status(call: Call[Business]) -> Reply:
    token = params.required(params.given(call), "claim_token", MOBILE)
    if giftcards.pending(call.state, token) is None:
        raise refuse(400, BAD_TOKEN)
    call.summary = "a claim token is good"
    return Reply(200, [GOOD_TOKEN])


async def transfer(call: Call[Business]) -> Reply:
    """Take a card over. A token that is not good, the own card and one that must stay are refused alike (assumed)."""
    business, (guest, _) = call.state, owner(call)
    token = params.required(params.given(call), "claim_token", MOBILE)
    found = giftcards.pending(business, token)
    card = business.gift_cards.get(found.card) if found else None
    if found is None or card is None or card.owner_id == guest.id or not card.transferable:
        raise refuse(422, NO_TRANSFER)
    giver = card.owner_id
    giftcards.hand_over(business, found, guest)
    call.summary = f"gift card {card.number} goes from guest {giver} to guest {guest.id}"
    return Reply(200, giftcards.view(business, card, caller_zone(call)))


async def delete(call: Call[Business]) -> Reply:
    """Only an own one that is pending."""
    guest, _ = owner(call)
    found = call.state.invitations.get(params.integer(call.path["id"]) or 0)
    if found is None or found.user_id != guest.id or found.status != "pending":
        raise refuse(422, NO_CANCEL)
    found.status = "cancelled"
    call.summary = f"guest {guest.id} takes invitation {found.id} back"
    return Reply(200, [CANCELLED])
