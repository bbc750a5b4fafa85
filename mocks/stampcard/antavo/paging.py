"""Offset and limit, as the older API pages its lists: links are a path and query, without a host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from stampcard.core.endpoint import Call

T = TypeVar("T")


def page(call: Call[Any], found: Sequence[T], limit: int = 100) -> Sequence[T]:
    """The part of a list a call asks for."""
    start: int = call.query.get("offset", 0)
    return found[start : start + int(call.query.get("limit", limit))]


def links(call: Call[Any], count: int, previous: str = "previous", limit: int = 100) -> dict[str, str]:
    """`next` and `previous` (the event history says `prev`) of a list of `count`, those that there are."""
    start, size = int(call.query.get("offset", 0)), int(call.query.get("limit", limit))
    found = {}
    if size and start + size < count:
        found["next"] = _link(call, start + size, size)
    if size and start > 0:
        found[previous] = _link(call, max(0, start - size), size)
    return found


def _link(call: Call[Any], offset: int, limit: int) -> str:
    others = [
        (name, value)
        for name, values in call.request.query.items()
        if name not in ("offset", "limit", "api_key")
        for value in values
    ]
    query = urlencode([*others, ("limit", limit), ("offset", offset)])
    return f"{call.request.raw_path}?{query}"
