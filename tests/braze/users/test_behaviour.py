"""Segments of what users did: sessions, money, event properties, messages received, opened and clicked."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.braze.audience import segments
from stampcard.client import ControlRefused, WorldClient
from tests.braze import stage
from tests.braze.calls import bearer, track, workspace
from tests.braze.canvas.test_journeys import canvas, mail
from tests.braze.stage import device, happen, people, triggered

HATS = {"property": "kind", "comparison": "equals", "value": "hat"}


def holds(world: WorldClient, item: dict[str, Any], who: str = "ann") -> bool:
    found = workspace(world)
    return segments.holds(found, {"filters": [item]}, found.by_external_id[who])


async def live(world: WorldClient) -> None:
    """Ann buys twice and opens the app twice, in January; she gets three messages and opens and clicks one."""
    tokens = [{"app_id": next(iter(workspace(world).apps)), "token": "t", "device_id": "d"}]
    cards = [{"shop": "a", "points": 5}, {"shop": "b", "points": 90}]
    ann = people("ann", push_tokens=tokens, push_subscribe="unsubscribed", custom_attributes={"cards": cards})
    enabled = [{"name": "look", "segmentation_properties": ["kind"]}]
    row = triggered("First", tags=["spring"])
    steps = canvas(mail("Hello"), control_group=0)
    await stage.setup(world, row, users=ann + people("bob"), custom_events=enabled, canvases=[steps])
    await device(world, "make a purchase", product="mug", price=5, quantity=2)
    await device(world)
    await happen(world, "look", kind="hat", size=1)
    await happen(world)
    await happen(world, "start")
    await world.advance("5d")
    await device(world, "make a purchase", product="hat", price=7)
    await device(world)
    await happen(world, "look", kind="hat", size=2)
    await happen(world, "look", kind="shoe")
    message = next(row for row in await world.outbox() if row["campaign"] == "First")
    for action in ("open", "click"):
        await world.press("braze", "engage", message=message["id"], action=action)
    await world.advance("1d")


CASES: list[tuple[dict[str, Any], bool]] = [
    ({"filter": "Session Count", "comparison": "exactly", "value": 2}, True),
    ({"filter": "X Sessions In Y Days", "comparison": "exactly", "value": 1, "days": 3}, True),
    ({"filter": "X Sessions In Y Days", "comparison": "exactly", "value": 2, "days": 7}, True),
    ({"filter": "Used App", "name": "nothing", "comparison": "has"}, False),
    ({"filter": "Last Used App", "comparison": "less than days ago", "value": 2}, True),
    ({"filter": "First Used App", "comparison": "more than days ago", "value": 5}, True),
    ({"filter": "X Money Spent In Y Days", "comparison": "exactly", "value": 7, "days": 3}, True),
    ({"filter": "X Money Spent In Y Days", "comparison": "exactly", "value": 17, "days": 14}, True),
    ({"filter": "Last Purchased Product", "comparison": "equals", "value": "hat"}, True),
    ({"filter": "X Product Purchased In Y Days", "name": "mug", "comparison": "exactly", "value": 2, "days": 7}, True),
    (
        {
            "filter": "X Custom Event Property In Y Days",
            "name": "look",
            "property": HATS,
            "comparison": "exactly",
            "value": 1,
            "days": 3,
        },
        True,
    ),
    (
        {
            "filter": "X Custom Event Property In Y Days",
            "name": "look",
            "property": {"property": "size", "comparison": "exactly", "value": 1},
            "comparison": "more than",
            "value": 0,
            "days": 30,
        },
        False,
    ),
    ({"filter": "Last Did Custom Event", "name": "look", "comparison": "less than days ago", "value": 1.5}, True),
    ({"filter": "First Did Custom Event", "name": "look", "comparison": "more than days ago", "value": 5.5}, True),
    (
        {
            "filter": "Received Message from Campaign Variant",
            "name": "First",
            "comparison": "has",
            "value": "Variant 1",
        },
        True,
    ),
    ({"filter": "Received Message from Campaign Variant", "name": "First", "comparison": "has", "value": "B"}, False),
    ({"filter": "Received Message from Canvas Step", "name": "Welcome", "comparison": "has", "value": "Hello"}, True),
    ({"filter": "Received Message from Canvas Step", "name": "Welcome", "comparison": "has not", "value": "Bye"}, True),
    ({"filter": "Received Message With Tag", "name": "spring", "comparison": "has"}, True),
    ({"filter": "Received Message With Tag", "name": "autumn", "comparison": "has"}, False),
    ({"filter": "Last Received Email", "comparison": "more than days ago", "value": 5}, True),
    ({"filter": "Last Received Push", "comparison": "is blank"}, True),
    ({"filter": "Last Received SMS", "comparison": "is not blank"}, False),
    ({"filter": "Last Engaged With Message", "comparison": "less than days ago", "value": 2}, True),
    ({"filter": "Clicked/Opened Campaign", "name": "First", "comparison": "has", "value": "clicked"}, True),
    ({"filter": "Clicked/Opened Campaign", "name": "Second", "comparison": "has", "value": "opened"}, False),
    ({"filter": "Entered Canvas Variation", "name": "Welcome", "comparison": "has", "value": "Variant 1"}, True),
    ({"filter": "In Canvas Control Group", "name": "Welcome", "comparison": "is true"}, False),
    ({"filter": "Email Opt In Date", "comparison": "is blank"}, True),
    ({"filter": "Foreground Push Enabled", "comparison": "is true"}, False),
    ({"filter": "Foreground Push Enabled for App", "name": "nothing", "comparison": "is true"}, False),
    ({"filter": "Background or Foreground Push Enabled", "comparison": "is true"}, False),
]


async def test_what_ann_did(world: WorldClient) -> None:
    await live(world)

    (app,) = workspace(world).apps
    for item, expected in CASES:
        assert holds(world, item) is expected, item
    assert holds(world, {"filter": "Used App", "name": app, "comparison": "has"})
    assert holds(world, {"filter": "Foreground Push Enabled for App", "name": app, "comparison": "is true"}), (
        "the token alone counts"
    )
    assert not holds(world, {"filter": "Received Message With Tag", "name": "spring", "comparison": "has"}, "bob")


CARDS: list[tuple[list[dict[str, Any]], bool]] = [
    ([{"property": "shop", "comparison": "equals", "value": "a"}], True),
    (
        [
            {"property": "shop", "comparison": "equals", "value": "b"},
            {"property": "points", "comparison": "more than", "value": 50},
        ],
        True,
    ),
    (
        [
            {"property": "shop", "comparison": "equals", "value": "a"},
            {"property": "points", "comparison": "more than", "value": 50},
        ],
        False,
    ),
]


@pytest.mark.parametrize(("criteria", "expected"), CARDS)
async def test_all_criteria_on_the_same_element(
    world: WorldClient, criteria: list[dict[str, Any]], expected: bool
) -> None:
    await live(world)
    item = {"filter": "Nested Custom Attribute", "name": "cards", "comparison": "has", "criteria": criteria}
    assert holds(world, item) is expected
    each = [{"filter": "Custom Attribute", "name": f"cards[].{row['property']}", **row} for row in criteria]
    assert all(holds(world, row) for row in each), "any element will do for filters of their own"


async def test_an_unsubscribe_has_its_date(world: WorldClient) -> None:
    await live(world)
    await track(world.braze, attributes=[{"external_id": "ann", "email_subscribe": "unsubscribed"}])
    assert holds(world, {"filter": "Email Unsubscribed Date", "comparison": "less than days ago", "value": 1})


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"filter": "Nested Custom Attribute", "name": "a", "comparison": "has"}, "needs criteria"),
    ({"filter": "Session Count", "comparison": "exactly", "value": 1, "property": HATS}, "takes no property"),
    (
        {"filter": "Clicked/Opened Campaign", "name": "a", "comparison": "has", "value": "eaten"},
        "needs a value: opened or clicked",
    ),
    ({"filter": "Received Message from Canvas Step", "name": "a", "comparison": "has"}, "needs a value"),
    ({"filter": "X Sessions In Y Days", "comparison": "exactly", "value": 1}, "needs days"),
]


@pytest.mark.parametrize(("item", "why"), REFUSED, ids=[why for _, why in REFUSED])
async def test_a_filter_that_makes_no_sense_is_refused(world: WorldClient, item: dict[str, Any], why: str) -> None:
    with pytest.raises(ControlRefused, match=why):
        await world.setup({"braze": {"segments": [{"name": "S", "filters": [item]}]}})


async def test_who_is_merged_brings_the_past_along(world: WorldClient) -> None:
    await live(world)
    ids = {"identifier_to_merge": {"external_id": "ann"}, "identifier_to_keep": {"external_id": "bob"}}
    response = await world.braze.post("/users/merge", json={"merge_updates": [ids]}, headers=bearer(world.braze))
    assert response.status_code == 202, response.text
    await world.advance("1h")

    kept = (
        "Session",
        "X ",
        "Last Received Email",
        "Last Engaged",
        "Last Purchased",
        "Last Did",
        "Received Message With",
    )
    for item, expected in CASES:
        if item["filter"].startswith(kept):
            assert holds(world, item, "bob") is expected, item
