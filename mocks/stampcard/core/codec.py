"""JSON in and out: strict in, exact integers, small out (msgspec: one dependency for codec and records)."""

from __future__ import annotations

from typing import Any

import msgspec

MAX_DEPTH = 100
"""Deeper JSON is refused as bad JSON (assumed: no vendor publishes a limit); it keeps handlers off recursion limits."""

encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class BadJson(ValueError):
    """The bytes are not JSON as the vendors read it: syntax, encoding, NaN, a BOM, lone surrogates, or too deep."""


def decode(raw: bytes) -> Any:
    """Decode JSON bytes; raises BadJson and nothing else."""
    try:
        if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and not _shallow(raw) and depth(raw) > MAX_DEPTH:
            raise BadJson(f"nested deeper than {MAX_DEPTH}")
        return _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadJson(str(error)) from error


_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")


def _shallow(raw: bytes) -> bool:
    """Whether the brackets, those in strings included, close within a few levels: what most bodies do, told quickly."""
    brackets = raw.translate(None, _NO_BRACKETS)
    for _ in range(10):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not brackets:
            return True
    return False


def depth(raw: bytes) -> int:
    """The deepest nesting of arrays and objects in a JSON text, strings skipped."""
    deepest = level = 0
    in_string = escaped = False
    for byte in raw:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in (0x5B, 0x7B):
            level += 1
            deepest = max(deepest, level)
        elif byte in (0x5D, 0x7D):
            level -= 1
    return deepest
