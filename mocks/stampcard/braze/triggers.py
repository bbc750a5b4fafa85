"""What happens to a user and may set off an action-based campaign or Canvas.

The three functions are told after the profile has changed, in the order in which things happened. They must return
at once (no await): what they set off is scheduled on the world's clock, with `cause` as its cause.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stampcard.braze.state import User, Workspace


def event_happened(
    workspace: Workspace, user: User, name: str, properties: Mapping[str, Any], time: datetime, cause: int
) -> None:
    """A custom event was recorded: `properties` as sent, `time` in UTC and not in the future."""


def purchase_happened(
    workspace: Workspace, user: User, purchase: Mapping[str, Any], time: datetime, cause: int
) -> None:
    """A purchase was recorded: `purchase` is the object as sent (product_id, currency, price, quantity, properties)."""


def attributes_changed(workspace: Workspace, user: User, changes: Mapping[str, tuple[Any, Any]], cause: int) -> None:
    """Reserved fields or custom attributes changed: name -> (old, new), None where there is no value."""
