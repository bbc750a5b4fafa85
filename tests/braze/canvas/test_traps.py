"""What the tables of the Braze reference say of Canvases and no other test shows.

Which row is tested where says reference_map.txt.
"""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.braze import stage
from tests.braze.calls import workspace
from tests.braze.canvas.test_journeys import canvas, mail, vip
from tests.braze.stage import bodies, happen, people, seen


async def test_a_capped_user_advances_at_once(world: WorldClient) -> None:
    caps = [{"limit": 1, "channel": "email", "per": 1, "unit": "days"}]
    steps = canvas(mail("One"), mail("Two"), {"name": "D", "type": "delay", "for": "1d"}, mail("Three"))
    await stage.setup(world, canvases=[steps], frequency_capping=caps)
    await happen(world, "start")
    await world.advance("1d")
    assert [status for status, _ in await seen(world)] == ["sent", "aborted", "sent"]


async def test_parallel_journeys_have_a_context_each(world: WorldClient) -> None:
    entry = {"delivery": "action_based", "triggers": [stage.EVENT], "re_entry": 0}
    steps = canvas({"name": "D", "type": "delay", "for": "1h"}, mail("M", "{{context.${n}}}"), entry=entry)
    await stage.setup(world, canvases=[steps])
    for number in (1, 2):
        await happen(world, n=number)
        await world.advance("10m")
    await world.advance("2h")
    assert await bodies(world) == ["1", "2"]


async def test_an_action_moves_only_the_earliest_of_parallel_journeys(world: WorldClient) -> None:
    group = {"name": "G", "triggers": [{"action": "perform custom event", "event": "go"}], "next": "M"}
    paths = {"name": "P", "type": "action_paths", "window": "2d", "groups": [group], "everyone_else": None}
    entry = {"delivery": "action_based", "triggers": [stage.EVENT], "re_entry": 0}
    await stage.setup(world, canvases=[canvas(paths, mail("M", "{{context.${n}}}"), entry=entry)])
    for number in (1, 2):
        await happen(world, n=number)
        await world.advance("10m")
    await happen(world, "go")
    assert await bodies(world) == ["1"]


async def test_only_actions_after_the_step_s_entry_count(world: WorldClient) -> None:
    group = {"name": "G", "triggers": [{"action": "perform custom event", "event": "go"}], "next": "M"}
    paths = {"name": "P", "type": "action_paths", "window": "1h", "groups": [group], "everyone_else": None}
    await stage.setup(world, canvases=[canvas({"name": "D", "type": "delay", "for": "1h"}, paths, mail("M"))])
    await happen(world, "start")
    await happen(world, "go")
    await world.advance("3h")
    assert await bodies(world) == []


async def test_an_exception_before_entry_is_ignored(world: WorldClient) -> None:
    leave = {"action": "perform custom event", "event": "leave"}
    await stage.setup(world, canvases=[canvas(mail("M"), exit_criteria={"events": [leave]})])
    await happen(world, "leave")
    await happen(world, "start")
    assert await bodies(world) == ["M"]


async def test_who_waits_in_a_stopped_canvas_goes_on_when_it_is_active_again(world: WorldClient) -> None:
    """Messages whose time passed meanwhile are dropped."""
    steps = [
        {"name": "D1", "type": "delay", "for": "1h"},
        mail("Late"),
        {"name": "D2", "type": "delay", "for": "1h"},
        mail("In time"),
    ]
    await stage.setup(world, canvases=[canvas(*steps)])
    await happen(world, "start")
    await world.setup({"braze": {"canvases": [canvas(*steps, status="Stopped")]}})
    await world.advance("1d")
    assert await bodies(world) == []
    await world.setup({"braze": {"canvases": [canvas(*steps)]}})
    await world.advance("2h")
    assert await bodies(world) == ["In time"]


async def test_users_get_the_new_version_of_a_step_they_have_not_reached(world: WorldClient) -> None:
    wait = {"name": "D", "type": "delay", "for": "1h"}
    await stage.setup(world, canvases=[canvas(wait, mail("M", "old"), mail("Gone"), mail("End"))])
    await happen(world, "start")
    await world.setup({"braze": {"canvases": [canvas(wait, mail("M", "new"), mail("End"))]}})
    await world.advance("1h")
    assert await bodies(world) == ["new", "End"]


