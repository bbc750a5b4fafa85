"""What leaves for addresses of the customer's, and the message events, fit contracts/braze/sending/webhooks.yaml."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.braze.canvas.journeys import EXIT_EVENTS
from stampcard.braze.dashboard import engagement
from stampcard.braze.sending import message_events
from stampcard.client import WorldClient
from stampcard.core import codec
from stampcard.core.errors import DeliveryFault
from stampcard.core.events import Event
from tests.braze.calls import bearer
from tests.braze.dashboard.test_engagement import engage, sent
from tests.braze.dashboard.test_engagement import events as kept
from tests.braze.messaging.test_transactional import POSTBACK, send, set_up
from tests.braze.sending import test_channels

JSON = [("Content-Type", "application/json")]


def described(world: WorldClient) -> dict[str, Event]:
    assert world.inside is not None
    return dict(world.inside.events["braze"])


async def test_every_message_event_the_emulator_can_keep_is_described(world: WorldClient) -> None:
    messages = {f"users.messages.{kind}.{what}" for kind in message_events.KINDS.values() for what in ("Send", "Abort")}
    messages ^= {"users.messages.inappmessage.Send", "users.messages.inappmessage.Impression"}
    engaged = {
        f"users.messages.{message_events.KINDS[channel]}.{engagement.EVENTS[action]}"
        for action, channels in engagement.ALLOWED.items()
        for channel in channels
    }
    messages -= {"users.messages.inappmessage.Send"}
    engaged |= {"users.messages.inappmessage.Impression"}
    others = {"users.messages.webhook.Failure", "users.canvas.Entry", "users.campaigns.EnrollInControl"}
    others |= {"users.campaigns.Conversion", "users.canvas.Conversion", "users.canvas.experimentstep.SplitEntry"}
    known = {name for name, event in described(world).items() if event.emulation == "recorded"}
    assert messages | engaged | others | set(EXIT_EVENTS.values()) == known


CASES = [case[:3] for case in test_channels.CASES if case[3] == "sent"]
CASES += [("email", {"body": "x"}, {"email": "ann@example.com"})]


@pytest.mark.parametrize(("channel", "message", "user"), CASES)
async def test_message_events_fit_their_description(
    world: WorldClient, channel: str, message: dict[str, Any], user: dict[str, Any]
) -> None:
    if channel == "email":
        await sent(world)
    else:
        await test_channels.test_whom_a_channel_reaches(world, channel, message, user, "")
    [row] = await world.outbox()
    for action in engagement.ALLOWED if row["status"] == "sent" else ():
        if channel in engagement.ALLOWED[action]:
            await engage(world, row, action)
    found = await kept(world)
    assert found
    for event in found:
        described(world)[event["event_type"]].check(JSON, codec.encode(event))


def test_a_message_event_with_a_strange_member_does_not_fit(world: WorldClient) -> None:
    user = {"user_id": "1", "external_user_id": None}
    event = {"event_type": "users.messages.email.Send", "id": "x", "time": 1, "user": user, "properties": {"colour": 1}}
    with pytest.raises(DeliveryFault, match="colour"):
        described(world)["users.messages.email.Send"].check(JSON, codec.encode(event))


async def test_postbacks_fit_their_description(world: WorldClient) -> None:
    await set_up(world, http_event_postback=POSTBACK)
    await world.faults({"host": "api.voucherify.io", "status": 200})
    await send(world)
    await send(world, recipient={"external_user_id": "nobody"})
    entries = [entry for entry in await world.journal() if entry["caller"] == "braze" and entry["kind"] == "call"]
    told: list[Any] = [entry["request"]["body"]["status"] for entry in entries]
    assert told == ["sent", "processed", "delivered", "aborted"]


async def test_a_webhook_message_names_its_sender(world: WorldClient) -> None:
    hook = {"url": "https://rest.iad-01.braze.com/events/list", "method": "GET", "headers": bearer(world.braze)}
    (message,) = await sent(world, webhook=hook)
    assert message["status"] == "sent"
    [call] = await world.journal(operation="events_list")
    agent = {name.lower(): value for name, value in call["request"]["headers"].items()}["user-agent"]
    assert agent.startswith("Braze Sender ")
