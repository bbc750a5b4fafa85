"""Campaigns to an audience: launches that recur, in local time, at the best hour; segments entered; progress."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.braze.dashboard import buttons
from stampcard.client import WorldClient
from tests.braze import stage
from tests.braze.calls import track
from tests.braze.stage import scheduled, seen

# Source: Braze docs, "Time-based campaigns": a month without the day takes its last, the end date is inclusive.
RECURRING: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"at": "2026-01-16T10:00", "repeat": "daily", "until": "2026-01-18"},
        ["2026-01-16T10:00", "2026-01-17T10:00", "2026-01-18T10:00"],
    ),
    (
        {"at": "2026-01-16T10:00", "repeat": "weekly", "until": "2026-02-01"},
        ["2026-01-16T10:00", "2026-01-23T10:00", "2026-01-30T10:00"],
    ),
    (
        {"at": "2026-01-31T10:00", "repeat": "monthly", "until": "2026-03-31"},
        ["2026-01-31T10:00", "2026-02-28T10:00", "2026-03-31T10:00"],
    ),
    (
        {"at": "2026-01-16T10:00", "repeat": "daily", "until": "2026-01-17", "in_local_time": True},
        ["2026-01-16T15:00", "2026-01-17T15:00"],
    ),
]


@pytest.mark.parametrize(("schedule", "expected"), RECURRING)
async def test_a_launch_recurs(world: WorldClient, schedule: dict[str, Any], expected: list[str]) -> None:
    zone = "America/New_York" if schedule.get("in_local_time") else "UTC"
    await stage.setup(world, scheduled(schedule=schedule), users=stage.people(time_zone=zone))

    await world.advance("120d")

    assert [at for _, at in await seen(world)] == expected


# Source: the setup schema, "Applying a row again with the same name or id replaces it".
AGAIN: list[tuple[dict[str, Any], list[str]]] = [
    ({"at": "now"}, ["2026-01-15T09:00"]),
    ({"at": "2026-01-15T08:00"}, ["2026-01-15T09:00"]),
    ({"at": "2026-01-16T10:00"}, ["2026-01-16T10:00"]),
    (
        {"at": "now", "repeat": "daily", "until": "2026-01-17"},
        ["2026-01-15T09:00", "2026-01-16T09:00", "2026-01-17T09:00"],
    ),
]


@pytest.mark.parametrize(("schedule", "expected"), AGAIN)
async def test_a_campaign_that_is_applied_again_does_not_repeat_its_launches(
    world: WorldClient, schedule: dict[str, Any], expected: list[str]
) -> None:
    for wait in ("0s", "2h", "2d", "5d"):
        await stage.setup(world, scheduled(schedule=schedule))
        await world.advance(wait)

    assert [at for _, at in await seen(world)] == expected


async def test_a_changed_schedule_is_a_launch_of_its_own_and_a_changed_text_is_not(world: WorldClient) -> None:
    for row in (scheduled(body="one"), scheduled(body="two"), scheduled(at="2026-01-16T10:00", body="three")):
        await stage.setup(world, row)
        await world.settle()

    await world.advance("2d")

    assert await stage.bodies(world) == ["one", "three"]


async def test_the_company_s_wall_time_holds_over_the_seasons(world: WorldClient) -> None:
    schedule = {"at": "2026-03-28T08:00:00+00:00", "repeat": "daily", "until": "2026-03-30"}
    await stage.setup(world, scheduled(schedule=schedule), company_time_zone="Europe/London")

    await world.advance("90d")

    assert [at for _, at in await seen(world)] == ["2026-03-28T08:00", "2026-03-29T07:00", "2026-03-30T07:00"]


async def test_a_daily_launch_reaches_each_user_once_after_entering_the_segment(world: WorldClient) -> None:
    """Braze has no trigger for it; this is how its docs do it."""
    vip = {"name": "VIP", "filters": [{"filter": "Custom Attribute", "name": "vip", "comparison": "is true"}]}
    inside = {"filters": [{"filter": "Segment Membership", "name": "VIP", "comparison": "included"}]}
    row = scheduled(schedule={"at": "2026-01-16T10:00", "repeat": "daily"}, target_audience=inside)
    del row["re_eligibility"]
    await stage.setup(world, row, users=stage.people("ann", "bob"), segments=[vip])

    await track(world.braze, attributes=[{"external_id": "ann", "vip": True}])
    await world.advance("2d")
    await track(world.braze, attributes=[{"external_id": "bob", "vip": True}])
    await world.advance("3d")

    found = [(row["user"], row["at"][:10]) for row in await world.outbox()]
    assert found == [("ann", "2026-01-16"), ("bob", "2026-01-17")]


async def test_intelligent_timing_takes_the_hour_of_most_sessions(world: WorldClient) -> None:
    sessions = [{"external_id": "ann", "time": f"2026-01-{day:02d}T18:20:00Z"} for day in (10, 11, 12)]
    sessions.append({"external_id": "ann", "time": "2026-01-13T07:00:00Z"})
    row = scheduled(at="2026-01-16T00:00", intelligent_timing={"fallback_time": "12:00"})
    await stage.setup(world, row, users=stage.people("ann", "bob"), sessions=sessions)

    await world.advance("2d")

    found = {row["user"]: row["at"][:16] for row in await world.outbox()}
    assert found == {"bob": "2026-01-16T12:00", "ann": "2026-01-16T18:00"}


async def test_the_control_group_takes_no_place_under_the_speed_limit(world: WorldClient) -> None:
    names = [f"u{number}" for number in range(60)]
    row = scheduled(send_rate_limit=10, control_group=50)
    messages = row.pop("messages")
    variants = [{"name": "V", "percentage": 50, "messages": messages}]
    await stage.setup(world, row | {"variants": variants}, users=stage.people(*names))

    await world.settle()

    assert len(await world.outbox()) == 10


async def test_what_waits_72_hours_for_the_speed_limit_ends_as_aborted(world: WorldClient) -> None:
    names = [f"u{number}" for number in range(11)]
    await stage.setup(world, scheduled(send_rate_limit=10), users=stage.people(*names))
    await world.settle()
    assert world.inside is not None
    (job,) = (job for job in world.inside.clock.due if job.name == "campaign S")
    job.cancel()
    world.inside.clock.at(world.inside.clock.now.replace(day=18), job.run, name=job.name)

    await world.advance("4d")

    *sent, late = await world.outbox()
    assert [row["status"] for row in sent] == ["sent"] * 10
    assert (late["status"], late["detail"]["abort_type"]) == ("aborted", "rate_limit")


async def test_sending_shows_how_far_it_has_come(world: WorldClient) -> None:
    names = [f"u{number}" for number in range(1_000)]
    await stage.setup(world, scheduled(send_rate_limit=250), users=stage.people(*names))

    await world.settle()

    assert world.inside is not None
    (launch,) = await buttons.sending(world.inside.tenants["braze"], {})
    assert (launch["campaign"], launch["done"], launch["total"]) == ("S", 250, 1_000)
    told = [entry.summary for entry in world.inside.journal if entry.operation == "campaign.progress"]
    assert told == ["campaign 'S': 100 of 1,000 users are through", "campaign 'S': 200 of 1,000 users are through"]
