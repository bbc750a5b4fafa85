"""The News Feed, which Braze has discontinued: no workspace has a card any more."""

from __future__ import annotations

from stampcard.braze.errors import refused
from stampcard.braze.state import Workspace
from stampcard.core.endpoint import Call, Reply


async def list_cards(call: Call[Workspace]) -> Reply:
    call.diagnose("discontinued", "the News Feed is discontinued; there are no cards")
    return Reply(200, {"cards": [], "message": "success"})


async def no_card(call: Call[Workspace]) -> Reply:
    """Every card is unknown."""
    call.diagnose("discontinued", "the News Feed is discontinued; there are no cards")
    raise refused("Bad Request")
