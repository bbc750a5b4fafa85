"""Something that happened to a user, as triggers, journeys and messages see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from stampcard.braze.state import NOTHING

Matches = Callable[[Mapping[str, Any]], bool]
"""Whether an action of the setup document (a trigger, an exception, an exit criterion ...) is what happened."""


class Occasion(msgspec.Struct, frozen=True):
    """`what` happened in words; `cause` is its journal entry, `names` what templates see of it (event_properties).

    `on_device` is the app whose SDK told of it, or nothing for REST calls: only for the SDK does an in-app message
    show.
    """

    what: str
    cause: int
    matches: Matches
    names: Mapping[str, Any] = msgspec.field(default_factory=lambda: NOTHING)
    on_device: str = ""

    @property
    def properties(self) -> Mapping[str, Any] | None:
        """The event's properties, or None for what is no event or purchase."""
        return self.names.get("event_properties")
