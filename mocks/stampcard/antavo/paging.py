"""Offset and limit, as the older API pages its lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from stampcard.core.endpoint import Call

T = TypeVar("T")


def page(call: Call[Any], found: Sequence[T], limit: int = 100) -> Sequence[T]:
    """The part of a list a call asks for."""
    start = call.query.get("offset", 0)
    return found[start : start + call.query.get("limit", limit)]
