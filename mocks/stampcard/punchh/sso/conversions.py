"""Conversion of points on the ordering site."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import conversions
from stampcard.punchh.errors import SSO
from stampcard.punchh.sso.users import owner
from stampcard.punchh.state import Business


async def create(call: Call[Business]) -> Reply:
    return conversions.create(call, owner(call), SSO)
