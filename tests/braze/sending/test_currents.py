"""Currents: every event of a message, its push to an endpoint in batches, retries, and JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from stampcard.blocking import LiveWorld
from stampcard.cli import main
from stampcard.client import WorldClient
from tests.braze import stage
from tests.braze.answering import Answering, answering
from tests.braze.calls import bearer, track, workspace
from tests.braze.stage import device, happen, people, triggered

GROUP = "11111111-2222-4333-8444-555555555555"
STARTED = "users.behaviors.app.SessionStart"


@pytest.fixture
def endpoint() -> Iterator[Answering]:
    with answering() as server:
        yield server


def connector(endpoint: Answering, **more: Any) -> dict[str, Any]:
    return {"currents": [{"name": "Mine", "url": f"{endpoint.url}/events", **more}]}


def pushed(endpoint: Answering) -> list[list[str]]:
    """The event types of each batch that arrived."""
    return [[event["event_type"] for event in json.loads(body)["events"]] for *_, body in endpoint.asked]


ACTIONS: list[tuple[str, dict[str, Any], str, str, dict[str, Any]]] = [
    ("email", {"body": "x"}, "delivery", "email.Delivery", {"email_address": "ann@example.com"}),
    ("email", {"body": "x"}, "open", "email.Open", {"email_address": "ann@example.com"}),
    ("email", {"body": "x"}, "click", "email.Click", {"email_address": "ann@example.com"}),
    ("email", {"body": "x"}, "bounce", "email.Bounce", {"email_address": "ann@example.com"}),
    ("email", {"body": "x"}, "soft bounce", "email.SoftBounce", {}),
    ("email", {"body": "x"}, "mark as spam", "email.MarkAsSpam", {}),
    ("email", {"body": "x"}, "unsubscribe", "email.Unsubscribe", {}),
    ("android_push", {"alert": "x", "title": "t"}, "open", "pushnotification.Open", {"platform": "android"}),
    ("android_push", {"alert": "x", "title": "t"}, "bounce", "pushnotification.Bounce", {"platform": "android"}),
    ("sms", {"body": "x", "subscription_group_id": GROUP}, "delivery", "sms.Delivery", {"to_phone_number": "+41791"}),
    ("content_card", {"title": "t", "description": "d"}, "impression", "contentcard.Impression", {}),
    ("content_card", {"title": "t", "description": "d"}, "click", "contentcard.Click", {}),
    ("content_card", {"title": "t", "description": "d"}, "dismiss", "contentcard.Dismiss", {}),
]


async def reachable(world: WorldClient, *campaigns: dict[str, Any], **more: Any) -> None:
    """Ann can be reached on every channel."""
    tokens = [{"app_id": next(iter(workspace(world).apps)), "token": "t", "device_id": "d"}]
    choice = [{"subscription_group_id": GROUP, "subscription_state": "subscribed"}]
    users = people("ann", phone="+41791", push_tokens=tokens, subscription_groups=choice)
    groups = [{"id": GROUP, "name": "Texts", "channel": "sms"}]
    await stage.setup(world, *campaigns, users=users, subscription_groups=groups, **more)


@pytest.mark.parametrize(("channel", "parts", "action", "kind", "told"), ACTIONS)
async def test_each_thing_done_with_a_message_has_its_event(
    world: WorldClient, channel: str, parts: dict[str, Any], action: str, kind: str, told: dict[str, Any]
) -> None:
    await reachable(world, triggered(messages={channel: parts}))
    await happen(world)
    (message,) = await world.outbox()
    await world.press("braze", "engage", message=message["id"], action=action)

    (event,) = await stage.events(world, f"users.messages.{kind}")
    common = {"campaign_name": "C", "dispatch_id": message["detail"]["dispatch_id"]}
    assert event.items() >= {**common, **told}.items()
    sent = kind.partition(".")[0]
    assert len(await stage.events(world, f"users.messages.{sent}.Send")) == 1


ABORTED: list[tuple[str, dict[str, Any], str]] = [
    ("android_push", {"alert": "{% abort_message %}", "title": "t"}, "pushnotification"),
    ("sms", {"body": "{% abort_message %}", "subscription_group_id": GROUP}, "sms"),
    ("content_card", {"title": "{% abort_message %}", "description": "d"}, "contentcard"),
    ("webhook", {"url": "{% abort_message %}"}, "webhook"),
]


@pytest.mark.parametrize(("channel", "parts", "kind"), ABORTED)
async def test_an_abort_has_its_event_on_every_channel(
    world: WorldClient, channel: str, parts: dict[str, Any], kind: str
) -> None:
    await reachable(world, triggered(messages={channel: parts}))
    await happen(world)
    (event,) = await stage.events(world, f"users.messages.{kind}.Abort")
    assert event["abort_type"] == "liquid_abort_message"


async def test_events_are_pushed_in_the_documented_shape(world: WorldClient, endpoint: Answering) -> None:
    types = ["users.messages.email.Send"]
    await stage.setup(world, triggered(), **connector(endpoint, token="s3cret", events=types))
    await happen(world)

    ((method, path, headers, body),) = endpoint.asked
    assert (method, path, headers["content-type"]) == ("POST", "/events", "application/json")
    assert (headers["authorization"], headers["braze-currents-version"]) == ("Bearer s3cret", "1")
    (event,) = json.loads(body)["events"]
    assert event.keys() == {"event_type", "id", "time", "user", "properties"}
    assert event["event_type"] == types[0]
    assert event["time"] == 1_768_467_600
    assert event["user"]["external_user_id"] == "ann"
    assert event["properties"]["campaign_name"] == "C"


async def test_events_come_in_batches(world: WorldClient, endpoint: Answering) -> None:
    names = [f"u{number}" for number in range(7)]
    types = ["users.messages.email.Send"]
    document = connector(endpoint, batch_size=3, events=types)
    await stage.setup(world, stage.scheduled(), users=people(*names), **document)
    await world.settle()
    assert [len(batch) for batch in pushed(endpoint)] == [3, 3, 1]


async def test_what_is_not_taken_is_tried_again_for_a_day(world: WorldClient, endpoint: Answering) -> None:
    await stage.setup(world, **connector(endpoint))
    endpoint.answer = (503, {}, b"")
    await device(world)
    await world.advance("2h")
    assert len(endpoint.asked) > 3
    endpoint.answer = (200, {}, b"")
    await world.advance("2h")
    count = len(endpoint.asked)
    await world.advance("1d")
    assert len(endpoint.asked) == count
    assert {tuple(batch) for batch in pushed(endpoint)} == {(STARTED,)}


async def test_events_that_nobody_took_for_a_day_are_lost_and_that_is_told(
    world: WorldClient, endpoint: Answering
) -> None:
    await stage.setup(world, **connector(endpoint))
    endpoint.answer = (503, {}, b"")
    await device(world)
    await world.advance("3d")
    (entry,) = await world.journal(operation="currents.lost")
    assert "1 events are lost to the connector 'Mine': status 503" in entry["summary"]


async def test_a_malformed_batch_is_split_into_single_events(world: WorldClient, endpoint: Answering) -> None:
    await stage.setup(world, **connector(endpoint))
    endpoint.answer = (400, {}, b"")
    now = (await world.clock())["now"]
    rows = [{"external_id": "ann", "name": name, "time": now} for name in ("a", "b")]
    await track(world.braze, events=rows)
    await world.settle()
    assert [len(batch) for batch in pushed(endpoint)] == [2, 1, 1]
    assert len(await world.journal(operation="currents.lost")) == 2


async def test_a_batch_that_is_too_large_is_halved(world: WorldClient, endpoint: Answering) -> None:
    await stage.setup(world, **connector(endpoint))
    endpoint.answer = (413, {}, b"")
    now = (await world.clock())["now"]
    rows = [{"external_id": "ann", "name": f"e{number}", "time": now} for number in range(4)]
    await track(world.braze, events=rows)
    await world.settle()
    assert [len(batch) for batch in pushed(endpoint)] == [4, 2, 2, 1, 1, 1, 1]


async def test_behaviour_is_told_to_a_connector_only(world: WorldClient, endpoint: Answering) -> None:
    await reachable(world, **connector(endpoint))
    await happen(world, "look", size=1)
    await device(world, "make a purchase", product="mug", price=5)
    await device(world)
    await track(world.braze, attributes=[{"external_id": "ann", "email_subscribe": "unsubscribed"}])
    await world.settle()
    change = {"subscription_group_id": GROUP, "subscription_state": "unsubscribed", "external_id": "ann"}
    await world.braze.post("/subscription/status/set", json=change, headers=bearer(world.braze))
    await world.settle()

    assert [kind.removeprefix("users.behaviors.") for (kind,) in pushed(endpoint)] == [
        "CustomEvent",
        "Purchase",
        "app.SessionStart",
        "subscription.GlobalStateChange",
        "subscriptiongroup.StateChange",
    ]
    told = [json.loads(body)["events"][0]["properties"] for *_, body in endpoint.asked]
    assert told[0] == {"name": "look", "custom_properties": {"size": 1}}
    assert told[1].items() >= {"product_id": "mug", "price": 5, "currency": "USD"}.items()
    assert told[3].items() >= {"subscription_status": "Unsubscribed", "channel": "email"}.items()
    assert told[4].items() >= {"subscription_group_id": GROUP, "subscription_status": "Unsubscribed"}.items()
    assert not workspace(world).engine.message_events


def test_the_events_as_json_lines(live_world: LiveWorld, capsys: pytest.CaptureFixture[str]) -> None:
    row = stage.scheduled()
    live_world.setup({"braze": {"users": people("ann", "bob"), "campaigns": [row]}})
    live_world.settle()
    control = ["--control", live_world.facts["control"]["url"], "--world", live_world.name]

    assert main(["message-events", *control, "--type", "users.messages.email.Send"]) == 0

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["user"]["external_user_id"] for line in lines] == ["ann", "bob"]
    assert main(["message-events", "--control", "http://127.0.0.1:9"]) == 2
    assert main(["message-events", *control[:2], "--world", "nowhere"]) == 1
