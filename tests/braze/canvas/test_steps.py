"""Each kind of Canvas step: delays, branches, waiting for actions, writing data."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.canvas.test_journeys import REST, action_paths, bodies, canvas, happen, left, mail, set_up, vip

DELAYS = [
    ({"for": "2h"}, "2026-01-15T11:00:00.000Z"),
    ({"for": "2h", "at": "18:30"}, "2026-01-15T18:30:00.000Z"),
    ({"for": "1d", "at": "08:00"}, "2026-01-17T08:00:00.000Z"),
    ({"calendar_days": 1}, "2026-01-16T00:00:00.000Z"),
    ({"calendar_days": 2, "at": "07:15"}, "2026-01-17T07:15:00.000Z"),
    ({"until": "2026-02-01T00:00:00Z"}, "2026-02-01T00:00:00.000Z"),
    ({"until_weekday": "Monday", "at": "10:00"}, "2026-01-19T10:00:00.000Z"),
    ({"until_weekday": "Thursday", "at": "10:00"}, "2026-01-22T10:00:00.000Z"),
]


@pytest.mark.parametrize(("how", "until"), DELAYS)
async def test_delays(world: WorldClient, how: dict[str, Any], until: str) -> None:
    await set_up(world, canvas({"name": "Wait", "type": "delay", **how}, mail("Then")))

    await happen(world)

    assert [job["at"] for job in (await world.clock())["due"]] == [until]


async def test_a_delay_until_the_past_lets_the_user_go(world: WorldClient) -> None:
    wait = {"name": "Wait", "type": "delay", "until": "2026-01-01T00:00:00Z"}
    await set_up(world, canvas(wait, mail("Then")))

    await happen(world)

    assert await bodies(world) == []
    assert "lets the user go" in (await left(world))[0]


async def test_a_delay_at_the_end_ends_at_once(world: WorldClient) -> None:
    await set_up(world, canvas(mail("Hi"), {"name": "Wait", "type": "delay", "for": "30d"}))

    await happen(world)

    assert (await world.clock())["due"] == []


@pytest.mark.parametrize(("is_vip", "expected"), [(True, ["Gold"]), (False, ["Plain"])])
async def test_a_decision_split(world: WorldClient, is_vip: bool, expected: list[str]) -> None:
    split = {"name": "Split", "type": "decision_split", "if": vip(), "yes_next": "Gold", "no_next": "Plain"}
    await set_up(world, canvas(split, mail("Gold", next=None), mail("Plain")), vip=is_vip)

    await happen(world)

    assert await bodies(world) == expected


async def test_a_decision_split_sees_the_context(world: WorldClient) -> None:
    rule = {"filters": [{"filter": "Context Variable", "name": "points", "comparison": "more than", "value": 3}]}
    split = {"name": "Split", "type": "decision_split", "if": rule, "yes_next": "Rich"}
    await set_up(world, canvas(split, mail("Rich")))

    await happen(world, points=5)

    assert await bodies(world) == ["Rich"]


@pytest.mark.parametrize(("is_vip", "expected"), [(True, ["A"]), (False, ["B"])])
async def test_audience_paths(world: WorldClient, is_vip: bool, expected: list[str]) -> None:
    groups = [{"name": "VIP", "audience": vip(), "next": "A"}]
    paths = {"name": "Paths", "type": "audience_paths", "groups": groups, "everybody_else": "B"}
    await set_up(world, canvas(paths, mail("A", next=None), mail("B")), vip=is_vip)

    await happen(world)

    assert await bodies(world) == expected


async def test_the_first_action_moves_the_user_at_once_with_its_properties(world: WorldClient) -> None:
    await set_up(world, canvas(action_paths(), *REST))

    await happen(world)
    await happen(world, "buy", item="mug")
    await happen(world, "look")

    assert await bodies(world) == ["mug"]


async def test_nobody_acted_is_everyone_else_at_the_windows_end(world: WorldClient) -> None:
    await set_up(world, canvas(action_paths(), *REST))

    await happen(world)
    await world.advance("47h")
    assert await bodies(world) == []
    await world.advance("1h")

    assert await bodies(world) == ["Bye"]


async def test_with_ranking_the_best_group_wins_at_the_windows_end(world: WorldClient) -> None:
    await set_up(world, canvas(action_paths(ranking=True), *REST))

    await happen(world)
    await happen(world, "look")
    await happen(world, "buy", item="hat")
    await happen(world, "look")
    assert await bodies(world) == []
    await world.advance("2d")

    assert await bodies(world) == ["hat"]


async def test_event_properties_serve_one_message_only(world: WorldClient) -> None:
    show = "[{{event_properties.${item}}}]"
    steps = (action_paths(), mail("Thanks", show), mail("Second", show, next=None), *REST[1:])
    await set_up(world, canvas(*steps))

    await happen(world)
    await happen(world, "buy", item="mug")

    assert await bodies(world) == ["[mug]", "[]"]


async def test_experiment_paths_share_and_stick(world: WorldClient) -> None:
    paths = [{"name": "A", "percentage": 50, "next": "A"}, {"name": "B", "percentage": 50, "next": "B"}]
    step = {"name": "Test", "type": "experiment_paths", "paths": paths}
    users = [{"external_id": f"u{n}", "email": f"u{n}@example.com"} for n in range(60)]
    row = canvas(step, mail("A", next=None), mail("B")) | {
        "entry": {"delivery": "scheduled", "schedule": {"at": "now"}}
    }
    await world.setup({"braze": {"users": users, "canvases": [row]}})

    await world.settle()

    got = await bodies(world)
    assert len(got) == 60
    assert 15 < got.count("A") < 45


async def test_a_user_update_writes_to_the_profile_before_the_next_step(world: WorldClient) -> None:
    json = '{"attributes": [{"tier": "{{context.${tier}}}"}], "events": [{"name": "done", "time": "2026-01-15"}]}'
    update = {"name": "Update", "type": "user_update", "json": json}
    await set_up(world, canvas(update, mail("Hi", "{{custom_attribute.${tier}}}")))

    await happen(world, tier="gold")

    assert await bodies(world) == ["gold"]
    assert world.inside.tenants["braze"].by_external_id["ann"].events["done"].count == 1


async def test_an_update_that_is_no_json_changes_nothing_and_goes_on(world: WorldClient) -> None:
    update = {"name": "Update", "type": "user_update", "json": '{"attributes": {{oops}}'}
    await set_up(world, canvas(update, mail("Hi")))

    await happen(world)

    assert await bodies(world) == ["Hi"]
    assert "not JSON" in (await world.journal(operation="canvas.user_update"))[-1]["summary"]


async def test_context_variables_are_typed_and_build_on_each_other(world: WorldClient) -> None:
    variables = [
        {"name": "n", "type": "Number", "value": "{{ 2 | plus: 3 }}"},
        {"name": "m", "type": "Number", "value": "{{context.${n} | times: 2}}"},
        {"name": "bad", "type": "Number", "value": "many"},
        {"name": "list", "type": "Array", "value": '["a","b"]'},
        {"name": "at", "type": "Time", "value": "2026-02-03T04:05:06+01:00"},
    ]
    body = "{{context.${m}}} [{{context.${bad}}}] {{context.${list}[1]}} {{context.${at} | date: '%H:%M'}}"
    await set_up(world, canvas({"name": "Set", "type": "context", "variables": variables}, mail("Hi", body)))

    await happen(world)

    assert await bodies(world) == ["10 [] b 03:05"]
    assert any("bad is not updated" in e["summary"] for e in await world.journal(operation="canvas.context"))
