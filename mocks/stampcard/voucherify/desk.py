"""Calls that nobody made: what the dashboard and the vendor's own automations do, by the code that answers callers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.contract import Operation
from stampcard.core.endpoint import Call, Caller
from stampcard.core.http import Headers, Request
from stampcard.core.world import World
from stampcard.voucherify.settings import Key
from stampcard.voucherify.state import Project

BY_HAND = Operation("dashboard", "voucherify", "dashboard", "PUT", "", "", "", "", "", "")
NOBODY = Key("dashboard", "dashboard", "")


def by_hand(world: World, project: Project, body: Mapping[str, Any], cause: int = 0) -> Call[Project]:
    """A call as the dashboard would make it; what it causes names `cause`."""
    call = Call(Caller(world, project, NOBODY), BY_HAND, Request("PUT", "/", Headers(())), cause)
    call.body = dict(body)
    return call
