"""Who is meant: filters on profiles in groups, as the dashboard builds them, and the connected audience of the API.

Source: Braze docs, "Segmentation filters" and "Filtering operators"; for the API "Connected audience object"
(braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stampcard.braze import comparisons
from stampcard.braze.state import NOTHING, User, Workspace

Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Segment:
    """A named audience: `id` is its API identifier, `rule` a filter group as in the setup document.

    With `analytics` (tracking) its size is measured every day.
    """

    id: str
    name: str
    rule: Rule
    created_at: datetime
    updated_at: datetime
    description: str = ""
    tags: tuple[str, ...] = ()
    analytics: bool = False


def described(rule: Rule) -> str:
    """A filter group in words, as the dashboard would tell it."""
    joined = (" or " if rule.get("match") == "any" else " and ").join(
        f"({described(item)})" if "filter" not in item else _words(item) for item in rule.get("filters", ())
    )
    without = " or ".join(_words(item) for item in rule.get("exclude", ()))
    return (joined or "all users") + (f", except {without}" if without else "")


def holds(workspace: Workspace, rule: Rule | None, user: User, context: Rule = NOTHING) -> bool:
    """Whether a user is in an audience: a group of filters (`match`, `filters`, `exclude`), or None for all users.

    `context` are the variables of a Canvas, for the filter Context Variable.
    """
    return rule is None or not why_not(workspace, rule, user, context)


def why_not(workspace: Workspace, rule: Rule, user: User, context: Rule = NOTHING) -> str:
    """The first filter that keeps a user out, in words; empty when none does."""
    failed = [text for item in rule.get("filters", ()) if (text := _why_not_item(workspace, item, user, context))]
    if rule.get("match", "all") == "any":
        if rule.get("filters") and len(failed) == len(rule["filters"]):
            return f"none of: {'; '.join(failed)}"
    elif failed:
        return failed[0]
    for item in rule.get("exclude", ()):
        if not _why_not_item(workspace, item, user, context):
            return f"excluded: {_words(item)}"
    return ""


def _why_not_item(workspace: Workspace, item: Rule, user: User, context: Rule) -> str:
    if "filter" not in item:
        return why_not(workspace, item, user, context)
    if item["filter"] == "Context Variable":
        found = comparisons.values_at(context, item["name"])
        return "" if matches(found, item["comparison"], item.get("value"), workspace) else _words(item)
    return "" if FILTERS[item["filter"]](workspace, item, user) else _words(item)


def _words(item: Rule) -> str:
    if "filter" not in item:
        return f"a group of {len(item.get('filters', ()))} filters"
    parts = [item["filter"], *(str(item[key]) for key in ("name", "comparison", "value") if key in item)]
    return " ".join(parts)


def members(workspace: Workspace, rule: Rule | None) -> Iterator[User]:
    """Everybody in an audience, in the order in which profiles were made."""
    for user in list(workspace):
        if holds(workspace, rule, user):
            yield user


# Filters


def _custom_attribute(workspace: Workspace, item: Rule, user: User) -> bool:
    found = comparisons.values_at(user.custom, item["name"])
    return matches(found, item["comparison"], item.get("value"), workspace)


def matches(found: list[Any], comparison: str, wanted: Any, workspace: Workspace) -> bool:
    """A comparison with a profile's values (none: null), with the documented treatment of users without one."""
    now = workspace.world.clock.now
    if comparison in comparisons.PRESENCE:
        return (not _present(found, comparison)) == (comparison in ("is blank", "is empty"))
    if comparison in comparisons.OR_NOT_SET:
        return not found or bool(found[0] is (comparison == "is true or not set"))
    if not found:
        if comparison == "does not match regex":
            return False
        return comparison in comparisons.NEGATIVE or comparison == "less than" or (comparison, wanted) == ("exactly", 0)
    if comparison in comparisons.NEGATIVE:
        kind = comparisons.POSITIVE[comparisons.NEGATIVE[comparison]]
        return not any(kind(value, wanted, now) for value in found)
    return any(comparisons.POSITIVE[comparison](value, wanted, now) for value in found)


def _present(found: list[Any], comparison: str) -> bool:
    if comparison in ("is empty", "has a value"):
        return any(value != [] for value in found)
    if comparison == "is not blank":
        return any(value != "" for value in found)
    return bool(found)


def _profile_field(name: str) -> Callable[[Workspace, Rule, User], bool]:
    def check(workspace: Workspace, item: Rule, user: User) -> bool:
        value = user.external_id if name == "external_id" else user.profile.get(name)
        return matches([] if value is None else [value], item["comparison"], item.get("value"), workspace)

    return check


def _email_status(workspace: Workspace, item: Rule, user: User) -> bool:
    return _status(user.profile.get("email_subscribe", "subscribed"), item)


def _push_status(workspace: Workspace, item: Rule, user: User) -> bool:
    return _status(user.profile.get("push_subscribe", "subscribed"), item)


def _status(state: Any, item: Rule) -> bool:
    return bool((state == item["value"]) == (item["comparison"] == "is"))


