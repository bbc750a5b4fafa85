"""A body for an event, made from its schema: every declared member, the vendor's examples where there are some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from stampcard.core.checking import resolved

Json = dict[str, Any]

PLAIN: Mapping[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "null": None, "array": [], "object": {}}
NAMED: Mapping[str, str] = {
    "email": "ada@example.com",
    "email_address": "ada@example.com",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "name": "Ada",
    "phone": "14155550100",
    "currency": "USD",
}
FORMATS: Mapping[str, str] = {
    "date-time": "2026-01-15T09:00:00Z",
    "date": "2026-01-15",
    "uri": "https://example.com/x",
    "email": "ada@example.com",
}
DEPTH = 12
"""Levels of a recursive schema that are filled."""


def sample(schema: Mapping[str, Any], components: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
    """A value that fits a schema as our contracts write them (`name` is the member it is for); the same every time."""
    whole = merged(schema, components)
    for key in ("const", "default"):
        if key in whole:
            return whole[key]
    for key in ("examples", "enum"):
        if whole.get(key):
            return whole[key][0]
    kinds = whole.get("type", "object" if "properties" in whole else "null")
    kind = next((one for one in kinds if one != "null"), "null") if isinstance(kinds, list) else kinds
    if kind == "object" and depth < DEPTH:
        members = {key: {"type": "string"} for key in whole.get("required", ())} | whole.get("properties", {})
        return {key: sample(member, components, key, depth + 1) for key, member in members.items()}
    if kind == "array" and "items" in whole and depth < DEPTH:
        count = max(1, whole.get("minItems", 1))
        return [sample(whole["items"], components, name, depth + 1) for _ in range(count)]
    if kind == "string":
        return _text(whole, name)
    return max(whole.get("minimum", PLAIN[kind]), PLAIN[kind]) if kind in ("integer", "number") else PLAIN[kind]


def _text(schema: Mapping[str, Any], name: str) -> str:
    if schema.get("format") == "uuid":
        return str(uuid5(NAMESPACE_URL, name))
    if "format" in schema:
        return FORMATS[schema["format"]]
    prefix: str = schema.get("pattern", "").lstrip("^")
    return prefix + "1" if prefix else NAMED.get(name, name or "text")


def merged(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Json:
    """A schema with its references and all that it is composed of in one; of alternatives, the first."""
    found = resolved(schema, components)
    parts = [merged(part, components) for part in found.get("allOf", ())]
    parts += [merged(found[key][0], components) for key in ("anyOf", "oneOf") if found.get(key)]
    whole: Json = {}
    for part in (*parts, {key: value for key, value in found.items() if key not in ("allOf", "anyOf", "oneOf")}):
        members = {**whole.get("properties", {})}
        for key, member in part.get("properties", {}).items():
            members[key] = {"allOf": [members[key], member]} if key in members else member
        whole |= part
        if members:
            whole["properties"] = members
    return whole
