"""A referral campaign's program as a body defines it: what it waits for, and what friends get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call
from stampcard.voucherify import errors, values
from stampcard.voucherify.state import Json, Project

KINDS = {"LOYALTY_CARD": "LOYALTY_PROGRAM", "GIFT_VOUCHER": "GIFT_VOUCHERS"}
"""The type of campaign a reward's cards come from."""


def read_program(call: Call[Project], program: Mapping[str, Any] | None, kind: str) -> Json | None:
    """What a referral campaign waits for and what friends get; None for campaigns of other types."""
    if kind != "REFERRAL_PROGRAM":
        return None
    found = {"conversion_event_type": "redemption", **values.given(program)}
    if found.get("referee_reward"):
        found["referee_reward"] = read(call, found["referee_reward"])
    return found


def read(call: Call[Project], given: Any) -> Json:
    """A referee's reward, checked: its campaign is there and has such cards. Raises 404, invalid_campaign."""
    reward = values.given(given)
    parent = values.given(reward.get("related_object_parent"))
    for name in ("type", "amount", "related_object_parent"):
        if name not in reward:
            place = "Property .referral_program.referee_reward"
            raise errors.invalid_payload(call, f"{place} should have required property '{name}'")
    wanted = str(parent.get("id") or parent.get("name"))
    source = call.state.find_campaign(wanted)
    if source is None:
        raise errors.not_found(call, "campaign", wanted)
    if source.campaign_type != KINDS[reward["type"]]:
        raise errors.invalid_campaign(call, f"Campaign {source.name} has no vouchers of type {reward['type']}")
    named = {"id": source.id, "name": source.name, "object": "CAMPAIGN"}
    return {"related_object_parent": named, "type": reward["type"], "amount": reward["amount"]}
