"""Users' ways through Canvases: entry, context, messages, exits, re-entry."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.braze.calls import bearer, track

CANVAS = "11111111-2222-4333-8444-555555555555"
NOW = "2026-01-15T09:00:00Z"


def event(name: str, **properties: Any) -> dict[str, Any]:
    return {"action": "perform custom event", "event": name, **properties}


def mail(name: str, body: str = "", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "message", "messages": {"email": {"body": body or name}}} | more


def canvas(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    row = {"name": "Welcome", "id": CANVAS, "entry": {"delivery": "action_based", "triggers": [event("start")]}}
    return row | {"variants": [{"name": "Variant 1", "percentage": 100, "steps": list(steps)}]} | more


async def set_up(world: WorldClient, *canvases: dict[str, Any], **custom: Any) -> None:
    users = [{"external_id": "ann", "email": "ann@example.com", "custom_attributes": custom}]
    await world.setup({"braze": {"users": users, "canvases": list(canvases)}})


async def happen(world: WorldClient, name: str = "start", **properties: Any) -> None:
    await track(world.braze, events=[{"external_id": "ann", "name": name, "time": NOW, "properties": properties}])
    await world.settle()


async def bodies(world: WorldClient) -> list[str]:
    return [message["parts"].get("body", message["reason"]) for message in await world.outbox()]


async def left(world: WorldClient) -> list[str]:
    return [entry["summary"] for entry in await world.journal(operation="canvas.exit")]


def vip(**more: Any) -> dict[str, Any]:
    return {"filters": [{"filter": "Custom Attribute", "name": "vip", "comparison": "is true"}]} | more


def action_paths(**more: Any) -> dict[str, Any]:
    groups = [
        {"name": "Bought", "triggers": [event("buy")], "next": "Thanks"},
        {"name": "Looked", "triggers": [event("look")], "next": "Reminder"},
    ]
    row = {"name": "Paths", "type": "action_paths", "window": "2d", "groups": groups, "everyone_else": "Bye"}
    return row | more


REST = (mail("Thanks", "{{event_properties.${item}}}", next=None), mail("Reminder", next=None), mail("Bye"))


async def test_an_event_lets_a_user_in_and_its_properties_are_the_context(world: WorldClient) -> None:
    await set_up(world, canvas(mail("Hello", "{{context.${points}}} {{canvas_entry_properties.${when}}}")))

    await happen(world, points=5, when="2026-01-01T12:00:00+02:00")

    assert await bodies(world) == ["5 2026-01-01 10:00:00 UTC"]
    assert await left(world) == ["ann leaves 'Welcome': end of the path"]


async def test_names_of_canvas_and_step(world: WorldClient) -> None:
    body = "{{canvas.${name}}}/{{canvas.${variant_name}}}/{{campaign.${name}}}/{{canvas.${api_id}}}"
    await set_up(world, canvas(mail("Hello", body)))

    await happen(world)

    assert await bodies(world) == [f"Welcome/Variant 1/Hello/{CANVAS}"]
    (message,) = await world.outbox(campaign="Welcome")
    assert message["detail"]["why"] == "Canvas 'Welcome', step 'Hello'"
    assert message["detail"]["canvas_step_name"] == "Hello"
    types = [event["event_type"] for event in world.inside.tenants["braze"].engine.message_events]
    assert types == ["users.canvas.Entry", "users.messages.email.Send"]


async def test_a_user_enters_once_unless_re_entry_is_on(world: WorldClient) -> None:
    again = {"delivery": "action_based", "triggers": [event("start")], "re_entry": 0}
    second = canvas(mail("Again"), name="Second", id=CANVAS.replace("1", "2"), entry=again)
    await set_up(world, canvas(mail("Once")), second)

    await happen(world)
    await world.advance("2s")
    await happen(world)

    assert sorted(await bodies(world)) == ["Again", "Again", "Once"]


async def test_triggers_within_a_second_are_one_entry(world: WorldClient) -> None:
    entry = {"delivery": "action_based", "triggers": [event("start")], "re_entry": 0}
    await set_up(world, canvas(mail("Hi"), entry=entry))

    await happen(world)
    await happen(world)

    assert len(await world.outbox()) == 1


async def test_the_audience_decides_who_enters(world: WorldClient) -> None:
    audience = {"filters": [{"filter": "Custom Attribute", "name": "vip", "comparison": "is true"}]}
    entry = {"delivery": "action_based", "triggers": [event("start")], "target_audience": audience}
    await set_up(world, canvas(mail("Hi"), entry=entry))

    await happen(world)

    (entry_event,) = await world.journal(operation="stopped.entry")
    assert "not in the audience (Custom Attribute vip is true)" in entry_event["summary"]


async def test_everybody_advances_whatever_becomes_of_the_message(world: WorldClient) -> None:
    await set_up(world, canvas(mail("One", "{% abort_message('no') %}"), mail("Two")))

    await happen(world)

    assert [message["status"] for message in await world.outbox()] == ["aborted", "sent"]


async def test_a_message_that_waits_for_a_retry_holds_the_user(world: WorldClient) -> None:
    await world.faults({"host": "api.voucherify.io", "status": 500, "times": 1})
    call = "{% connected_content https://api.voucherify.io/v1/x :retry %}one"
    await set_up(world, canvas(mail("One", call), mail("Two")))

    await happen(world)
    assert [message["status"] for message in await world.outbox()] == ["waiting"]
    await world.faults({"host": "api.voucherify.io", "status": 200})
    await world.advance("1m")

    assert len(await world.outbox()) == 2


async def test_a_webhook_step_pushes_and_the_user_goes_on(world: WorldClient) -> None:
    hook = {
        "url": "https://rest.iad-01.braze.com/users/track",
        "headers": bearer(world.braze) | {"Content-Type": "application/json"},
        "body": '{"attributes": [{"external_id": "{{${user_id}}}", "pushed": true}]}',
    }
    await set_up(world, canvas({"name": "Push", "type": "message", "messages": {"webhook": hook}}, mail("Then")))

    await happen(world)

    assert [(m["channel"], m["status"]) for m in await world.outbox()] == [("webhook", "sent"), ("email", "sent")]
    assert world.inside.tenants["braze"].by_external_id["ann"].custom == {"pushed": True}


async def test_delivery_validation_lets_users_go(world: WorldClient) -> None:
    await set_up(world, canvas(mail("One", delivery_validations=vip()), mail("Two")))

    await happen(world)

    assert await bodies(world) == []
    assert len(await left(world)) == 1


async def test_an_exit_event_counts_when_the_step_ends(world: WorldClient) -> None:
    wait = {"name": "Wait", "type": "delay", "for": "10d"}
    await set_up(world, canvas(wait, mail("Late"), exit_criteria={"events": [event("stop")]}))

    await happen(world)
    await world.advance("1d")
    await happen(world, "stop")
    assert await left(world) == []
    await world.advance("9d")

    assert await bodies(world) == []
    assert "event of the exit criteria: custom event stop" in (await left(world))[0]


async def test_an_exit_audience_is_evaluated_when_the_step_ends(world: WorldClient) -> None:
    wait = {"name": "Wait", "type": "delay", "for": "1d"}
    await set_up(world, canvas(wait, mail("Late"), exit_criteria={"audience": vip()}))

    await happen(world)
    await track(world.braze, attributes=[{"external_id": "ann", "vip": True}])
    await world.advance("1d")

    assert await bodies(world) == []


async def test_variants_and_control_group_of_a_canvas(world: WorldClient) -> None:
    users = [{"external_id": f"u{n}", "email": f"u{n}@example.com"} for n in range(60)]
    variants = [{"name": "A", "percentage": 50, "steps": [mail("A")]}]
    entry = {"delivery": "scheduled", "schedule": {"at": "2026-01-16T00:00:00Z"}}
    row = canvas() | {"variants": variants, "control_group": 50, "entry": entry}
    await world.setup({"braze": {"users": users, "canvases": [row]}})

    await world.advance("1d")

    assert 15 < len(await world.outbox()) < 45
    entries = [await world.journal(operation=name) for name in ("canvas.entry", "stopped.control")]
    assert sum(map(len, entries)) == 60


async def test_every_kind_of_step_through_thirty_days(world: WorldClient) -> None:
    groups = [{"name": "VIP", "audience": vip(), "next": "Experiment"}]
    steps = (
        {"name": "Set", "type": "context", "variables": [{"name": "n", "type": "Number", "value": "1"}]},
        mail("Welcome", "{{context.${n}}}"),
        {"name": "Wait", "type": "delay", "for": "7d"},
        {"name": "Update", "type": "user_update", "json": '{"attributes": [{"vip": true}]}'},
        {"name": "Split", "type": "decision_split", "if": vip(), "yes_next": "Paths"},
        {"name": "Paths", "type": "audience_paths", "groups": groups},
        {
            "name": "Experiment",
            "type": "experiment_paths",
            "paths": [{"name": "All", "percentage": 100, "next": "Action"}],
        },
        action_paths(name="Action", window="20d", everyone_else="Bye"),
        *REST,
    )
    await set_up(world, canvas(*steps))

    await happen(world)
    await world.advance("30d")

    assert await bodies(world) == ["1", "Bye"]
    assert await left(world) == ["ann leaves 'Welcome': end of the path"]
    assert world.inside.tenants["braze"].engine.journeys == {}


BAD: list[tuple[tuple[dict[str, Any], ...], dict[str, Any], str]] = [
    ((mail("A", next="B"),), {}, "no step called 'B'"),
    ((mail("A", next="B"), mail("B", next="A")), {}, "in a circle"),
    ((mail("A"), mail("A")), {}, "same name"),
    ((mail("A", "{% if %}"),), {}, "does not parse"),
    (({"name": "S", "type": "audience_sync"},), {}, "steps"),
    ((mail("A"),), {"control_group": 10}, "sum to 100, not 110"),
    ((mail("A"),), {"entry": {"delivery": "scheduled"}}, "goes with delivery scheduled"),
    (({"name": "W", "type": "delay", "for": "800d"}, mail("A")), {}, "up to 731 days"),
]


@pytest.mark.parametrize(("steps", "more", "why"), BAD)
async def test_a_canvas_that_makes_no_sense_is_refused(
    world: WorldClient, steps: tuple[dict[str, Any], ...], more: dict[str, Any], why: str
) -> None:
    with pytest.raises(ControlRefused, match=why):
        await set_up(world, canvas(*steps, **more))
    assert world.inside.tenants["braze"].canvases == {}
