"""Variants and control groups, Quiet Hours, frequency caps, send rate limit."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.braze.calls import track

NOW = "2026-01-15T09:00:00Z"


def campaign(**more: Any) -> dict[str, Any]:
    trigger = {"action": "perform custom event", "event": "e"}
    row = {"name": "C", "delivery": "action_based", "triggers": [trigger], "re_eligibility": 0}
    return row | ({} if "variants" in more else {"messages": {"email": {"body": "x"}}}) | more


def people(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"external_id": f"u{n}", "email": f"u{n}@example.com", **more} for n in range(count)]


async def happen(world: WorldClient, users: int = 1) -> list[dict[str, Any]]:
    await track(world.braze, events=[{"external_id": f"u{n}", "name": "e", "time": NOW} for n in range(users)])
    await world.settle()
    return await world.outbox()


def variants(*shares: int) -> list[dict[str, Any]]:
    return [
        {"name": f"V{n}", "percentage": share, "messages": {"email": {"body": "{{campaign.${message_name}}}"}}}
        for n, share in enumerate(shares)
    ]


async def test_variants_share_the_audience_and_stick(world: WorldClient) -> None:
    await world.setup({"braze": {"users": people(75), "campaigns": [campaign(variants=variants(50, 50))]}})

    await happen(world, 75)
    messages = await happen(world, 75)

    first, second = messages[:75], messages[75:]
    assert [row["parts"]["body"] for row in first] == [row["parts"]["body"] for row in second]
    assert min(Counter(row["parts"]["body"] for row in first).values()) > 20


async def test_the_control_group_gets_nothing_and_is_recorded(world: WorldClient) -> None:
    row = campaign(variants=variants(50), control_group=50)
    await world.setup({"braze": {"users": people(40), "campaigns": [row]}})

    sent = len(await happen(world, 40))

    enrolled = await world.journal(operation="stopped.control")
    assert 5 < sent < 35
    assert len(enrolled) == 40 - sent


async def test_the_global_control_group_gets_exempt_campaigns_only(world: WorldClient) -> None:
    rows = [campaign(), campaign(name="Exempt", exempt_from_global_control_group=True)]
    users = people(1, in_global_control_group=True)
    await world.setup({"braze": {"users": users, "campaigns": rows}})

    assert [row["campaign"] for row in await happen(world)] == ["Exempt"]


async def test_percentages_sum_to_100(world: WorldClient) -> None:
    with pytest.raises(ControlRefused, match="sum to 100, not 90"):
        await world.setup({"braze": {"campaigns": [campaign(variants=variants(50, 30), control_group=10)]}})


QUIET = {"start": "22:00", "end": "08:00"}


@pytest.mark.parametrize(
    ("zone", "status"), [("UTC", "sent"), ("America/New_York", "aborted"), ("Asia/Tokyo", "sent"), (None, "sent")]
)
async def test_quiet_hours_are_the_users_own(world: WorldClient, zone: str | None, status: str) -> None:
    users = people(1, **({"time_zone": zone} if zone else {}))
    await world.setup({"braze": {"users": users, "campaigns": [campaign(quiet_hours=QUIET)]}})

    (message,) = await happen(world)

    assert message["status"] == status
    assert status == "sent" or message["detail"]["abort_type"] == "quiet_hours"


async def test_a_message_may_wait_for_the_end_of_quiet_hours(world: WorldClient) -> None:
    quiet = QUIET | {"fallback": "send at the end of Quiet Hours"}
    users = people(1, time_zone="America/New_York")
    await world.setup({"braze": {"users": users, "campaigns": [campaign(quiet_hours=quiet)]}})

    (message,) = await happen(world)
    assert (message["status"], message["detail"]["due"]) == ("waiting", "2026-01-15T13:00:00.000Z")
    await world.advance("4h")

    assert [row["status"] for row in await world.outbox()] == ["sent"]


async def test_without_a_zone_the_companys_counts(world: WorldClient) -> None:
    rows = {"users": people(1), "campaigns": [campaign(quiet_hours=QUIET)]}
    await world.setup({"braze": {"company_time_zone": "America/New_York", **rows}})

    assert [row["status"] for row in await happen(world)] == ["aborted"]


def cap(**more: Any) -> list[dict[str, Any]]:
    return [{"limit": 2, "channel": "any", "per": 1, "unit": "days"} | more]


@pytest.mark.parametrize(
    ("caps", "statuses"),
    [
        (cap(), ["sent", "sent", "aborted"]),
        (cap(channel="email", limit=1), ["sent", "aborted", "aborted"]),
        (cap(channel="push", limit=1), ["sent", "sent", "sent"]),
        (cap(tag="promo", limit=1), ["sent", "sent", "sent"]),
        (cap(limit=1, unit="minutes", per=10), ["sent", "aborted", "aborted"]),
    ],
)
async def test_caps_count_what_was_sent(world: WorldClient, caps: list[Any], statuses: list[str]) -> None:
    await world.setup({"braze": {"users": people(1), "frequency_capping": caps, "campaigns": [campaign()]}})

    for _ in range(3):
        await happen(world)

    messages = await world.outbox()
    assert [row["status"] for row in messages] == statuses
    assert all(row["detail"]["abort_type"] == "frequency_capped" for row in messages if row["status"] == "aborted")


async def test_days_are_calendar_days_of_the_user(world: WorldClient) -> None:
    users = people(1, time_zone="Asia/Tokyo")
    await world.setup({"braze": {"users": users, "frequency_capping": cap(limit=1), "campaigns": [campaign()]}})

    await happen(world)
    await world.set_clock("2026-01-15T14:59:00Z")
    await happen(world)
    await world.set_clock("2026-01-15T15:00:00Z")
    await happen(world)

    assert [row["status"] for row in await world.outbox()] == ["sent", "aborted", "sent"]


async def test_a_campaign_may_ignore_caps_and_then_does_not_count(world: WorldClient) -> None:
    rows = [campaign(name="Free", ignore_frequency_capping=True), campaign()]
    await world.setup({"braze": {"users": people(1), "frequency_capping": cap(limit=1), "campaigns": rows}})

    messages = await happen(world)

    assert [row["status"] for row in messages] == ["sent", "sent"]


async def test_a_send_rate_limit_spreads_a_launch(world: WorldClient) -> None:
    row = {"name": "Big", "delivery": "scheduled", "schedule": {"at": "now"}, "send_rate_limit": 10}
    message = {"messages": {"email": {"body": "x"}}}
    await world.setup({"braze": {"users": people(25), "campaigns": [row | message]}})

    await world.settle()
    assert len(await world.outbox()) == 10
    await world.advance("1m")
    assert len(await world.outbox()) == 20
    await world.advance("1m")

    messages = await world.outbox()
    assert len(messages) == 25
    assert len({row["detail"]["dispatch_id"] for row in messages}) == 1
