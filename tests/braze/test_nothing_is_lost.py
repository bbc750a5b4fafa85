"""Every intended message ends as sent, aborted with a reason, or waiting with a due time, whatever goes wrong."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stampcard.braze.campaigns import stops
from stampcard.client import WorldClient, in_process
from stampcard.core.clock import parse_instant
from stampcard.emulator import Emulator
from tests.braze import stage
from tests.braze.calls import bearer, track

EMULATOR = Emulator()
HOST = "rest.iad-01.braze.com"
CALL = "{% connected_content https://rest.iad-01.braze.com/nothing :save x"
BODIES = [
    "Hi {{${first_name}}}",
    "{% if {{${user_id}}} == 'u1' %}{% abort_message('not you') %}{% endif %}x",
    "{% promotion('s') %}",
    "{{ 1 | divided_by: 0 }}",
    CALL + " :retry %}{{x.__http_status_code__}}",
    CALL + " %}{{x}}",
    "{% connected_content https://nobody.example.com/ %}",
    "{% connected_content https://rest.iad-01.braze.com/ :basic_auth gone %}",
    "{% for i in (1..99999999) %}x{% endfor %}",
]
URLS = ["https://rest.iad-01.braze.com/nothing", "{{custom_attribute.${none}}}", "https://nobody.example.com/", "x y"]
USERS: list[dict[str, Any]] = [
    {"external_id": "u0", "email": "u0@example.com"},
    {"external_id": "u1", "email": "u1@example.com", "time_zone": "Asia/Tokyo"},
    {"external_id": "u2", "email": "u2@example.com", "email_subscribe": "unsubscribed"},
    {"external_id": "u3", "time_zone": "America/New_York"},
    {"external_id": "u4", "email": "u4@example.com", "in_global_control_group": True},
    {"external_id": "u5", "email": "u5@example.com", "custom_attributes": {"vip": True}},
]
VIP = {"filters": [{"filter": "Custom Attribute", "name": "vip", "comparison": "is true"}]}
OPTIONS: dict[str, list[Any]] = {
    "quiet_hours": [{"start": "08:00", "end": "10:00"}],
    "target_audience": [VIP],
    "send_rate_limit": [10],
    "ignore_frequency_capping": [True],
    "re_eligibility": [0, "1h"],
}
OPTIONS["quiet_hours"].append(OPTIONS["quiet_hours"][0] | {"fallback": "send at the end of Quiet Hours"})
FAULTS = [{"host": HOST, "status": 500}, {"host": HOST, "drop": True}, {"host": HOST, "delay": 100}, {"host": HOST}]

bodies = st.sampled_from(BODIES)
messages = st.fixed_dictionaries(
    {},
    optional={
        "email": st.builds(lambda body: {"body": body}, bodies),
        "webhook": st.builds(lambda url, body: {"url": url, "body": body}, st.sampled_from(URLS), bodies),
        "android_push": st.builds(lambda body: {"alert": body, "title": "t"}, bodies),
    },
).filter(bool)
common = {name: st.sampled_from(values) for name, values in OPTIONS.items()}
triggered = st.fixed_dictionaries(
    {"delivery": st.just("action_based"), "triggers": st.just([stage.EVENT]), "messages": messages},
    optional=common
    | {
        "schedule_delay": st.sampled_from(["10m", {"calendar_days": 1, "at": "08:00"}]),
        "time_of_day_window": st.sampled_from(
            [{"start": "09:00", "end": "20:00"}, {"start": "10:00", "end": "11:00", "fallback": "cancel message"}]
        ),
        "campaign_duration": st.just({"end": "2026-01-15T09:30:00Z"}),
    },
)
scheduled = st.fixed_dictionaries(
    {"delivery": st.just("scheduled"), "schedule": st.just({"at": "now"}), "messages": messages}, optional=common
)
rows = st.lists(st.one_of(triggered, scheduled), min_size=1, max_size=3)
faults = st.lists(st.sampled_from(FAULTS[:3]), max_size=2)
waits = st.lists(st.sampled_from(["0s", "45s", "11m", "1h", "20h"]), min_size=1, max_size=3)


def check(world: WorldClient) -> int:
    """What holds at any moment; returns how many messages wait."""
    assert world.inside is not None
    clock, waiting = world.inside.clock, 0
    due = {job.due.replace(microsecond=job.due.microsecond // 1000 * 1000) for job in clock.due}
    for message in world.inside.outbox:
        if message.status == "waiting":
            waiting += 1
            at = parse_instant(message.detail["due"])
            assert at >= clock.now - timedelta(milliseconds=1), message
            assert at in due or at == clock.now, (message, due)
            assert message.detail["waits_for"]
        elif message.status == "aborted":
            assert message.reason, message
            assert message.detail["abort_type"], message
            assert "due" not in message.detail
        else:
            assert message.status == "sent", message
            assert not message.reason
            assert "due" not in message.detail
    assert not world.inside.faults_of_ours
    return waiting


async def play(rows: list[dict[str, Any]], faults: list[dict[str, Any]], waits: list[str], gone: bool) -> None:
    inside = EMULATOR.add_world(frozen=True)
    world = in_process(EMULATOR, inside)
    codes = {"name": "L", "snippet": "s", "expires_at": "2026-02-01T00:00:00Z", "codes": ["A", "B"]}
    campaigns = [{"name": f"C{number}", **row} for number, row in enumerate(rows)]
    caps = [{"limit": 1, "channel": "email", "per": 1, "unit": "days"}]
    try:
        await world.faults(*faults)
        dashboard = {"campaigns": campaigns, "promotion_code_lists": [codes], "frequency_capping": caps}
        await world.setup({"braze": {"users": USERS, **dashboard}})
        now = (await world.clock())["now"]
        for user in USERS:
            await track(world.braze, events=[{"external_id": user["external_id"], "name": "e", "time": now}])
        for number, wait in enumerate(waits):
            await world.advance(wait)
            check(world)
            if number == 0 and gone:
                response = await world.braze.post(
                    "/users/delete", json={"external_ids": ["u5"]}, headers=bearer(world.braze)
                )
                assert response.status_code == 201, response.text
        await world.faults()
        await world.advance("4d")
        assert check(world) == 0
        account_for_all(world, campaigns, inside.clock.now)
    finally:
        EMULATOR.remove_world(inside.name)


def account_for_all(world: WorldClient, campaigns: list[dict[str, Any]], now: datetime) -> None:
    """Every user a campaign was set off for has its messages, or a stop that says why not."""
    assert world.inside is not None
    workspace = world.inside.tenants["braze"]
    for campaign in workspace.campaigns.values():
        channels = len(campaign.variants[0].messages)
        for user in workspace:
            found = [m for m in world.inside.outbox if m.campaign == campaign.name and m.user == user.external_id]
            assert len(found) % channels == 0
            inside = campaign.audience is None or user.custom.get("vip") is True
            if not found and (inside or campaign.delivery == "action_based"):
                assert stops.last(workspace, campaign, user) is not None, (campaign.name, user.external_id)


@settings(max_examples=60, deadline=None)
@given(rows=rows, faults=faults, waits=waits, gone=st.booleans())
def test_every_intended_message_has_an_end_or_a_due_time(
    rows: list[dict[str, Any]], faults: list[dict[str, Any]], waits: list[str], gone: bool
) -> None:
    asyncio.run(play(rows, faults, waits, gone))
