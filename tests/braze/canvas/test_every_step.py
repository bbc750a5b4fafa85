"""One Canvas with every kind of step, through thirty days of the virtual clock."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.braze import stage

BUY = {"action": "perform custom event", "event": "buy"}
VIP = {"filters": [{"filter": "Custom Attribute", "name": "vip", "comparison": "is true"}]}
FAR = {"filters": [{"filter": "Context Variable", "name": "city", "comparison": "equals", "value": "Oslo"}]}
UPDATE = """{
  "attributes": [{"seen": "{{context.${city}}}", "vip": {% if {{${user_id}}} == "u0" %}true{% else %}false{% endif %}}],
  "events": [{"name": "entered", "time": "2026-01-15T09:00:00Z"}]
}"""
STEPS: list[dict[str, Any]] = [
    {
        "name": "Know",
        "type": "context",
        "variables": [
            {"name": "city", "type": "String", "value": "{{context.${town} | default: 'Bern'}}"},
            {"name": "days", "type": "Number", "value": "2"},
        ],
    },
    {
        "name": "Note",
        "type": "user_update",
        "json": UPDATE,
    },
    {
        "name": "Hello",
        "type": "message",
        "messages": {
            "email": {"subject": "Hello", "body": "Hello {{${user_id}}} in {{context.${city}}}"},
            "webhook": {"url": "https://rest.iad-01.braze.com/nothing", "body": "{{${user_id}}}"},
        },
    },
    {"name": "Wait", "type": "delay", "for": "1d"},
    {"name": "Until Monday", "type": "delay", "until_weekday": "Monday", "at": "08:00"},
    {"name": "Days", "type": "delay", "calendar_days": 1},
    {"name": "Own", "type": "delay", "personalized": {"variable": "days", "unit": "days"}},
    {"name": "Date", "type": "delay", "until": "2026-01-25T12:00:00Z"},
    {"name": "Split", "type": "decision_split", "if": VIP, "yes_next": "Thank you", "no_next": "Where"},
    {
        "name": "Where",
        "type": "audience_paths",
        "groups": [{"name": "Far", "audience": FAR, "next": "Far mail"}],
        "everybody_else": "Paths",
    },
    {"name": "Far mail", "type": "message", "messages": {"email": {"body": "far"}}, "next": None},
    {
        "name": "Paths",
        "type": "action_paths",
        "window": "5d",
        "groups": [{"name": "Bought", "triggers": [BUY], "next": "Bought mail"}],
        "everyone_else": "Try",
    },
    {
        "name": "Bought mail",
        "type": "message",
        "messages": {"email": {"body": "{{event_properties.${item}}}"}},
        "next": None,
    },
    {
        "name": "Try",
        "type": "experiment_paths",
        "paths": [{"name": "A", "percentage": 50, "next": "A mail"}, {"name": "B", "percentage": 30, "next": "B mail"}],
        "control_next": None,
    },
    {"name": "A mail", "type": "message", "messages": {"email": {"body": "a"}}, "next": None},
    {
        "name": "B mail",
        "type": "message",
        "messages": {"sms": {"subscription_group_id": "g", "body": "b"}},
        "next": None,
    },
    {
        "name": "Thank you",
        "type": "message",
        "messages": {"content_card": {"title": "t", "description": "d"}},
        "next": None,
    },
]
CANVAS = {
    "name": "Everything",
    "entry": {"delivery": "action_based", "triggers": [stage.EVENT]},
    "variants": [{"name": "V", "percentage": 100, "steps": STEPS}],
}


async def thirty_days(world: WorldClient, users: int) -> list[dict[str, Any]]:
    """So many users enter on the first day; on the 27th a third of them buy something. Returns the messages."""
    names = [f"u{number}" for number in range(users)]
    await stage.setup(world, users=stage.people(*names), canvases=[CANVAS])
    for number, name in enumerate(names):
        town = {"town": "Oslo"} if number % 3 == 1 else {}
        await stage.happen(world, who=name, **town)
    await world.set_clock("2026-01-27T10:00:00Z")
    for name in names[::3]:
        await stage.happen(world, "buy", who=name, item="mug")
    await world.set_clock("2026-02-14T09:00:00Z")
    return await world.outbox()


async def test_every_kind_of_step_is_in_it() -> None:
    from stampcard.braze.canvas.steps import RUN

    assert {step["type"] for step in STEPS} == RUN.keys()


async def test_thirty_days_of_a_canvas_with_every_step(world: WorldClient) -> None:
    messages = await thirty_days(world, 30)

    by_step: dict[str, list[tuple[str, str, str]]] = {}
    for message in messages:
        row = (message["user"], message["channel"], message["at"][:16])
        by_step.setdefault(message["detail"]["canvas_step_name"], []).append(row)
    assert len(by_step["Hello"]) == 60
    assert by_step["Thank you"] == [("u0", "content_card", "2026-01-25T12:00")]
    assert [user for user, *_ in by_step["Far mail"]] == [f"u{number}" for number in range(1, 30, 3)]
    assert {at for *_, at in by_step["Bought mail"]} == {"2026-01-27T10:00"}
    assert [user for user, *_ in by_step["Bought mail"]] == [f"u{number}" for number in range(3, 30, 3)]
    tried = {user for step in ("A mail", "B mail") for user, *_ in by_step.get(step, [])}
    assert tried <= {f"u{number}" for number in range(2, 30, 3)}
    assert {at for step in ("A mail", "B mail") for *_, at in by_step.get(step, [])} == {"2026-01-30T12:00"}
    left = await world.journal(operation="canvas.exit")
    assert len(left) == 30
