"""Challenges: a business here has none, and answers as one that has not enabled them."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import errors
from stampcard.punchh.state import Business


async def disabled(call: Call[Business]) -> Reply:
    """The published refusal."""
    raise errors.by_name(422, "disabled_feature", "Business does not have challenges enabled.")
