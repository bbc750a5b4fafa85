"""Triggered campaigns in time: delays, exception events, the days and hours a campaign runs, its speed limit."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.braze import stage
from tests.braze.calls import track
from tests.braze.stage import EVENT, happen, seen, triggered

# 15 January 2026, 09:00 UTC, is a Thursday. Source: Braze docs, "Action-based delivery".
DELAYS: list[tuple[Any, str, str]] = [
    ("immediately", "UTC", "2026-01-15T09:00"),
    ("90m", "UTC", "2026-01-15T10:30"),
    ({"weekday": "Friday", "at": "08:00"}, "UTC", "2026-01-16T08:00"),
    ({"weekday": "Thursday", "at": "10:00"}, "UTC", "2026-01-22T10:00"),
    ({"calendar_days": 1, "at": "08:00"}, "UTC", "2026-01-16T08:00"),
    ({"calendar_days": 1, "at": "08:00"}, "America/New_York", "2026-01-16T13:00"),
]


@pytest.mark.parametrize(("delay", "zone", "due"), DELAYS)
async def test_a_delay_ends_as_documented(world: WorldClient, delay: Any, zone: str, due: str) -> None:
    await stage.setup(world, triggered(schedule_delay=delay), users=stage.people(time_zone=zone))

    await happen(world)
    await world.advance("8d")

    assert await seen(world) == [("sent", due)]


async def test_a_trigger_that_is_its_own_exception_starts_the_delay_anew(world: WorldClient) -> None:
    await stage.setup(world, triggered(schedule_delay="1h", exception_events=[EVENT]))

    await happen(world)
    await world.advance("30m")
    await happen(world)
    await world.advance("1d")

    assert await seen(world) == [("sent", "2026-01-15T10:30")]


async def test_who_was_kept_by_an_exception_may_be_triggered_again(world: WorldClient) -> None:
    once = triggered(schedule_delay="1h", exception_events=[{"action": "make a purchase"}])
    del once["re_eligibility"]
    await stage.setup(world, once)

    await happen(world)
    await stage.device(world, "make a purchase", product="mug", price=1)
    await world.advance("2h")
    assert await seen(world) == []
    await happen(world)
    await world.advance("1h")

    assert await seen(world) == [("sent", "2026-01-15T12:00")]


RUNS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"campaign_duration": {"start": "2026-01-15T08:00:00Z"}}, [("sent", "2026-01-15T09:00")]),
    ({"campaign_duration": {"start": "2026-01-16T08:00:00Z"}}, []),
    (
        {"campaign_duration": {"end": "2026-01-15T10:00:00Z"}, "schedule_delay": "2h"},
        [("aborted", "2026-01-15T11:00")],
    ),
    ({"time_of_day_window": {"start": "10:00", "end": "12:00"}}, [("aborted", "2026-01-15T09:00")]),
    ({"time_of_day_window": {"start": "08:00", "end": "12:00"}}, [("sent", "2026-01-15T09:00")]),
    (
        {
            "time_of_day_window": {"start": "08:00", "end": "10:00", "fallback": "send at next available time"},
            "schedule_delay": "3h",
        },
        [("sent", "2026-01-16T08:00")],
    ),
    (
        {"time_of_day_window": {"start": "10:00", "end": "12:00", "fallback": "send at next available time"}},
        [("aborted", "2026-01-15T09:00")],
    ),
]


@pytest.mark.parametrize(("more", "expected"), RUNS)
async def test_the_days_and_hours_a_campaign_runs(
    world: WorldClient, more: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    await stage.setup(world, triggered(**more))

    await happen(world)
    await world.advance("3d")

    assert await seen(world) == expected
    for row in await world.outbox():
        if row["status"] == "aborted":
            assert row["detail"]["abort_type"] == "no_longer_in_availability_window"


async def test_who_left_the_audience_during_the_delay_is_aborted_by_the_second_look(world: WorldClient) -> None:
    vip = {"filters": [{"filter": "Custom Attribute", "name": "vip", "comparison": "is true"}]}
    row = triggered(schedule_delay="1h", target_audience=vip, re_evaluate_segment_at_send_time=True)
    await stage.setup(world, row, users=stage.people(custom_attributes={"vip": True}))

    await happen(world)
    await track(world.braze, attributes=[{"external_id": "ann", "vip": False}])
    await world.advance("1h")

    (message,) = await world.outbox()
    assert message["detail"]["abort_type"] == "user_not_in_segment"


async def test_a_stopped_campaign_aborts_what_waits(world: WorldClient) -> None:
    await stage.setup(world, triggered(schedule_delay="1h"))
    await happen(world)
    assert world.inside is not None
    (campaign,) = world.inside.tenants["braze"].campaigns.values()
    campaign.enabled = False
    await world.advance("1h")

    (message,) = await world.outbox()
    assert message["detail"]["abort_type"] == "campaign_disabled"


async def test_triggered_sends_keep_to_the_speed_limit(world: WorldClient) -> None:
    names = [f"u{number}" for number in range(25)]
    await stage.setup(world, triggered(send_rate_limit=10), users=stage.people(*names))

    for name in names:
        await happen(world, who=name)
    waiting = [row["detail"].get("due") for row in await world.outbox() if row["status"] == "waiting"]
    assert len(waiting) == 15
    assert {due[:16] for due in waiting} == {"2026-01-15T09:01", "2026-01-15T09:02"}
    await world.advance("2m")

    assert [row["status"] for row in await world.outbox()] == ["sent"] * 25


async def test_who_would_wait_72_hours_for_the_speed_limit_is_aborted(world: WorldClient) -> None:
    await stage.setup(world, triggered(send_rate_limit=10))
    assert world.inside is not None
    workspace = world.inside.tenants["braze"]
    (campaign,) = workspace.campaigns
    workspace.engine.speeds[campaign] = (int(world.inside.clock.epoch) // 60 + 72 * 60, 10)

    await happen(world)

    (message,) = await world.outbox()
    assert (message["status"], message["detail"]["abort_type"]) == ("aborted", "rate_limit")


async def test_no_more_users_than_a_campaign_may_reach(world: WorldClient) -> None:
    await stage.setup(world, triggered(max_users=1), users=stage.people("ann", "bob"))

    for who in ("ann", "bob", "ann"):
        await happen(world, who=who)

    assert [row["user"] for row in await world.outbox()] == ["ann", "ann"]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"exception_events": [EVENT]}, "they go with schedule_delay"),
    (
        {"triggers": [stage.SESSION], "schedule_delay": "1h", "exception_events": [stage.SESSION]},
        "session start cannot be both",
    ),
    ({"re_eligibility": "721d"}, "up to 720 days"),
    ({"triggers": [{"action": "enter a segment"}]}, "no trigger for entering a segment"),
    ({"triggers": [{"action": "perform conversion event"}]}, "no conversion event"),
    ({"conversion_events": [EVENT | {"within": "31d"}]}, "up to 30 days"),
    ({"conversion_events": [{"action": "add an email address"}]}, "a conversion event is one of"),
    ({"time_of_day_window": {"start": "10:00", "end": "10:00"}}, "start and end differ"),
    ({"intelligent_timing": {"fallback_time": "10:00"}}, "belongs to delivery scheduled"),
]


@pytest.mark.parametrize(("more", "why"), REFUSED, ids=[why for _, why in REFUSED])
async def test_what_the_dashboard_would_not_save(world: WorldClient, more: dict[str, Any], why: str) -> None:
    with pytest.raises(ControlRefused, match=why):
        await stage.setup(world, triggered(**more))
