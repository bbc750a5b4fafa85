"""What sets off an action-based campaign: property filters by the table of operators, purchases, attribute changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from stampcard.braze import comparisons
from stampcard.braze.dashboard import buttons
from stampcard.client import WorldClient
from tests.braze import stage
from tests.braze.calls import bearer, track

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
    from stampcard.braze.users import identity

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


GROUP = "11111111-2222-4333-8444-555555555555"
GROUPS = [{"id": GROUP, "name": "Offers", "channel": "email"}]
CHOICES: list[tuple[dict[str, Any], str, bool]] = [
    ({}, "subscribed", True),
    ({"subscription_group": "Offers"}, "unsubscribed", True),
    ({"subscription_group": GROUP, "value": "subscribed"}, "subscribed", True),
    ({"value": "unsubscribed"}, "subscribed", False),
    ({"subscription_group": "Other"}, "subscribed", False),
]


@pytest.mark.parametrize(("more", "state", "sets_off"), CHOICES)
@pytest.mark.parametrize("way", ["/subscription/status/set", "/users/track"])
async def test_a_choice_in_a_subscription_group(
    world: WorldClient, way: str, more: dict[str, Any], state: str, sets_off: bool
) -> None:
    trigger = {"action": "update subscription group status", **more}
    await stage.setup(world, stage.triggered(trigger=trigger), subscription_groups=GROUPS)
    choice = {"subscription_group_id": GROUP, "subscription_state": state}
    body: dict[str, Any] = choice | {"external_id": "ann"}
    if way == "/users/track":
        body = {"attributes": [{"external_id": "ann", "subscription_groups": [choice]}]}

    for _ in range(2):  # The second call changes nothing.
        response = await world.braze.post(way, json=body, headers=bearer(world.braze))
        assert response.status_code == 201, response.text
        await world.settle()

    assert len(await world.outbox()) == int(sets_off)


INTERACTIONS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"interaction": "open"}, {"action": "open"}, True),
    ({"interaction": "open"}, {"action": "open", "machine": True}, True),
    ({"interaction": "machine open"}, {"action": "open", "machine": True}, True),
    ({"interaction": "machine open"}, {"action": "open"}, False),
    ({"interaction": "other open"}, {"action": "open", "machine": True}, False),
    ({"interaction": "click", "alias": "shop"}, {"action": "click", "alias": "shop"}, True),
    ({"interaction": "click", "alias": "shop"}, {"action": "click", "alias": "help"}, False),
]


@pytest.mark.parametrize(("wanted", "deed", "sets_off"), INTERACTIONS)
@pytest.mark.parametrize("kind", ["campaign", "Canvas step"])
async def test_another_message_engaged(
    world: WorldClient, kind: str, wanted: dict[str, Any], deed: dict[str, Any], sets_off: bool
) -> None:
    place = {"campaign": "First"} if kind == "campaign" else {"canvas": "First", "step": "Mail"}
    second = stage.triggered("Second", {"action": f"interact with {kind}", **place, **wanted})
    steps = [{"name": "Mail", "type": "message", "messages": {"email": {"body": "x"}}}]
    entry = {"delivery": "action_based", "triggers": [stage.EVENT]}
    canvas = {"name": "First", "entry": entry, "variants": [{"name": "V", "percentage": 100, "steps": steps}]}
    if kind == "campaign":
        await stage.setup(world, stage.triggered("First"), second)
    else:
        await stage.setup(world, second, canvases=[canvas])

    await stage.happen(world)
    (first,) = await world.outbox()
    await buttons.engage(world.inside.tenants["braze"], {"message": first["id"], **deed})
    await world.settle()

    assert len(await world.outbox()) == 1 + int(sets_off)


async def test_the_enrolment_in_a_control_group_sets_off(world: WorldClient) -> None:
    first = stage.triggered("First", control_group=100)
    messages = first.pop("messages")
    enrolled = {"action": "interact with campaign", "campaign": "First", "interaction": "be enrolled in control group"}
    variants = {"variants": [{"name": "V", "percentage": 0, "messages": messages}]}
    await stage.setup(world, first | variants, stage.triggered("Second", enrolled))

    await stage.happen(world)

    assert [row["campaign"] for row in await world.outbox()] == ["Second"]


async def test_an_exception_event_of_another_campaign_sets_off(world: WorldClient) -> None:
    left = stage.triggered("Left", schedule_delay="1d", exception_events=[{"action": "make a purchase"}])
    trigger = {"action": "perform exception event for campaign", "campaign": "Left"}
    await stage.setup(world, left, stage.triggered("Thanks", trigger))

    await stage.happen(world)
    await stage.device(world, "make a purchase", product="mug", price=1)
    await world.advance("2d")

    assert [row["campaign"] for row in await world.outbox()] == ["Thanks"]


SEEN_BEFORE: list[dict[str, Any]] = [
    {"filter": "Custom Event", "name": "e", "comparison": "has done"},
    {"filter": "Last Did Custom Event", "name": "e", "comparison": "less than days ago", "value": 1},
    {"filter": "First Did Custom Event", "name": "e", "comparison": "is not blank"},
    {"filter": "X Custom Event In Y Days", "name": "e", "comparison": "more than", "value": 0, "days": 7},
]


@pytest.mark.parametrize("item", SEEN_BEFORE, ids=[item["filter"] for item in SEEN_BEFORE])
async def test_an_audience_that_the_event_itself_would_meet_misses_the_first(
    world: WorldClient, item: dict[str, Any]
) -> None:
    """Documented: audience first, then trigger."""
    await stage.setup(world, stage.triggered(target_audience={"filters": [item]}))

    await stage.happen(world)
    assert await world.outbox() == []
    await stage.happen(world)

    assert len(await world.outbox()) == 1


async def test_an_audience_that_the_purchase_itself_would_meet_misses_the_first(world: WorldClient) -> None:
    item = {"filter": "X Purchases In Y Days", "comparison": "more than", "value": 0, "days": 7}
    row = stage.triggered(trigger={"action": "make a purchase"}, target_audience={"filters": [item]})
    await stage.setup(world, row)

    for expected in (0, 1):
        await stage.device(world, "make a purchase", product="mug", price=1)
        assert len(await world.outbox()) == expected


async def test_an_attribute_change_sees_the_audience_after_the_change(world: WorldClient) -> None:
    vip = {"filters": [{"filter": "Custom Attribute", "name": "vip", "comparison": "is true"}]}
    trigger = {"action": "change custom attribute value", "attribute": "vip"}
    await stage.setup(world, stage.triggered(trigger=trigger, target_audience=vip))

    await track(world.braze, attributes=[{"external_id": "ann", "vip": True}])
    await world.settle()

    assert len(await world.outbox()) == 1
