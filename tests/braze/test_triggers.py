"""What sets off an action-based campaign: property filters by the table of operators, purchases, attribute changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from stampcard.braze import buttons, comparisons
from stampcard.client import WorldClient
from tests.braze.calls import track

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
PROPERTIES = {
    "approved": True,
    "off": False,
    "text_true": "true",
    "amount": 12.5,
    "zero": 0,
    "name": "Birthday",
    "empty": "",
    "null": None,
    "at": "2026-01-14T09:00:00Z",
    "soon": "2026-01-16T09:00:00Z",
    "songs": [{"year": 1999, "title": "A"}, {"year": 2005, "title": "B"}],
    "order": {"city": "Oslo"},
    "a.b": 1,
}
# property, comparison, value, whether it matches (Braze docs: Custom event properties, Nested objects)
CASES: list[tuple[str, str, Any, bool]] = [
    ("approved", "is true", None, True),
    ("approved", "is false", None, False),
    ("off", "is false", None, True),
    ("none", "is false", None, False),
    ("text_true", "is true", None, False),
    ("amount", "exactly", 12.5, True),
    ("amount", "more than", 12, True),
    ("amount", "less than", 12, False),
    ("none", "less than", 12, False),
    ("name", "more than", 1, False),
    ("amount", "does not equal", 12.5, False),
    ("name", "equals", "Birthday", True),
    ("name", "equals", "birthday", False),
    ("name", "equals", ["x", "Birthday"], True),
    ("name", "does not equal", "x", True),
    ("name", "matches regex", "^birth", True),
    ("name", "does not match regex", "^x", True),
    ("none", "does not match regex", "^x", False),
    ("none", "is blank", None, True),
    ("null", "is blank", None, True),
    ("empty", "is blank", None, False),
    ("empty", "is not blank", None, True),
    ("at", "before", "2026-01-15", True),
    ("at", "after", "2026-01-15", False),
    ("at", "less than days ago", 2, True),
    ("at", "more than days ago", 2, False),
    ("soon", "in less than days", 2, True),
    ("soon", "in more than days", 2, False),
    ("songs[].year", "exactly", 2005, True),
    ("songs[].year", "does not equal", 2005, False),
    ("songs[].year", "does not equal", 1980, True),
    ("songs[].year", "equals", "2005", False),
    ("songs[].title", "matches regex", "b", True),
    ("order.city", "equals", "Oslo", True),
    ("order.street", "is blank", None, True),
    ('"a.b"', "exactly", 1, True),
]


@pytest.mark.parametrize(("path", "comparison", "value", "matches"), CASES)
def test_property_filters(path: str, comparison: str, value: Any, matches: bool) -> None:
    assert comparisons.matches_property(PROPERTIES, path, comparison, value, NOW) is matches


async def sent(world: WorldClient, trigger: dict[str, Any], **arrays: list[dict[str, Any]]) -> int:
    row = {"name": "T", "delivery": "action_based", "triggers": [trigger], "re_eligibility": 0}
    users = [{"external_id": "ann", "email": "ann@example.com", "custom_attributes": {"tier": "gold"}}]
    await world.setup({"braze": {"users": users, "campaigns": [row | {"messages": {"email": {"body": "x"}}}]}})
    await track(world.braze, **arrays)
    await world.settle()
    return len(await world.outbox())


def purchase(**more: Any) -> dict[str, Any]:
    made = {"external_id": "ann", "product_id": "mug", "currency": "USD", "price": 5, "time": "2026-01-15T09:00:00Z"}
    return made | more


async def test_a_purchase_sets_off(world: WorldClient) -> None:
    assert await sent(world, {"action": "make a purchase"}, purchases=[purchase()]) == 1


async def test_a_purchase_of_another_product_does_not(world: WorldClient) -> None:
    assert await sent(world, {"action": "make a purchase", "product": "hat"}, purchases=[purchase()]) == 0


async def test_an_address_that_is_added_sets_off(world: WorldClient) -> None:
    added = {"external_id": "bob", "email": "bob@example.com"}
    changed = {"external_id": "ann", "email": "ann2@example.com"}
    assert await sent(world, {"action": "add an email address"}, attributes=[added, changed]) == 1


ATTRIBUTE_CHANGES: list[tuple[dict[str, Any], Any, bool]] = [
    ({"attribute": "tier"}, "silver", True),
    ({"attribute": "tier"}, "gold", False),
    ({"attribute": "tier"}, None, False),
    ({"attribute": "tier"}, ["silver"], False),
    ({"attribute": "tier", "value": "silver"}, "silver", True),
    ({"attribute": "tier", "value": "bronze"}, "silver", False),
    ({"attribute": "tier.level"}, {"level": 2}, True),
    ({"attribute": "other"}, "silver", False),
]


@pytest.mark.parametrize(("trigger", "value", "sets_off"), ATTRIBUTE_CHANGES)
async def test_attribute_changes(world: WorldClient, trigger: dict[str, Any], value: Any, sets_off: bool) -> None:
    trigger = {"action": "change custom attribute value", **trigger}
    assert await sent(world, trigger, attributes=[{"external_id": "ann", "tier": value}]) == int(sets_off)


async def test_any_of_several_filters(world: WorldClient) -> None:
    rows = [
        {"property": "a", "comparison": "exactly", "value": 1},
        {"property": "b", "comparison": "exactly", "value": 1},
    ]
    trigger = {"action": "perform custom event", "event": "e", "match": "any", "property_filters": rows}
    event = {"external_id": "ann", "name": "e", "time": "2026-01-15T09:00:00Z", "properties": {"b": 1}}

    assert await sent(world, trigger, events=[event]) == 1
    assert await sent(world, trigger | {"match": "all"}, events=[event]) == 1


async def test_a_user_who_is_gone_when_the_delay_is_over_gets_nothing(world: WorldClient) -> None:
    await sent(world, {"action": "perform custom event", "event": "never"})
    row = {"name": "Late", "delivery": "action_based", "schedule_delay": "1d"}
    trigger = {"action": "perform custom event", "event": "e"}
    await world.setup({"braze": {"campaigns": [row | {"triggers": [trigger], "messages": {"email": {"body": "x"}}}]}})
    await track(world.braze, events=[{"external_id": "ann", "name": "e", "time": "2026-01-15T09:00:00Z"}])
    workspace = world.inside.tenants["braze"]
    from stampcard.braze import identity

    identity.remove_user(workspace, workspace.by_external_id["ann"])
    await world.advance("2d")

    assert await world.outbox() == []


STATUSES: list[tuple[dict[str, Any], str, bool]] = [
    ({}, "unsubscribed", True),
    ({}, "subscribed", False),
    ({"value": "opted_in"}, "opted_in", True),
    ({"value": "opted_in"}, "unsubscribed", False),
]


@pytest.mark.parametrize(("more", "state", "sets_off"), STATUSES)
async def test_a_subscription_status(world: WorldClient, more: dict[str, Any], state: str, sets_off: bool) -> None:
    """It does not fire when the new state is the default one."""
    trigger = {"action": "update email subscription status", **more}
    assert await sent(world, trigger, attributes=[{"external_id": "ann", "email_subscribe": state}]) == int(sets_off)


async def test_the_receipt_and_the_click_of_another_campaign_set_off(world: WorldClient) -> None:
    event = {"action": "perform custom event", "event": "e"}
    rows = [
        ("First", event),
        ("Second", {"action": "interact with campaign", "campaign": "First", "interaction": "receive email"}),
        ("Third", {"action": "interact with campaign", "campaign": "First", "interaction": "click"}),
    ]
    campaigns = [
        {"name": name, "delivery": "action_based", "triggers": [action], "messages": {"email": {"body": name}}}
        for name, action in rows
    ]
    users = [{"external_id": "ann", "email": "ann@example.com"}]
    await world.setup({"braze": {"users": users, "campaigns": campaigns}})

    await track(world.braze, events=[{"external_id": "ann", "name": "e", "time": "2026-01-15T09:00:00Z"}])
    await world.settle()
    messages = await world.outbox()
    assert [message["campaign"] for message in messages] == ["First", "Second"]
    await buttons.engage(world.inside.tenants["braze"], {"message": messages[0]["id"], "action": "click"})
    await world.settle()

    assert [message["campaign"] for message in await world.outbox()] == ["First", "Second", "Third"]
