"""The connected audience object: a filter, or AND / OR of filters, in an API request.

Source: Braze docs, "Connected audience object" (braze-inc/braze-docs). Users without a value never match a comparison
with one, except the negative ones (assumed).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stampcard.braze.comparisons import POSITIVE, instant, is_number, same
from stampcard.braze.state import User, Workspace

_NUMBERS = {
    "greater_than": lambda value, wanted: value > wanted,
    "greater_than_or_equal_to": lambda value, wanted: value >= wanted,
    "less_than": lambda value, wanted: value < wanted,
    "less_than_or_equal_to": lambda value, wanted: value <= wanted,
}
_KINDS = {
    "matches_regex": "matches regex",
    "includes_value": "includes any of",
    "less_than_x_days_ago": "less than days ago",
    "greater_than_x_days_ago": "more than days ago",
    "less_than_x_days_in_the_future": "in less than days",
    "greater_than_x_days_in_the_future": "in more than days",
    "after": "after",
    "before": "before",
}
_NEGATIVES = {
    "not_equal": "equals",
    "does_not_equal": "equals",
    "does_not_match_regex": "matches_regex",
    "does_not_include_value": "includes_value",
}


def matches(workspace: Workspace, audience: Mapping[str, Any], user: User) -> bool:
    """Whether a user is in a connected audience that fits the contract."""
    if "AND" in audience:
        return all(matches(workspace, item, user) for item in audience["AND"])
    if "OR" in audience:
        return any(matches(workspace, item, user) for item in audience["OR"])
    now = workspace.world.clock.now
    if "custom_attribute" in audience:
        item = audience["custom_attribute"]
        return compare(user.custom.get(item["custom_attribute_name"]), item["comparison"], item.get("value"), now)
    if "last_used_app" in audience:
        item = audience["last_used_app"]
        return compare(user.profile.get("date_of_last_session"), item["comparison"], item["value"], now)
    kind = "email_subscribe" if "email_subscription_status" in audience else "push_subscribe"
    item = audience.get("email_subscription_status") or audience["push_subscription_status"]
    return bool((user.profile.get(kind, "subscribed") == item["value"]) == (item["comparison"] == "is"))


def compare(value: Any, comparison: str, wanted: Any, now: datetime) -> bool:
    """One comparison of one attribute's value."""
    if comparison in ("exists", "does_not_exist"):
        return (value is not None) == (comparison == "exists")
    if comparison in _NEGATIVES:
        if comparison == "does_not_match_regex" and not isinstance(value, str):
            return False
        return not compare(value, _NEGATIVES[comparison], wanted, now)
    if value is None:
        return False
    if comparison == "equals":
        return same(value, wanted) or (isinstance(value, datetime) and value == instant(wanted))
    if comparison in _NUMBERS:
        return is_number(value) and is_number(wanted) and bool(_NUMBERS[comparison](value, wanted))
    return POSITIVE[_KINDS[comparison]](value, wanted, now)


def fault(audience: Mapping[str, Any]) -> str:
    """What is wrong with an audience that fits the contract, or nothing: values of the wrong type, bad patterns."""
    for key in ("AND", "OR"):
        for item in audience.get(key, ()):
            if message := fault(item):
                return message
    item = audience.get("custom_attribute")
    if item is None:
        return ""
    from stampcard.braze import comparisons

    comparison, wanted = item["comparison"], item.get("value")
    if comparison in ("exists", "does_not_exist"):
        return ""
    if comparison in _NUMBERS or comparison.endswith(("_ago", "_future")):
        good = is_number(wanted) and abs(wanted) < 1e6 or (comparison in _NUMBERS and is_number(wanted))
        return "" if good else f"{comparison} takes a number"
    if comparison in ("after", "before"):
        return "" if instant(wanted) is not None else f"{comparison} takes an instant"
    if comparison.endswith("match_regex") or comparison == "matches_regex":
        return comparisons.fault("matches regex", wanted)
    return "" if wanted is not None else f"{comparison} needs a value"
