"""Segment filters: every comparison on every kind of value, and what they say of users without one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from stampcard.braze.audience import connected, segments
from stampcard.braze.state import Tally, User, Workspace
from stampcard.client import ControlRefused, WorldClient
from tests.braze.calls import track

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
CUSTOM = {
    "on": True,
    "off": False,
    "n": 5,
    "zero": 0,
    "word": "Gold tier",
    "blank": "",
    "list": ["Red", "blue"],
    "none_in_it": [],
    "at": datetime(2026, 1, 14, 9, tzinfo=UTC),
    "soon": datetime(2026, 1, 17, 9, tzinfo=UTC),
    "deep": {"a": {"b": 3}},
    "cards": [{"balance": 10}, {"balance": 50}],
}
# name, comparison, value, whether ann matches (Braze docs: Segmentation filters, Filtering operators)
CASES: list[tuple[str, str, Any, bool]] = [
    ("on", "is true", None, True),
    ("missing", "is false", None, False),
    ("missing", "is false or not set", None, True),
    ("missing", "is true or not set", None, True),
    ("off", "is true or not set", None, False),
    ("n", "is blank", None, False),
    ("missing", "is blank", None, True),
    ("blank", "is not blank", None, False),
    ("n", "exactly", 5, True),
    ("n", "more than", 5, False),
    ("n", "less than", 6, True),
    ("n", "does not equal", 5, False),
    ("missing", "exactly", 0, True),
    ("missing", "exactly", 1, False),
    ("missing", "less than", 6, True),
    ("missing", "more than", -1, False),
    ("missing", "does not equal", 5, True),
    ("word", "is any of", ["Gold tier", "x"], True),
    ("word", "is any of", ["gold tier"], False),
    ("word", "is none of", ["x"], True),
    ("missing", "is none of", ["x"], True),
    ("word", "matches regex", "gold", True),
    ("word", "does not match regex", "silver", True),
    ("missing", "does not match regex", "silver", False),
    ("word", "contains any of", ["tier"], True),
    ("word", "contains any of", ["Tier"], False),
    ("missing", "does not contain any of", ["tier"], True),
    ("list", "includes any of", ["Red", "x"], True),
    ("list", "includes any of", ["red"], False),
    ("list", "includes none of", ["green"], True),
    ("missing", "includes none of", ["green"], True),
    ("list", "values contain any of", ["lu"], True),
    ("list", "is all of", ["Red", "blue"], True),
    ("list", "is all of", ["Red", "green"], False),
    ("list", "is not all of", ["Red", "green"], True),
    ("list", "matches regex", "^BLU", True),
    ("list", "has a value", None, True),
    ("none_in_it", "is empty", None, True),
    ("missing", "is empty", None, True),
    ("at", "before", "2026-01-15", True),
    ("at", "less than days ago", 2, True),
    ("at", "less than days ago", 0.5, False),
    ("at", "more than days ago", 0.5, True),
    ("missing", "more than days ago", 1, False),
    ("soon", "in less than days", 3, True),
    ("soon", "in more than days", 3, False),
    ("deep.a.b", "exactly", 3, True),
    ("cards[].balance", "more than", 40, True),
    ("cards[].balance", "more than", 60, False),
]


def ann(**more: Any) -> User:
    return User("b" * 24, NOW, NOW, 42, external_id="ann", custom=dict(CUSTOM), **more)


def workspace(world: WorldClient) -> Workspace:
    found: Workspace = world.inside.tenants["braze"]
    return found


@pytest.mark.parametrize(("name", "comparison", "value", "matches"), CASES)
def test_custom_attributes(world: WorldClient, name: str, comparison: str, value: Any, matches: bool) -> None:
    rule = {"filters": [{"filter": "Custom Attribute", "name": name, "comparison": comparison, "value": value}]}
    assert segments.holds(workspace(world), rule, ann()) is matches


def attribute(name: str, comparison: str, value: Any = None) -> dict[str, Any]:
    return {"filter": "Custom Attribute", "name": name, "comparison": comparison, "value": value}


TRUE, FALSE = attribute("on", "is true"), attribute("on", "is false")
GROUPS: list[tuple[dict[str, Any], bool]] = [
    ({"filters": [TRUE, FALSE]}, False),
    ({"match": "any", "filters": [TRUE, FALSE]}, True),
    ({"filters": [TRUE], "exclude": [TRUE]}, False),
    ({"filters": [TRUE], "exclude": [FALSE]}, True),
    ({"filters": [{"match": "any", "filters": [FALSE, TRUE]}, TRUE]}, True),
    ({"match": "any", "filters": [FALSE, {"filters": [TRUE, FALSE]}]}, False),
    ({}, True),
]


@pytest.mark.parametrize(("rule", "matches"), GROUPS)
def test_groups(world: WorldClient, rule: dict[str, Any], matches: bool) -> None:
    assert segments.holds(workspace(world), rule, ann()) is matches


def test_why_not_names_the_filter(world: WorldClient) -> None:
    rule = {"filters": [TRUE, attribute("n", "more than", 9)]}
    assert segments.why_not(workspace(world), rule, ann()) == "Custom Attribute n more than 9"


OTHERS: list[tuple[dict[str, Any], bool]] = [
    ({"filter": "Custom Event", "name": "visit", "comparison": "has done"}, True),
    ({"filter": "Custom Event", "name": "other", "comparison": "has not done"}, True),
    ({"filter": "Custom Event", "name": "visit", "comparison": "more than", "value": 2}, True),
    ({"filter": "Email Subscription Status", "comparison": "is", "value": "subscribed"}, True),
    ({"filter": "Email Subscription Status", "comparison": "is not", "value": "opted_in"}, True),
    ({"filter": "Email Available", "comparison": "is true"}, True),
    ({"filter": "Email Address", "comparison": "contains any of", "value": ["@example"]}, True),
    ({"filter": "Country", "comparison": "is any of", "value": ["CH"]}, True),
    ({"filter": "Random Bucket #", "comparison": "less than", "value": 42}, False),
    ({"filter": "External User ID", "comparison": "equals", "value": "ann"}, True),
    ({"filter": "First Did Custom Event", "name": "visit", "comparison": "less than days ago", "value": 1}, True),
    ({"filter": "Last Did Custom Event", "name": "other", "comparison": "is blank"}, True),
    ({"filter": "Purchased Product", "name": "mug", "comparison": "has"}, True),
    ({"filter": "Purchased Product", "name": "hat", "comparison": "has not"}, True),
    ({"filter": "Total Number of Purchases", "comparison": "exactly", "value": 2}, True),
    ({"filter": "Money Spent", "comparison": "more than", "value": 9.5}, True),
    ({"filter": "First Made Purchase", "comparison": "before", "value": "2026-01-10"}, True),
    ({"filter": "Last Made Purchase", "comparison": "before", "value": "2026-01-10"}, False),
    ({"filter": "Received Message from Campaign", "name": "C", "comparison": "has not"}, True),
    ({"filter": "Last Received Any Message", "comparison": "is blank"}, True),
    ({"filter": "Entered Canvas", "name": "C", "comparison": "has"}, False),
    ({"filter": "Push Subscription Status", "comparison": "is", "value": "opted_in"}, False),
    ({"filter": "Foreground Push Enabled", "comparison": "is false"}, True),
    ({"filter": "Global Control Group", "comparison": "is true"}, False),
    ({"filter": "Age", "comparison": "exactly", "value": 35}, True),
    ({"filter": "Created At", "comparison": "less than days ago", "value": 1}, True),
    ({"filter": "Last Used App", "comparison": "is blank"}, True),
    ({"filter": "Time Zone", "comparison": "is blank"}, True),
]


@pytest.mark.parametrize(("item", "matches"), OTHERS)
def test_other_filters(world: WorldClient, item: dict[str, Any], matches: bool) -> None:
    bought = datetime(2026, 1, 3, tzinfo=UTC)
    user = ann(
        profile={"email": "ann@example.com", "country": "CH", "dob": "1990-01-16"},
        events={"visit": Tally(NOW, NOW, 3)},
        purchases={"mug": Tally(bought, NOW, 2)},
        total_revenue=10.0,
    )
    assert segments.holds(workspace(world), {"filters": [item]}, user) is matches


async def test_a_subscription_group_by_name(world: WorldClient) -> None:
    key = "cccccccc-2222-4333-8444-555555555555"
    choice = {"subscription_group_id": key, "subscription_state": "subscribed"}
    users = [{"external_id": "ann", "phone": "+1", "subscription_groups": [choice]}, {"external_id": "bob"}]
    groups = [{"id": key, "name": "Texts", "channel": "sms"}]
    await world.setup({"braze": {"subscription_groups": groups, "users": users}})

    item = {"filter": "Subscription Group", "name": "Texts", "comparison": "is", "value": "subscribed"}
    found = [user.external_id for user in segments.members(workspace(world), {"filters": [item]})]
    assert found == ["ann"]


@pytest.mark.parametrize(("days", "value", "inside"), [(1, 2, True), (3, 3, True), (3, 2, False)])
async def test_events_and_purchases_in_calendar_days(world: WorldClient, days: int, value: int, inside: bool) -> None:
    """Today, yesterday twice, and once three days ago: one day back looks at yesterday and today."""
    times = ["2026-01-15T08:00:00Z", "2026-01-14T01:00:00Z", "2026-01-12T23:00:00Z"]
    await track(world.braze, events=[{"external_id": "ann", "name": "visit", "time": time} for time in times])
    bought = {"external_id": "ann", "product_id": "mug", "currency": "USD", "price": 1}
    await track(world.braze, purchases=[bought | {"time": time} for time in times])
    user = workspace(world).by_external_id["ann"]

    rows = [
        {"filter": "X Custom Event In Y Days", "name": "visit"},
        {"filter": "X Product Purchased In Y Days", "name": "mug"},
        {"filter": "X Purchases In Y Days"},
    ]
    for row in rows:
        rule = {"filters": [row | {"comparison": "exactly", "value": value, "days": days}]}
        assert segments.holds(workspace(world), rule, user) is inside


async def test_segments_may_be_nested(world: WorldClient) -> None:
    inner = {"name": "Inner", "filters": [TRUE]}
    member = {"filter": "Segment Membership", "name": "Inner", "comparison": "included"}
    await world.setup({"braze": {"segments": [inner, {"name": "Outer", "filters": [member]}]}})

    outer = segments.find_segment(workspace(world), "Outer")
    assert outer is not None
    assert segments.holds(workspace(world), outer.rule, ann())


async def test_a_segment_that_nests_another_cannot_be_nested(world: WorldClient) -> None:
    def row(name: str, inner: str) -> dict[str, Any]:
        return {"name": name, "filters": [{"filter": "Segment Membership", "name": inner, "comparison": "included"}]}

    with pytest.raises(ControlRefused, match="cannot be nested"):
        await world.setup({"braze": {"segments": [row("A", "B"), row("B", "A")]}})
    with pytest.raises(ControlRefused, match="cannot be nested"):
        await world.setup({"braze": {"segments": [row("A", "A")]}})


BAD: list[tuple[dict[str, Any], str]] = [
    (attribute("n", "more than", "x"), "takes a number"),
    (attribute("n", "more than"), "needs a value"),
    (attribute("n", "is blank", 1), "takes no value"),
    (attribute("n", "matches regex", "("), "not a regular expression"),
    (attribute("n", "before", "soon"), "takes a date"),
    ({"filter": "Email Available", "comparison": "exactly", "value": 1}, "has no comparison"),
    ({"filter": "Custom Attribute", "comparison": "is true"}, "needs a name"),
    ({"filter": "Country", "name": "x", "comparison": "is blank"}, "takes no name"),
    ({"filter": "X Purchases In Y Days", "comparison": "exactly", "value": 1}, "needs days"),
    ({"filter": "Age", "comparison": "contains any of", "value": "3"}, "has no comparison"),
    ({"filter": "Purchased Product", "name": "x", "comparison": "has", "value": 1}, "takes no value"),
]


@pytest.mark.parametrize(("item", "why"), BAD)
async def test_a_filter_that_makes_no_sense_is_refused(world: WorldClient, item: dict[str, Any], why: str) -> None:
    with pytest.raises(ControlRefused, match=why):
        await world.setup({"braze": {"segments": [{"name": "S", "filters": [item]}]}})


# comparison, value held, value asked for, whether it matches (Braze docs: Connected audience object)
CONNECTED: list[tuple[str, Any, Any, bool]] = [
    ("equals", "a", "a", True),
    ("equals", 1, True, False),
    ("equals", None, "a", False),
    ("not_equal", None, "a", True),
    ("does_not_equal", True, False, True),
    ("matches_regex", "Gold", "^go", True),
    ("does_not_match_regex", None, "x", False),
    ("exists", None, None, False),
    ("does_not_exist", None, None, True),
    ("includes_value", ["a"], "a", True),
    ("does_not_include_value", ["a"], "b", True),
    ("greater_than", 2, 1, True),
    ("greater_than_or_equal_to", 2, 2, True),
    ("less_than", None, 5, False),
    ("less_than_or_equal_to", 2, 1, False),
    ("less_than_x_days_ago", datetime(2026, 1, 14, 9, tzinfo=UTC), 2, True),
    ("greater_than_x_days_ago", datetime(2026, 1, 14, 9, tzinfo=UTC), 2, False),
    ("less_than_x_days_in_the_future", datetime(2026, 1, 16, 9, tzinfo=UTC), 2, True),
    ("after", datetime(2026, 1, 14, 9, tzinfo=UTC), "2026-01-01", True),
    ("before", datetime(2026, 1, 14, 9, tzinfo=UTC), "2026-01-01", False),
]


@pytest.mark.parametrize(("comparison", "held", "wanted", "matches"), CONNECTED)
def test_connected_audience(comparison: str, held: Any, wanted: Any, matches: bool) -> None:
    assert connected.compare(held, comparison, wanted, NOW) is matches