def _email_available(workspace: Workspace, item: Rule, user: User) -> bool:
    reachable = (
        user.email is not None
        and user.profile.get("email_subscribe") != "unsubscribed"
        and user.profile.get("marked_email_as_spam_at") is None
        and getattr(workspace.addresses.get(user.email), "hard_bounced_at", None) is None
    )
    return bool(reachable == (item["comparison"] == "is true"))


def _custom_event(workspace: Workspace, item: Rule, user: User) -> bool:
    tally = user.events.get(item["name"])
    count = tally.count if tally else 0
    comparison = item["comparison"]
    if comparison in ("has done", "has not done"):
        return bool((count > 0) == (comparison == "has done"))
    return matches([count], comparison, item.get("value"), workspace)


def _random_bucket(workspace: Workspace, item: Rule, user: User) -> bool:
    return matches([user.random_bucket], item["comparison"], item.get("value"), workspace)


def _segment(workspace: Workspace, item: Rule, user: User) -> bool:
    segment = find_segment(workspace, item["name"])
    inside = segment is not None and holds(workspace, segment.rule, user)
    return bool(inside == (item["comparison"] == "included"))


def _received(workspace: Workspace, item: Rule, user: User) -> bool:
    ids = [campaign.id for campaign in workspace.campaigns.values() if campaign.name == item["name"]]
    return bool(any(key in user.campaigns for key in ids) == (item["comparison"] == "has"))


FILTERS: Mapping[str, Callable[[Workspace, Rule, User], bool]] = {
    "Custom Attribute": _custom_attribute,
    "Custom Event": _custom_event,
    "Context Variable": lambda workspace, item, user: False,
    "Segment Membership": _segment,
    "Email Subscription Status": _email_status,
    "Push Subscription Status": _push_status,
    "Email Available": _email_available,
    "Email Address": _profile_field("email"),
    "External User ID": _profile_field("external_id"),
    "Country": _profile_field("country"),
    "City": _profile_field("home_city"),
    "Language": _profile_field("language"),
    "Gender": _profile_field("gender"),
    "First Name": _profile_field("first_name"),
    "Last Name": _profile_field("last_name"),
    "Random Bucket #": _random_bucket,
    "Received Message from Campaign": _received,
}
"""The dashboard's names of the filters that exist here."""

SPECIAL: Mapping[str, frozenset[str]] = {
    "Segment Membership": frozenset({"included", "not included"}),
    "Email Subscription Status": frozenset({"is", "is not"}),
    "Push Subscription Status": frozenset({"is", "is not"}),
    "Email Available": frozenset({"is true", "is false"}),
    "Received Message from Campaign": frozenset({"has", "has not"}),
}
"""Filters with comparisons of their own."""
NAMED = frozenset(
    {"Custom Attribute", "Custom Event", "Context Variable", "Segment Membership", "Received Message from Campaign"}
)
GENERAL = frozenset(comparisons.POSITIVE) | comparisons.NEGATIVE.keys() | comparisons.WITHOUT_VALUE


def find_segment(workspace: Workspace, name: str) -> Segment | None:
    """By id or by name."""
    found = workspace.segments.get(name)
    if found is None:
        found = next((segment for segment in workspace.segments.values() if segment.name == name), None)
    return found


def nested(rule: Rule) -> list[str]:
    """The segments a group of filters refers to."""
    found: list[str] = []
    for item in (*rule.get("filters", ()), *rule.get("exclude", ())):
        if "filter" not in item:
            found += nested(item)
        elif item["filter"] == "Segment Membership":
            found.append(item["name"])
    return found


def fault(rule: Any, known_segments: frozenset[str], pointer: str = "") -> tuple[str, str] | None:
    """The first thing wrong with a group of filters that fits its schema: (pointer, message)."""
    for key in ("filters", "exclude"):
        for index, item in enumerate(rule.get(key, ())):
            place = f"{pointer}/{key}/{index}"
            if "filter" not in item:
                found = fault(item, known_segments, place)
                if found:
                    return found
            elif message := _fault_of_filter(item, known_segments):
                return place, message
    return None


def _fault_of_filter(item: Rule, known_segments: frozenset[str]) -> str:
    name, comparison = item["filter"], item["comparison"]
    allowed = SPECIAL.get(name) or GENERAL | ({"has done", "has not done"} if name == "Custom Event" else set())
    if comparison not in allowed:
        return f"{name!r} has no comparison {comparison!r}"
    if (name in NAMED) != ("name" in item):
        return f"{name!r} {'needs' if name in NAMED else 'takes no'} name"
    if name == "Segment Membership" and item["name"] not in known_segments:
        return f"there is no segment called {item['name']!r}"
    if name in SPECIAL or comparison in ("has done", "has not done"):
        states = ("opted_in", "subscribed", "unsubscribed")
        if name.endswith("Status") and item.get("value") not in states:
            return f"the value is one of {', '.join(states)}"
        return ""
    return comparisons.fault(comparison, item.get("value"))
