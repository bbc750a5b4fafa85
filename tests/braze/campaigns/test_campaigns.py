"""Campaigns from trigger to outbox: action-based, API-triggered, scheduled; re-eligibility; refusals at set-up."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.braze.calls import bearer, track

NOW = "2026-01-15T09:00:00Z"


def email(**more: Any) -> dict[str, Any]:
    return {"email": {"subject": "Hi {{${first_name} | default: 'you'}}", "body": "Hello {{${user_id}}}"} | more}


def action_based(**more: Any) -> dict[str, Any]:
    trigger = {"action": "perform custom event", "event": "rewards"}
    return {"name": "Reward", "delivery": "action_based", "triggers": [trigger], "messages": email()} | more


async def set_up(world: WorldClient, *campaigns: dict[str, Any], **more: Any) -> None:
    users = [{"external_id": "ann", "email": "ann@example.com", "first_name": "Ann"}]
    await world.setup({"braze": {"users": users, "campaigns": list(campaigns)} | more})


def happened(name: str = "rewards", user: str = "ann", **properties: Any) -> dict[str, Any]:
    return {"external_id": user, "name": name, "time": NOW, "properties": properties}


async def test_a_custom_event_sends_the_email(world: WorldClient) -> None:
    await set_up(world, action_based())

    await track(world.braze, events=[happened()])
    await world.settle()

    (message,) = await world.outbox()
    assert message["status"] == "sent"
    assert message["parts"] == {"subject": "Hi Ann", "body": "Hello ann"}
    assert message["detail"]["why"] == "custom event rewards"
    assert message["detail"]["read"] == {"first_name": "Ann", "user_id": "ann"}


async def test_the_delay_runs_on_the_virtual_clock(world: WorldClient) -> None:
    await set_up(world, action_based(schedule_delay="10m"))

    await track(world.braze, events=[happened()])
    await world.advance("9m")
    assert await world.outbox() == []
    await world.advance("1m")

    assert len(await world.outbox()) == 1


@pytest.mark.parametrize(("properties", "sent"), [({"approved": True}, 1), ({"approved": False}, 0), ({}, 0)])
async def test_only_matching_properties_send(world: WorldClient, properties: dict[str, Any], sent: int) -> None:
    filters = [{"property": "approved", "comparison": "is true"}]
    trigger = {"action": "perform custom event", "event": "checkins_gift", "property_filters": filters}
    await set_up(world, action_based(triggers=[trigger]))

    await track(world.braze, events=[happened("checkins_gift", **properties)])
    await world.settle()

    assert len(await world.outbox()) == sent


async def test_a_new_profile_with_the_attribute_sets_off_a_change_of_attribute(world: WorldClient) -> None:
    trigger = {"action": "change custom attribute value", "attribute": "signup_channel"}
    await set_up(world, action_based(triggers=[trigger]))

    guest = {"external_id": "bob", "email": "bob@example.com", "signup_channel": "MobileEmail"}
    await track(world.braze, attributes=[guest])
    await track(world.braze, attributes=[guest])
    await world.settle()

    assert [message["user"] for message in await world.outbox()] == ["bob"]


async def test_a_user_gets_a_campaign_once_unless_re_eligible(world: WorldClient) -> None:
    await set_up(world, action_based(), action_based(name="Again", re_eligibility="1h"))

    for wait in ("1m", "59m"):
        await track(world.braze, events=[happened()])
        await world.advance(wait)
    await track(world.braze, events=[happened()])
    await world.settle()

    assert [message["campaign"] for message in await world.outbox()] == ["Reward", "Again", "Again"]


async def test_the_audience_is_looked_at_before_the_event(world: WorldClient) -> None:
    done = {"filters": [{"filter": "Custom Event", "name": "rewards", "comparison": "has done"}]}
    await set_up(world, action_based(target_audience=done))

    await track(world.braze, events=[happened()])
    await world.settle()
    assert await world.outbox() == []
    await track(world.braze, events=[happened()])
    await world.settle()

    assert len(await world.outbox()) == 1


async def test_an_exception_event_cancels_the_waiting_send(world: WorldClient) -> None:
    exception = {"action": "perform custom event", "event": "redemptions"}
    await set_up(world, action_based(schedule_delay="1d", exception_events=[exception]))

    await track(world.braze, events=[happened()])
    await track(world.braze, events=[happened("redemptions")])
    await world.advance("2d")

    assert await world.outbox() == []


async def test_a_user_without_an_address_is_an_aborted_message(world: WorldClient) -> None:
    await set_up(world, action_based())

    await track(world.braze, attributes=[{"external_id": "bob"}], events=[happened(user="bob")])
    await world.settle()

    (message,) = await world.outbox()
    assert (message["status"], message["detail"]["abort_type"]) == ("aborted", "missing_email")


@pytest.mark.parametrize(
    ("send_to", "state", "status"),
    [
        ("subscribed or opted-in", "unsubscribed", "aborted"),
        ("subscribed or opted-in", "opted_in", "sent"),
        ("opted-in only", "subscribed", "aborted"),
        ("everyone including unsubscribed", "unsubscribed", "sent"),
    ],
)
async def test_the_subscription_state_decides(world: WorldClient, send_to: str, state: str, status: str) -> None:
    await set_up(world, action_based(send_to=send_to))

    await track(world.braze, attributes=[{"external_id": "ann", "email_subscribe": state}], events=[happened()])
    await world.settle()

    assert [message["status"] for message in await world.outbox()] == [status]


async def test_a_scheduled_webhook_campaign_reaches_every_user_of_the_segment(world: WorldClient) -> None:
    webhook = {
        "url": "https://rest.iad-01.braze.com/users/track",
        "headers": {"Authorization": f"Bearer {world.braze['api_key']}", "Content-Type": "application/json"},
        "body": '{"attributes": [{"external_id": "{{${user_id}}}", "pushed": {{custom_attribute.${n}}}}]}',
    }
    users = [{"external_id": f"u{n}", "custom_attributes": {"n": n}} for n in range(5)]
    audience = {"filters": [{"filter": "Custom Attribute", "name": "n", "comparison": "more than", "value": 0}]}
    row = {"name": "Push", "delivery": "scheduled", "schedule": {"at": "now"}, "target_audience": audience}
    await world.setup({"braze": {"users": users, "campaigns": [row | {"messages": {"webhook": webhook}}]}})

    await world.settle()

    messages = await world.outbox(channel="webhook")
    assert [message["status"] for message in messages] == ["sent"] * 4
    assert [attempt["status"] for attempt in messages[0]["detail"]["delivery"]["attempts"]] == [201]
    assert [user.custom.get("pushed") for user in world.inside.tenants["braze"]] == [None, 1, 2, 3, 4]


async def test_a_template_that_does_not_parse_is_refused_with_its_place(world: WorldClient) -> None:
    with pytest.raises(ControlRefused) as refused:
        await set_up(world, action_based(messages=email(body="one\n{% if x %}two")))

    assert refused.value.problem["pointer"] == "/braze/campaigns/0/messages/email/body"
    assert "line 2, column" in refused.value.problem["detail"]
    assert world.inside.tenants["braze"].campaigns == {}


async def test_setup_refuses_what_is_not_there(world: WorldClient) -> None:
    audience = {"filters": [{"filter": "Segment Membership", "name": "Nobody", "comparison": "included"}]}
    with pytest.raises(ControlRefused, match="no segment called 'Nobody'"):
        await set_up(world, action_based(target_audience=audience))
    with pytest.raises(ControlRefused, match="in_app"):
        await set_up(world, action_based(messages={"in_app": {"body": "x"}}))
    with pytest.raises(ControlRefused, match="sms needs subscription_group_id"):
        await set_up(world, action_based(messages={"sms": {"body": "x"}}))
    with pytest.raises(ControlRefused, match="no such field"):
        await set_up(world, action_based(messages={"web_push": {"alert": "x", "title": "x", "colour": "x"}}))


async def test_an_api_triggered_campaign_renders_its_properties(world: WorldClient) -> None:
    body = {"email": {"body": "{{api_trigger_properties.${a}}}-{{api_trigger_properties.${b}.c}}"}}
    await set_up(world, {"name": "Api", "delivery": "api_triggered", "messages": body})
    campaign = world.inside.tenants["braze"].campaigns

    sent = {
        "campaign_id": next(iter(campaign)),
        "trigger_properties": {"a": 1, "b": {"c": 2}},
        "recipients": [{"external_user_id": "ann", "trigger_properties": {"a": 9}}],
    }
    response = await world.braze.post("/campaigns/trigger/send", json=sent, headers=bearer(world.braze))
    await world.settle()

    assert (response.status_code, response.json()["message"]) == (201, "success")
    (message,) = await world.outbox()
    assert message["parts"]["body"] == "9-2"
    assert message["detail"]["dispatch_id"] == response.json()["dispatch_id"]


def scheduled(**schedule: Any) -> dict[str, Any]:
    return {"name": "S", "delivery": "scheduled", "schedule": schedule, "re_eligibility": 0, "messages": email()}


async def received(world: WorldClient) -> list[str]:
    return [message["at"][:16] for message in await world.outbox()]


REPEATS = [
    ({"at": "2026-01-31T08:00:00Z", "repeat": "monthly"}, ["01-31", "02-28", "03-31"]),
    ({"at": "2026-03-20T08:00:00Z", "repeat": "weekly", "until": "2026-03-27"}, ["03-20", "03-27"]),
    ({"at": "2026-03-29T08:00:00Z", "repeat": "daily", "until": "2026-03-31"}, ["03-29", "03-30", "03-31"]),
    ({"at": "2026-03-29T08:00:00Z"}, ["03-29"]),
]


@pytest.mark.parametrize(("schedule", "days"), REPEATS)
async def test_a_recurring_campaign_comes_again(world: WorldClient, schedule: Any, days: list[str]) -> None:
    await set_up(world, scheduled(**schedule))

    await world.set_clock("2026-04-10T00:00:00Z")

    assert await received(world) == [f"2026-{day}T08:00" for day in days]


async def test_a_recurring_campaign_keeps_the_companys_time_of_day(world: WorldClient) -> None:
    await world.setup({"braze": {"company_time_zone": "Europe/Zurich"}})
    await set_up(world, scheduled(at="2026-03-28T08:00:00Z", repeat="daily", until="2026-03-30"))

    await world.set_clock("2026-04-10T00:00:00Z")

    assert await received(world) == ["2026-03-28T08:00", "2026-03-29T07:00", "2026-03-30T07:00"]


async def test_a_campaign_in_local_time(world: WorldClient) -> None:
    users = [
        {"external_id": name, "email": f"{name}@example.com", "time_zone": zone}
        for name, zone in (("tokyo", "Asia/Tokyo"), ("york", "America/New_York"))
    ]
    row = scheduled(at="2026-01-20T09:00", in_local_time=True, repeat="daily", until="2026-01-21")
    await world.setup({"braze": {"users": users, "campaigns": [row]}})

    await world.set_clock("2026-01-25T00:00:00Z")

    got = [(message["user"], message["at"][5:16]) for message in await world.outbox()]
    assert got == [("tokyo", "01-20T00:00"), ("york", "01-20T14:00"), ("tokyo", "01-21T00:00"), ("york", "01-21T14:00")]
