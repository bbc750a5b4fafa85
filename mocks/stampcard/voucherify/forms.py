"""Bracketed names to nested objects: `customer[source_id]=ann` in forms and query strings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from stampcard.core.errors import ContractError, Violation
from stampcard.core.http import Request

FORM = "application/x-www-form-urlencoded"
MAX_DEPTH = 10
"""Brackets deeper than this are not read (assumed: the vendor publishes no limit)."""


def read_form(raw: bytes) -> dict[str, Any] | None:
    """A form-encoded body; None when the bytes are no form."""
    try:
        text = raw.decode()
        head = text.lstrip()[:1]
        if "=" not in text or head in ("{", "[", '"'):
            return None
        return nested(parse_qsl(text, keep_blank_values=True, max_num_fields=1000, errors="strict"))
    except ValueError:  # of which UnicodeDecodeError is one
        return None


def read_only(request: Request) -> dict[str, Any]:
    """The body of an operation that takes nothing but a form. Raises ContractError (`media`)."""
    if request.media_type != FORM:
        raise ContractError([Violation("media", (), "media", None, None, request.media_type)])
    return read_form(request.body) or {}


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][c]=1` to `{"a": {"b": {"c": "1"}}}`; the last of two values for one place wins."""
    whole: dict[str, Any] = {}
    for name, value in pairs:
        parts = _parts(name)
        place = whole
        for part in parts[:-1]:
            below = place.get(part)
            if not isinstance(below, dict):
                below = place[part] = {}
            place = below
        place[parts[-1]] = value
    return whole


def _parts(name: str) -> list[str]:
    """`a[b][c]`, or `[a][b]` as some clients write it, to its parts; any other name is one part."""
    if "[" not in name or not name.endswith("]"):
        return [name]
    head, _, rest = name[:-1].partition("[")
    parts = [*([head] if head else []), *rest.split("][")]
    return parts if len(parts) <= MAX_DEPTH else [name]
