"""What devices tell: sessions, events of the SDK, and the in-app messages they set off."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from stampcard.core.errors import ButtonError
from tests.braze import stage
from tests.braze.stage import SESSION, device, happen, seen, triggered

IN_APP = {"in_app_message": {"type": "modal", "message": "Hi {{${first_name}}} {{event_properties.${size}}}"}}


async def test_a_session_start_sets_off_and_is_on_the_profile(world: WorldClient) -> None:
    await stage.setup(world, triggered(trigger=SESSION))

    await device(world)

    assert await seen(world) == [("sent", "2026-01-15T09:00")]
    assert world.inside is not None
    profile = world.inside.tenants["braze"].by_external_id["ann"].profile
    assert profile["date_of_first_session"] == profile["date_of_last_session"] == world.inside.clock.now


async def test_the_session_itself_does_not_count_for_the_audience(world: WorldClient) -> None:
    """Documented order: audience first, then trigger."""
    used = {"filters": [{"filter": "Last Used App", "comparison": "less than days ago", "value": 1}]}
    await stage.setup(world, triggered(trigger=SESSION, target_audience=used))

    await device(world)
    assert await seen(world) == []
    await device(world)

    assert [status for status, _ in await seen(world)] == ["sent"]


async def test_an_in_app_message_shows_for_an_event_of_the_sdk(world: WorldClient) -> None:
    await stage.setup(world, triggered(messages=IN_APP), users=stage.people(first_name="Ann"))

    await device(world, "perform custom event", event="e", properties={"size": "XL"})

    (message,) = await world.outbox()
    assert (message["channel"], message["status"]) == ("in_app_message", "sent")
    assert message["parts"] == {"type": "modal", "message": "Hi Ann XL"}
    assert len(await stage.events(world, "users.messages.inappmessage.Impression")) == 1
    assert await stage.events(world, "users.messages.inappmessage.Send") == []


async def test_an_event_by_rest_shows_none_and_says_why(world: WorldClient) -> None:
    await stage.setup(world, triggered(messages=IN_APP))

    await happen(world)

    assert await seen(world) == []
    found = await world.press("braze", "why", campaign="C", user="ann")
    assert "set off by events of a device's SDK" in found["conclusion"]


async def test_a_call_s_retry_is_not_available_to_in_app_messages(world: WorldClient) -> None:
    body = "{% connected_content https://api.voucherify.io/v1/none :retry %}shown"
    await stage.setup(world, triggered(messages={"in_app_message": {"message": body}}))

    await device(world, "perform custom event", event="e")

    (message,) = await world.outbox()
    assert (message["status"], message["parts"]["message"]) == ("sent", "shown")


async def test_in_app_messages_take_no_part_in_caps(world: WorldClient) -> None:
    caps = [{"limit": 1, "channel": "any", "per": 1, "unit": "days"}]
    rows = [triggered(messages=IN_APP), triggered("Mail")]
    await stage.setup(world, *rows, frequency_capping=caps)

    for _ in range(2):
        await device(world, "perform custom event", event="e")

    found = [(row["channel"], row["status"]) for row in await world.outbox()]
    assert found == [
        ("in_app_message", "sent"),
        ("email", "sent"),
        ("in_app_message", "sent"),
        ("email", "aborted"),
    ]


async def test_a_purchase_on_a_device_counts_as_one(world: WorldClient) -> None:
    await stage.setup(world, triggered(trigger={"action": "make a purchase", "product": "mug"}))

    await device(world, "make a purchase", product="mug", price=3, quantity=2)

    assert [status for status, _ in await seen(world)] == ["sent"]
    assert world.inside is not None
    assert world.inside.tenants["braze"].by_external_id["ann"].total_revenue == 6


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"user": "bob", "action": "start session"}, "no user 'bob'"),
        ({"user": "ann", "action": "dance"}, "no action 'dance'"),
        ({"user": "ann"}, "device takes"),
        ({"user": "ann", "action": "start session", "app_id": "x"}, "no app has the id 'x'"),
        ({"user": "ann", "action": "perform custom event"}, "'name' is required"),
        ({"user": "ann", "action": "make a purchase", "product": "p", "price": "x"}, "'price' is not valid"),
    ],
)
async def test_what_no_device_tells(world: WorldClient, settings: dict[str, Any], why: str) -> None:
    from stampcard.braze.dashboard import buttons

    await stage.setup(world)
    assert world.inside is not None
    with pytest.raises(ButtonError, match=why):
        await buttons.device(world.inside.tenants["braze"], settings)


async def test_in_app_messages_go_with_action_based_campaigns_only(world: WorldClient) -> None:
    with pytest.raises(ControlRefused, match="delivery action_based"):
        await stage.setup(world, stage.scheduled(messages=IN_APP))
