"""In-app messages of Message steps: live at the step, shown at a session or by a trigger of the device, once."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.braze import stage
from tests.braze.canvas.test_journeys import action_paths, canvas, event, happen, left, mail, set_up
from tests.braze.stage import device

IMPRESSION = "users.messages.inappmessage.Impression"


def shown(name: str = "Show", message: str = "Hi", **more: Any) -> dict[str, Any]:
    """A Message step with an in-app message; `more` is of its controls."""
    controls = {"expires_after": "2d"} | more
    return {
        "name": name,
        "type": "message",
        "messages": {"in_app_message": {"message": message}},
        "message_controls": controls,
    }


async def box(world: WorldClient) -> list[tuple[str, str]]:
    """Status of every message, and its text or the reason it was not shown."""
    return [(row["status"], row["reason"] or row["parts"].get("message", "")) for row in await world.outbox()]


async def test_it_waits_for_the_next_session_and_shows_once(world: WorldClient) -> None:
    await set_up(world, canvas(shown(message="{{context.${points}}} {{app.${name}}}")))

    await happen(world, points=5)
    (waiting,) = await world.outbox()
    assert (waiting["status"], waiting["detail"]["expires"]) == ("waiting", "2026-01-17T09:00:00.000Z")
    assert await left(world) == ["ann leaves 'Welcome': end of the path"]
    await device(world)
    await device(world)

    assert world.inside is not None
    app = next(iter(world.inside.tenants["braze"].apps.values()))
    assert await box(world) == [("sent", f"5 {app}")]
    (told,) = await stage.events(world, IMPRESSION)
    assert (told["canvas_name"], told["canvas_step_name"]) == ("Welcome", "Show")
    assert "dispatch_id" not in told
    assert await stage.events(world, "users.messages.inappmessage.Send") == []


async def test_the_session_that_brings_the_user_in_does_not_show_it(world: WorldClient) -> None:
    entry = {"delivery": "action_based", "triggers": [stage.SESSION]}
    await set_up(world, canvas(shown(), entry=entry))

    await device(world)
    assert await box(world) == [("waiting", "")]
    await device(world)

    assert await box(world) == [("sent", "Hi")]


async def test_the_user_moves_on_at_once_beside_other_channels(world: WorldClient) -> None:
    both = shown() | {"messages": {"in_app_message": {"message": "Hi"}, "email": {"body": "Mail"}}}
    await set_up(world, canvas(both, mail("Next")))

    await happen(world)

    found = [(row["channel"], row["status"]) for row in await world.outbox()]
    assert found == [("in_app_message", "waiting"), ("email", "sent"), ("email", "sent")]


@pytest.mark.parametrize("expiry", [{"expires_after": "2d"}, {"expires_at": "2026-01-17T09:00:00Z"}])
async def test_it_expires(world: WorldClient, expiry: dict[str, str]) -> None:
    step = shown()
    step["message_controls"] = expiry
    await set_up(world, canvas(step))

    await happen(world)
    await world.advance("2d")
    await device(world)

    assert await box(world) == [("aborted", "it expired at 2026-01-17T09:00:00.000Z and was not shown")]
    assert await stage.events(world, IMPRESSION) == []


async def test_it_has_expired_when_the_step_is_reached(world: WorldClient) -> None:
    step = shown()
    step["message_controls"] = {"expires_at": "2026-01-01T00:00:00Z"}
    await set_up(world, canvas(step))

    await happen(world)

    assert await box(world) == [("aborted", "it had expired at 2026-01-01T00:00:00.000Z when the step was reached")]


async def test_an_event_shows_it_after_a_session_with_its_own_properties(world: WorldClient) -> None:
    """The properties are those of the event that shows it, not those that led out of an Action Paths step."""
    paths = action_paths(groups=[{"name": "Look", "triggers": [event("look")], "next": "Show"}], everyone_else=None)
    await set_up(world, canvas(paths, shown(message="{{event_properties.${item}}}", trigger=event("buy"))))
    await happen(world)
    await happen(world, "look", item="hat")

    await device(world, "perform custom event", event="buy", properties={"item": "early"})
    assert await box(world) == [("waiting", "")]
    await device(world)
    await happen(world, "buy", item="by REST")
    assert await box(world) == [("waiting", "")]
    await device(world, "perform custom event", event="buy", properties={"item": "mug"})

    assert await box(world) == [("sent", "mug")]
    stopped = [entry["summary"] for entry in await world.journal(operation="stopped.trigger")]
    assert "no session has begun" in stopped[0]
    assert "not by REST calls" in stopped[1]


async def test_one_trigger_shows_one_message_the_earlier_step_first(world: WorldClient) -> None:
    await set_up(world, canvas(shown("A", "one"), shown("B", "two")))
    await happen(world)

    await device(world)
    assert await box(world) == [("sent", "one"), ("waiting", "")]
    await device(world)

    assert await box(world) == [("sent", "one"), ("sent", "two")]


async def test_ten_wait_at_most(world: WorldClient) -> None:
    await set_up(world, canvas(*(shown(f"S{number}") for number in range(11))))

    await happen(world)

    found = await box(world)
    assert found[:10] == [("waiting", "")] * 10
    assert found[10] == ("aborted", "10 in-app messages wait for the user already")


async def test_a_later_entry_brings_it_anew(world: WorldClient) -> None:
    entry = {"delivery": "action_based", "triggers": [event("start")], "re_entry": 0}
    await set_up(world, canvas(shown(message="{{context.${n}}}"), entry=entry))

    await happen(world, n=1)
    await world.advance("1m")
    await happen(world, n=2)
    await device(world)

    assert await box(world) == [("aborted", "a later entry of the user brought it anew"), ("sent", "2")]


async def test_quiet_hours_caps_exits_and_a_stop_leave_it_alone(world: WorldClient) -> None:
    row = canvas(shown(), quiet_hours={"start": "00:00", "end": "23:59"}, exit_criteria={"events": [event("leave")]})
    await set_up(world, row)
    await happen(world)
    await happen(world, "leave")
    await world.setup({"braze": {"canvases": [row | {"status": "Stopped"}]}})

    await device(world)

    assert await box(world) == [("sent", "Hi")]


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("{% abort_message('no') %}", "liquid_abort_message"),
        ("{% promotion('codes') %}", "promo_codes_not_supported"),
    ],
)
async def test_it_is_aborted_when_it_is_to_show(world: WorldClient, message: str, kind: str) -> None:
    await set_up(world, canvas(shown(message=message)))
    await happen(world)

    await device(world)

    (found,) = await world.outbox()
    assert (found["status"], found["detail"]["abort_type"]) == ("aborted", kind)
    (told,) = await stage.events(world, "users.messages.inappmessage.Abort")
    assert told["abort_type"] == kind


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ({"message_controls": {}}, "message_controls"),
        ({"message_controls": None}, "message_controls"),
        ({"messages": {"email": {"body": "x"}}}, "goes with an in_app_message"),
        (shown(trigger={"action": "add an email address"}), "shows by start session"),
        (shown(trigger={"action": "perform custom event"}), "needs 'event'"),
        (shown(expires_after="soon"), "expires_after"),
    ],
)
async def test_controls_that_cannot_be(world: WorldClient, step: dict[str, Any], why: str) -> None:
    with pytest.raises(ControlRefused, match=why):
        await set_up(world, canvas(shown() | step))


async def test_an_in_app_message_without_its_expiry(world: WorldClient) -> None:
    step = {key: value for key, value in shown().items() if key != "message_controls"}

    with pytest.raises(ControlRefused, match="needs it to say when it expires"):
        await set_up(world, canvas(step))
