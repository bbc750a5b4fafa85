"""Who is meant: filters on profiles in groups, as the dashboard builds them, and the connected audience of the API.

Source: Braze docs, "Segmentation filters" and "Filtering operators"; for the API "Connected audience object"
(braze-inc/braze-docs).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from stampcard.braze import comparisons
from stampcard.braze.audience import filters
from stampcard.braze.state import NOTHING, User, Workspace

Rule = Mapping[str, Any]
YIELD_EVERY = 500
"""Profiles looked at in a row."""


class Segment(msgspec.Struct, frozen=True):
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
        now = workspace.world.clock.now
        return "" if filters.matches(found, item["comparison"], item.get("value"), now) else _words(item)
    if item["filter"] == "Segment Membership":
        segment = find_segment(workspace, item["name"])
        inside = segment is not None and holds(workspace, segment.rule, user)
        return "" if inside == (item["comparison"] == "included") else _words(item)
    return "" if filters.check(workspace, item, user) else _words(item)


def _words(item: Rule) -> str:
    if "filter" not in item:
        return f"a group of {len(item.get('filters', ()))} filters"
    parts = [item["filter"], *(str(item[key]) for key in ("name", "comparison", "value", "days") if key in item)]
    return " ".join(parts)


def members(workspace: Workspace, rule: Rule | None) -> Iterator[User]:
    """Everybody in an audience, in the order in which profiles were made."""
    for user in list(workspace):
        if holds(workspace, rule, user):
            yield user


async def gathered(workspace: Workspace, rule: Rule | None) -> list[User]:
    """The same as a list; other work gets its turns meanwhile."""
    found: list[User] = []
    for number, user in enumerate(list(workspace), 1):
        if holds(workspace, rule, user):
            found.append(user)
        if number % YIELD_EVERY == 0:
            await asyncio.sleep(0)
    return found


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
            elif message := filters.fault(item, known_segments):
                return place, message
    return None
