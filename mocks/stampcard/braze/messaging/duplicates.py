"""Copies of campaigns: https://www.braze.com/docs/api/endpoints/messaging/duplicate_messages"""

from __future__ import annotations

from msgspec.structs import replace

from stampcard.braze import errors
from stampcard.braze.campaigns.records import Campaign, Variant
from stampcard.braze.exports.campaigns import UNKNOWN
from stampcard.braze.state import Workspace
from stampcard.core.endpoint import Call, Reply


async def duplicate_campaign(call: Call[Workspace]) -> Reply:
    """A copy that is not enabled (assumed: a draft), made when the answer is given; the answer does not name it."""
    original: Campaign | None = call.state.campaigns.get(call.body["campaign_id"])
    if original is None:
        raise errors.refused(UNKNOWN)
    chance, now = call.world.chance, call.world.clock.now

    def copied(variant: Variant) -> Variant:
        messages = tuple(replace(content, id=chance.uuid()) for content in variant.messages)
        return replace(variant, id=chance.uuid(), messages=messages)

    copy = replace(
        original,
        id=chance.uuid(),
        name=call.body["name"],
        description=call.body.get("description", original.description),
        variants=tuple(copied(variant) for variant in original.variants),
        created_at=now,
        updated_at=now,
        enabled=False,
        at=None,
        schedule=None,
        first_sent=None,
        last_sent=None,
        sends={},
    )
    call.state.campaigns[copy.id] = copy
    call.summary = f"{copy.name!r} is a copy of {original.name!r}"
    return Reply(202, {"message": "success"})
