"""What a trigger, an exception event, an exit criterion or a conversion event waits for, in the dashboard's words.

Source: Braze docs, "Action-based delivery", "Conversion events" (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.braze import comparisons
from stampcard.core.errors import SetupError

Row = Mapping[str, Any]

EVENT, PURCHASE, SESSION = "perform custom event", "make a purchase", "start session"
ATTRIBUTE, EMAIL_ADDED = "change custom attribute value", "add an email address"
INTERACTION, STEP = "interact with campaign", "interact with Canvas step"
GROUP = "update subscription group status"
CONVERSION, EXCEPTION = "perform conversion event", "perform exception event for campaign"
SEGMENT = "enter a segment"
STATUSES = {
    "update email subscription status": "email_subscribe",
    "update push subscription status": "push_subscribe",
}
"""Action -> the field it watches."""
NEEDED = {
    EVENT: ("event",),
    ATTRIBUTE: ("attribute",),
    INTERACTION: ("campaign", "interaction"),
    STEP: ("canvas", "step", "interaction"),
    EXCEPTION: ("campaign",),
}
"""Action -> what it must say besides."""
NO_SEGMENT = (
    "Braze has no trigger for entering a segment: give a scheduled campaign the segment as its target audience and let "
    "it repeat; without re-eligibility each user gets it once, after entering"
)
VARIABLE, HELD = "context_variable", "custom_attribute"
"""Members of a property filter's dynamic value."""
CONVERTING = (SESSION, PURCHASE, EVENT)
"""What can be a conversion event here."""


def check_action(action: Row, pointer: str, *, in_canvas: bool = False) -> None:
    """Raises SetupError."""
    if action["action"] == SEGMENT:
        raise SetupError(f"{pointer}/action", NO_SEGMENT)
    for name in NEEDED.get(action["action"], ()):
        if name not in action:
            raise SetupError(pointer, f"{action['action']!r} needs {name!r}")
    for place, row in enumerate(action.get("property_filters", ())):
        if is_dynamic(row, VARIABLE) or is_dynamic(row, HELD):
            if not in_canvas:
                raise SetupError(f"{pointer}/property_filters/{place}/value", "dynamic values are for Canvases only")
            continue
        fault = comparisons.fault(row["comparison"], row.get("value"))
        if fault:
            raise SetupError(f"{pointer}/property_filters/{place}", fault)


def with_values(action: Row, key: str, values: Mapping[str, Any]) -> Row | None:
    """An action whose property filters compare with a `context_variable` or `custom_attribute` (`key`), the values put
    in; None when one of them is missing, since nothing matches then."""
    rows = action.get("property_filters", ())
    if not any(is_dynamic(row, key) for row in rows):
        return action
    found = []
    for row in rows:
        if is_dynamic(row, key):
            held = comparisons.values_at(values, row["value"][key])
            if not held:
                return None
            row = {**row, "value": held[0]}
        found.append(row)
    return {**action, "property_filters": found}


def is_dynamic(row: Row, key: str) -> bool:
    """Whether a property filter's value is the name of a variable or attribute."""
    value = row.get("value")
    return isinstance(value, Mapping) and value.keys() == {key}


def named(action: Row) -> str:
    """An action in a few words."""
    name = next(
        (str(action[key]) for key in ("event", "attribute", "product", "campaign", "step") if key in action), ""
    )
    return f"{action['action']} {name}".strip()
