"""Metadata held against the schemas of a project, in the vendor's words.

`unit: must be a number, property is required (actual value is 'EUR')`; the words for lengths, limits, unknown keys
and values that are missing are assumed. https://docs.voucherify.io/prepare/metadata
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Call
from stampcard.voucherify import dates, errors
from stampcard.voucherify.management.records import Schema
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

IMAGE = re.compile(r"https?://\S+\.(jpe?g|png)(\?\S*)?", re.IGNORECASE)
GEOPOINT = re.compile(r"\s*-?\d+(\.\d+)?\s*,\s*-?\d+(\.\d+)?\s*")

TYPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "string": ("must be a string", lambda value: isinstance(value, str)),
    "number": ("must be a number", lambda value: isinstance(value, (int, float)) and not isinstance(value, bool)),
    "boolean": ("must be a boolean", lambda value: isinstance(value, bool)),
    "object": ("must be an object", lambda value: isinstance(value, dict)),
    "date": ("must be a date", lambda value: isinstance(value, str) and dates.normal(value) is not None),
    "datetime": ("must be a datetime", lambda value: isinstance(value, str) and dates.normal(value) is not None),
    "geopoint": ("must be a geopoint", lambda value: isinstance(value, str) and bool(GEOPOINT.fullmatch(value))),
    "image_url": (
        "must be a URL pointing to JPG/JPEG or PNG resource",
        lambda value: isinstance(value, str) and bool(IMAGE.fullmatch(value)),
    ),
}
"""What a type says of its values, and whether one is of it."""

LIMITS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "eq": ("must be equal to one of {}", lambda value, limit: value in limit),
    "ne": ("must not be equal to any of {}", lambda value, limit: value not in limit),
    "lt": ("must be less than {}", lambda value, limit: value < limit),
    "lte": ("must be less than or equal to {}", lambda value, limit: value <= limit),
    "gt": ("must be greater than {}", lambda value, limit: value > limit),
    "gte": ("must be greater than or equal to {}", lambda value, limit: value >= limit),
    "min_length": ("must have minimum length of {}", lambda value, limit: len(value) >= limit),
    "max_length": ("must have maximum length of {}", lambda value, limit: len(value) <= limit),
    "exact_length": ("must have exact length of {}", lambda value, limit: len(value) == limit),
}
FOR_TEXT = ("eq", "min_length", "max_length", "exact_length")
FOR_NUMBERS = ("eq", "ne", "lt", "lte", "gt", "gte")


def check(
    call: Call[Project], kind: str, given: Mapping[str, Any] | None, old: Mapping[str, Any] | None = None
) -> None:
    """Metadata of a kind of object (`customer`, `order_item` ...), as it will be once it is merged with the old.

    Raises 400 metadata_validation_failed for the first property that does not hold; nothing without a schema.
    """
    if not call.state.schemas:
        return
    schema = of(call.state, kind)
    if schema is None:
        return
    complaint = complaint_of(call.state, schema, {**(old or {}), **(given or {})}, "")
    if complaint is not None:
        raise errors.refusal(call, 400, "metadata_validation_failed", "Metadata validation failed", complaint)


def check_event(call: Call[Project], name: str, given: Mapping[str, Any] | None) -> None:
    """A custom event's metadata against its definition, if it has one; unknown keys are let pass (documented)."""
    found = next((item for item in call.state.event_schemas.values() if item.name == name), None)
    if found is None:
        return
    properties = {key: {**definition, "array": False} for key, definition in found.properties.items()}
    complaint = complaint_of(call.state, Schema("", name, properties, ""), given or {}, "")
    if complaint is not None:
        raise errors.refusal(call, 400, "metadata_validation_failed", "Metadata validation failed", complaint)


def of(project: Project, kind: str) -> Schema | None:
    """The schema of a kind of object, or of a nested object by its name."""
    return next((item for item in project.schemas.values() if item.related_object == kind), None)


def complaint_of(project: Project, schema: Schema, values: Mapping[str, Any], prefix: str) -> str | None:
    """What is wrong first, in the order of the schema; unknown keys last."""
    defined = {name: rule for name, rule in schema.properties.items() if not rule.get("deleted")}
    for name, rule in defined.items():
        value = values.get(name)
        if value is None and rule["optional"]:
            continue
        if not holds(rule, value):
            return f"{prefix}{name}: {described(rule)} (actual value is '{shown(value)}')"
        nested = of(project, rule["object_type"]) if rule.get("object_type") else None
        if nested is None or value is None:
            continue
        for item in value if rule["array"] else [value]:
            complaint = complaint_of(project, nested, item, f"{prefix}{name}.")
            if complaint is not None:
                return complaint
    unknown = next((name for name in values if name not in defined), None)
    if schema.allow_defined_only and unknown is not None:
        return f"{prefix}{unknown}: property is not defined (actual value is '{shown(values[unknown])}')"
    return None


def holds(rule: Json, value: Any) -> bool:
    if rule["array"]:
        return isinstance(value, list) and all(one_holds(rule, item) for item in value)
    return one_holds(rule, value)


def one_holds(rule: Json, value: Any) -> bool:
    _, is_type = TYPES[rule["type"]]
    return is_type(value) and all(LIMITS[name][1](value, rule[name]) for name in limits_of(rule))


def limits_of(rule: Json) -> list[str]:
    """The limits that count for the type of a definition."""
    known = {"string": FOR_TEXT, "number": FOR_NUMBERS}.get(rule["type"], ())
    return [name for name in known if rule.get(name) is not None]


def described(rule: Json) -> str:
    """All a definition demands, in one line."""
    kind, _ = TYPES[rule["type"]]
    needed = [] if rule["optional"] else ["property is required"]
    limits = [LIMITS[name][0].format(listed(rule[name])) for name in limits_of(rule)]
    if rule["array"]:
        whole = ", ".join(["must be an array", *needed])
        return f"{whole}, and every element: {', '.join([kind, *limits])}"
    return ", ".join([kind, *needed, *limits])


def listed(limit: Any) -> str:
    return ",".join(shown(item) for item in limit) if isinstance(limit, list) else shown(limit)


def shown(value: Any) -> str:
    """A value as a web service in JavaScript would print it within a text."""
    if value is None:
        return "undefined"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(shown(item) for item in value)
    return "[object Object]" if isinstance(value, dict) else str(value)