async def test_whose_next_step_was_taken_out_goes_where_it_led(world: WorldClient) -> None:
    wait = {"name": "D", "type": "delay", "for": "1h"}
    await stage.setup(world, canvases=[canvas(wait, mail("Gone"), mail("End"))])
    await happen(world, "start")
    await world.setup({"braze": {"canvases": [canvas(wait, mail("End"))]}})
    await world.advance("1h")
    assert await bodies(world) == ["End"]


async def test_the_context_holds_fifty_kilobytes(world: WorldClient) -> None:
    variables = [
        {"name": name, "type": "String", "value": f"{{% for i in (1..{size}) %}}x{{% endfor %}}"}
        for name, size in (("a", 30_000), ("b", 30_000), ("c", 5))
    ]
    steps = canvas(
        {"name": "C", "type": "context", "variables": variables}, mail("M", "{{context.${b}}}|{{context.${c}}}")
    )
    await stage.setup(world, canvases=[steps])
    await happen(world, "start")
    assert await bodies(world) == ["|xxxxx"]


async def test_a_delay_of_a_day_is_24_hours_and_a_calendar_day_ends_at_midnight(world: WorldClient) -> None:
    delays: dict[str, dict[str, Any]] = {"day": {"for": "1d"}, "calendar": {"calendar_days": 1}}
    rows = [
        canvas(
            {"name": "D", "type": "delay", **how},
            mail("M", name),
            name=name,
            id=f"{number}" * 8 + "-2222-4333-8444-555555555555",
        )
        for number, (name, how) in enumerate(delays.items(), 1)
    ]
    await stage.setup(world, canvases=rows)
    await happen(world, "start")
    await world.advance("3d")
    found = {row["campaign"]: row["at"][:16] for row in await world.outbox()}
    assert found == {"day": "2026-01-16T09:00", "calendar": "2026-01-16T00:00"}


async def test_the_path_taken_in_an_experiment_is_an_event(world: WorldClient) -> None:
    step = {"name": "E", "type": "experiment_paths", "paths": [{"name": "A", "percentage": 100, "next": None}]}
    await stage.setup(world, canvases=[canvas(step)])
    await happen(world, "start")
    (event,) = await stage.events(world, "users.canvas.experimentstep.SplitEntry")
    assert (event["experiment_split_name"], event["in_control_group"]) == ("A", False)


async def test_leaving_by_an_audience_is_an_event(world: WorldClient) -> None:
    wait = {"name": "D", "type": "delay", "for": "1h"}
    users = people("ann", custom_attributes={"vip": True})
    await stage.setup(world, users=users, canvases=[canvas(wait, mail("M"), exit_criteria={"audience": vip()})])
    await happen(world, "start")
    await world.advance("1h")
    assert len(await stage.events(world, "users.canvas.exit.MatchedAudience")) == 1


DYNAMIC: list[tuple[dict[str, str], list[str]]] = [
    ({"context_variable": "item"}, ["bought"]),
    ({"custom_attribute": "wish"}, ["bought"]),
    ({"context_variable": "none"}, []),
    ({"custom_attribute": "other"}, []),
]


@pytest.mark.parametrize(("value", "expected"), DYNAMIC)
async def test_a_property_is_compared_with_a_variable_or_attribute(
    world: WorldClient, value: dict[str, str], expected: list[str]
) -> None:
    same = {"property": "item", "comparison": "equals", "value": value}
    bought = {"action": "perform custom event", "event": "buy", "property_filters": [same]}
    group = {"name": "G", "triggers": [bought], "next": "M"}
    paths = {"name": "P", "type": "action_paths", "window": "1d", "groups": [group], "everyone_else": None}
    users = people("ann", custom_attributes={"wish": "mug", "other": "hat"})
    await stage.setup(world, users=users, canvases=[canvas(paths, mail("M", "bought"))])
    await happen(world, "start", item="mug")
    await happen(world, "buy", item="mug")
    assert await bodies(world) == expected


async def test_dynamic_values_are_for_canvases_only(world: WorldClient) -> None:
    same = {"property": "item", "comparison": "equals", "value": {"custom_attribute": "wish"}}
    with pytest.raises(ControlRefused, match="for Canvases only"):
        await stage.setup(world, stage.triggered(trigger={**stage.EVENT, "property_filters": [same]}))


async def test_a_message_of_a_canvas_is_the_last_one_received(world: WorldClient) -> None:
    from stampcard.braze.audience import segments

    await stage.setup(world, canvases=[canvas(mail("M"))])
    await happen(world, "start")
    found = workspace(world)
    item = {"filter": "Last Received Any Message", "comparison": "is not blank"}
    assert segments.holds(found, {"filters": [item]}, found.by_external_id["ann"])
