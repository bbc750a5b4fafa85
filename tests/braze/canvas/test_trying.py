"""Tests of one Canvas step: outside any journey, with a context made up for them."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.braze.dashboard import buttons
from stampcard.client import WorldClient
from stampcard.core.errors import ButtonError
from tests.braze import stage
from tests.braze.canvas.test_journeys import canvas, mail, set_up


async def try_step(world: WorldClient, step: str, **more: Any) -> list[dict[str, Any]]:
    assert world.inside is not None
    workspace = world.inside.tenants["braze"]
    found = await buttons.test_send(workspace, {"canvas": "Welcome", "step": step, "user": "ann", **more})
    await world.settle()
    return found


async def test_a_message_step_is_sent_with_a_context_and_nobody_moves_on(world: WorldClient) -> None:
    body = "{{context.${points}}} {{event_properties.${size}}} {{canvas.${name}}}"
    await set_up(world, canvas(mail("Hi", body), mail("Next")))

    (message,) = await try_step(world, "Hi", context={"points": 5}, event_properties={"size": "XL"})

    assert (message["status"], message["parts"]["body"]) == ("sent", "5 XL Welcome")
    assert (message["detail"]["why"], message["detail"]["canvas_step_name"]) == ("test send", "Hi")
    assert "campaign_id" not in message["detail"]
    assert len(await world.outbox()) == 1
    (told,) = await stage.events(world, "users.messages.email.Send")
    assert told["canvas_step_name"] == "Hi"
    assert await stage.events(world, "users.canvas.Entry") == []


async def test_quiet_hours_are_passed_over_and_it_is_no_receipt(world: WorldClient) -> None:
    row = canvas(mail("Hi"), quiet_hours={"start": "00:00", "end": "23:59"})
    await set_up(world, row)
    assert world.inside is not None
    workspace = world.inside.tenants["braze"]

    (message,) = await try_step(world, "Hi")

    assert message["status"] == "sent"
    assert workspace.engine.last_received == {}


async def test_a_user_update_really_changes_the_user(world: WorldClient) -> None:
    update = {"name": "Set", "type": "user_update", "json": '{"attributes": [{"level": "{{context.${level}}}"}]}'}
    await set_up(world, canvas(update, mail("Next")))

    assert await try_step(world, "Set", context={"level": "gold"}) == []

    assert world.inside is not None
    assert world.inside.tenants["braze"].by_external_id["ann"].custom["level"] == "gold"
    assert await world.outbox() == []


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"step": "Hi", "canvas": "None"}, "no canvas 'None'"),
        ({"step": "None"}, "no step 'None'"),
        ({"step": "Hi", "user": "bob"}, "no user 'bob'"),
        ({"step": "Wait"}, "a step delay has no test"),
        ({"step": "Hi", "context": 5}, "context is an object"),
        ({"step": "Hi", "campaign": "C"}, "a test of a step takes"),
    ],
)
async def test_what_cannot_be_tested(world: WorldClient, settings: dict[str, Any], why: str) -> None:
    await set_up(world, canvas(mail("Hi"), {"name": "Wait", "type": "delay", "for": "1d"}, mail("Next")))

    with pytest.raises(ButtonError, match=why):
        await try_step(world, **settings)
