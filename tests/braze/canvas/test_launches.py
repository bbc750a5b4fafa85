"""Who enters a Canvas when: schedules that recur, local time, the most entries; and personalised delays."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.braze import stage
from tests.braze.canvas.test_journeys import canvas, mail
from tests.braze.stage import people


async def test_a_canvas_lets_its_audience_in_every_week(world: WorldClient) -> None:
    schedule = {"at": "2026-01-16T10:00", "repeat": "weekly", "until": "2026-01-31"}
    row = canvas(mail("M"), entry={"delivery": "scheduled", "schedule": schedule, "re_entry": 0})
    await world.setup({"braze": {"users": people("ann"), "canvases": [row]}})

    await world.advance("30d")

    assert [m["at"][:10] for m in await world.outbox()] == ["2026-01-16", "2026-01-23", "2026-01-30"]


async def test_a_weekly_canvas_without_re_entry_lets_each_user_in_once(world: WorldClient) -> None:
    schedule = {"at": "2026-01-16T10:00", "repeat": "weekly", "until": "2026-01-31"}
    row = canvas(mail("M"), entry={"delivery": "scheduled", "schedule": schedule})
    await world.setup({"braze": {"users": people("ann"), "canvases": [row]}})
    await world.advance("2d")
    await world.setup({"braze": {"users": people("bob")}})

    await world.advance("30d")

    assert [(m["user"], m["at"][:10]) for m in await world.outbox()] == [("ann", "2026-01-16"), ("bob", "2026-01-23")]


async def test_a_canvas_that_is_applied_again_lets_nobody_in_twice(world: WorldClient) -> None:
    rows = [
        canvas(mail("M"), entry={"delivery": "scheduled", "schedule": {"at": at}, "re_entry": 0})
        for at in ("now", "now", "2026-01-15T12:00")
    ]
    for row in rows:
        await world.setup({"braze": {"users": people("ann"), "canvases": [row]}})
        await world.advance("1h")

    await world.advance("1d")

    assert [m["at"][11:16] for m in await world.outbox()] == ["09:00", "12:00"]


async def test_a_canvas_in_local_time(world: WorldClient) -> None:
    schedule = {"at": "2026-01-16T10:00", "in_local_time": True}
    row = canvas(mail("M"), entry={"delivery": "scheduled", "schedule": schedule})
    users = [*people("ann", time_zone="Asia/Tokyo"), *people("bob", time_zone="America/New_York")]
    await world.setup({"braze": {"users": users, "canvases": [row]}})

    await world.advance("3d")

    found = [(m["user"], m["at"][:16]) for m in await world.outbox()]
    assert found == [("ann", "2026-01-16T01:00"), ("bob", "2026-01-16T15:00")]


FULL: list[tuple[str, str, int]] = [("hour", "59m", 1), ("hour", "61m", 2), ("day", "10h", 1), ("day", "16h", 2)]
FULL.append(("lifetime", "30d", 1))


@pytest.mark.parametrize(("per", "wait", "entries"), FULL)
async def test_no_more_entries_than_a_canvas_takes(world: WorldClient, per: str, wait: str, entries: int) -> None:
    entry = {"delivery": "action_based", "triggers": [stage.EVENT], "max_entries": {"limit": 1, "per": per}}
    row = canvas(mail("M"), entry=entry)
    await world.setup({"braze": {"users": people("ann", "bob", "cy"), "canvases": [row]}})

    for who in ("ann", "bob"):
        await stage.happen(world, who=who)
    await world.advance(wait)
    await stage.happen(world, who="cy")

    assert len(await world.outbox()) == entries


async def test_no_more_entries_than_a_run_takes(world: WorldClient) -> None:
    schedule = {"at": "2026-01-16T10:00", "repeat": "daily"}
    entry = {"delivery": "scheduled", "schedule": schedule, "max_entries": {"limit": 2, "per": "run"}}
    await world.setup({"braze": {"users": people("ann", "bob", "cy"), "canvases": [canvas(mail("M"), entry=entry)]}})

    await world.advance("3d")

    assert [m["at"][:10] for m in await world.outbox()] == ["2026-01-16", "2026-01-16", "2026-01-17"]


PERSONAL: list[tuple[Any, dict[str, Any], str | None]] = [
    ("3", {"unit": "days"}, "2026-01-18T09:00"),
    ("90", {"unit": "minutes"}, "2026-01-15T10:30"),
    ("soon", {"unit": "days"}, None),
    ("2026-01-20T12:00:00Z", {}, "2026-01-20T12:00"),
    ("tomorrow", {}, None),
    ("2026-01-01T00:00:00Z", {}, None),
]


@pytest.mark.parametrize(("value", "more", "due"), PERSONAL)
async def test_a_personalised_delay(world: WorldClient, value: str, more: dict[str, Any], due: str | None) -> None:
    """Without a date or number in its variable, or with one that has passed, the user leaves."""
    kind = "Number" if value.isdecimal() else "Time" if value.startswith("2026") else "String"
    steps: list[dict[str, Any]] = [
        {"name": "C", "type": "context", "variables": [{"name": "wait", "type": kind, "value": value}]},
        {"name": "D", "type": "delay", "personalized": {"variable": "wait", **more}},
        mail("M"),
    ]
    entry = {"delivery": "action_based", "triggers": [stage.EVENT]}
    await world.setup({"braze": {"users": people("ann"), "canvases": [canvas(*steps, entry=entry)]}})

    await stage.happen(world, who="ann")
    await world.advance("10d")

    assert [m["at"][:16] for m in await world.outbox()] == ([due] if due else [])


@pytest.mark.parametrize("kind", ["audience_sync", "feature_flag", "agent", "content_optimizer"])
async def test_a_step_that_is_not_emulated_is_refused_by_name(world: WorldClient, kind: str) -> None:
    steps = [{"name": "S", "type": kind, "partner": "Google"}]
    entry = {"delivery": "action_based", "triggers": [stage.EVENT]}
    with pytest.raises(ControlRefused, match=f"does not emulate the step {kind}"):
        await world.setup({"braze": {"canvases": [canvas(*steps, entry=entry)]}})
