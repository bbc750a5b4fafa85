"""Form bodies in PHP's bracket notation: `data[points]=5&data[items][0][sku]=A`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

MAX_FIELDS = 10_000
MAX_DEPTH = 20

_NAME = re.compile(r"([^\[]+)((?:\[[^\]]*\])*)")


def read_form(raw: bytes) -> dict[str, Any]:
    """Nested objects; `[]` and consecutive numbers from 0 make lists. Raises ValueError."""
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except UnicodeDecodeError as error:
        raise ValueError("not UTF-8") from error
    found: dict[str, Any] = {}
    for name, value in pairs:
        match = _NAME.fullmatch(name)
        keys = [match[1], *re.findall(r"\[([^\]]*)\]", match[2])] if match else [name]
        if len(keys) > MAX_DEPTH:
            raise ValueError("nested too deep")
        _put(found, keys, value)
    return {key: _lists(value) for key, value in found.items()}


def _put(found: dict[str, Any], keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        below = found.get(key or str(len(found)))
        if not isinstance(below, dict):
            below = found[key or str(len(found))] = {}
        found = below
    found[keys[-1] or str(len(found))] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    items = {key: _lists(item) for key, item in value.items()}
    return list(items.values()) if items and list(items) == [str(n) for n in range(len(items))] else items
