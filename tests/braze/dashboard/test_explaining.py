"""`why`: each of the reasons a user did not get a campaign, told by name."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.braze.dashboard import buttons
from stampcard.client import WorldClient
from stampcard.core.errors import ButtonError
from tests.braze.calls import track

NOW = "2026-01-15T09:00:00Z"
TRIGGER = {"action": "perform custom event", "event": "e"}
FILTERED = TRIGGER | {"property_filters": [{"property": "ok", "comparison": "is true"}]}
VIP = {"filters": [{"filter": "Custom Attribute", "name": "vip", "comparison": "is true"}]}
CAP = [{"limit": 1, "channel": "email", "per": 1, "unit": "days"}]
CODES = {"name": "L", "snippet": "s", "expires_at": "2026-06-01T00:00:00Z"}


def campaign(**more: Any) -> dict[str, Any]:
    row = {"name": "C", "delivery": "action_based", "triggers": [TRIGGER], "re_eligibility": 0}
    return row | {"messages": {"email": {"body": "x"}}} | more


def control() -> dict[str, Any]:
    row = campaign(control_group=100)
    messages = row.pop("messages")
    return row | {"variants": [{"name": "V", "percentage": 0, "messages": messages}]}


async def why(world: WorldClient) -> dict[str, Any]:
    found: dict[str, Any] = await buttons.why(world.inside.tenants["braze"], {"campaign": "C", "user": "ann"})
    return found


CASES: list[tuple[str, dict[str, Any], dict[str, Any], int, str]] = [
    ("sent", {"campaigns": [campaign()]}, {}, 1, "sent by email"),
    ("nothing yet", {"campaigns": [campaign()]}, {}, 0, "trigger: perform custom event e would stop it: never"),
    ("not in segment", {"campaigns": [campaign(target_audience=VIP)]}, {}, 1, "not in the audience (Custom Attribute"),
    ("filter", {"campaigns": [campaign(triggers=[FILTERED])]}, {}, 1, "its properties do not match"),
    ("capped", {"campaigns": [campaign()], "frequency_capping": CAP}, {}, 2, "frequency cap: no more than 1 email"),
    (
        "quiet hours",
        {"campaigns": [campaign(quiet_hours={"start": "08:00", "end": "10:00"})]},
        {},
        1,
        "aborted at 2026-01-15T09:00:00.000Z: it is within the user's Quiet Hours",
    ),
    ("unsubscribed", {"campaigns": [campaign()]}, {"email_subscribe": "unsubscribed"}, 1, "state is unsubscribed"),
    (
        "liquid",
        {"campaigns": [campaign(messages={"email": {"body": "{% abort_message('no stock') %}"}})]},
        {},
        1,
        "aborted at 2026-01-15T09:00:00.000Z: no stock",
    ),
    (
        "codes",
        {
            "campaigns": [campaign(messages={"email": {"body": "{% promotion('s') %}"}})],
            "promotion_code_lists": [CODES],
        },
        {},
        1,
        "out of codes",
    ),
    ("control group", {"campaigns": [control()]}, {}, 1, "enrolled in the campaign's control group"),
    ("global control", {"campaigns": [campaign()]}, {"in_global_control_group": True}, 1, "Global Control Group"),
]


@pytest.mark.parametrize(("name", "setup", "user", "times", "expected"), CASES, ids=[case[0] for case in CASES])
async def test_conclusion(
    world: WorldClient, name: str, setup: dict[str, Any], user: dict[str, Any], times: int, expected: str
) -> None:
    ann = {"external_id": "ann", "email": "ann@example.com", **user}
    await world.setup({"braze": {"users": [ann], **setup}})
    for _ in range(times):
        await track(world.braze, events=[{"external_id": "ann", "name": "e", "time": NOW}])
        await world.settle()

    assert expected in (await why(world))["conclusion"]


async def test_already_received(world: WorldClient) -> None:
    row = campaign()
    del row["re_eligibility"]
    await world.setup({"braze": {"users": [{"external_id": "ann", "email": "ann@example.com"}], "campaigns": [row]}})
    for _ in range(2):
        await track(world.braze, events=[{"external_id": "ann", "name": "e", "time": NOW}])
        await world.advance("1m")

    found = await why(world)
    assert "received already" in found["conclusion"]
    assert [rule["rule"] for rule in found["rules"] if rule["verdict"] == "stops"] == ["re-eligibility"]


async def test_rules_stand_in_brazes_order_with_what_was_looked_at(world: WorldClient) -> None:
    await world.setup({"braze": {"users": [{"external_id": "ann"}], "campaigns": [campaign(target_audience=VIP)]}})

    rules = (await why(world))["rules"]

    assert [(rule["rule"], rule["verdict"]) for rule in rules] == [
        ("status", "passes"),
        ("target audience", "stops"),
        ("trigger: perform custom event e", "stops"),
        ("re-eligibility", "passes"),
        ("Global Control Group", "passes"),
        ("variant", "passes"),
        ("email: reachable and subscribed", "stops"),
    ]
    assert rules[1]["value"] == "Custom Attribute vip is true"


async def test_a_canvas_is_explained_too(world: WorldClient) -> None:
    steps = [{"name": "S", "type": "message", "messages": {"email": {"body": "x"}}}]
    entry = {"delivery": "action_based", "triggers": [TRIGGER], "target_audience": VIP}
    row = {"name": "C", "entry": entry, "variants": [{"name": "V", "percentage": 100, "steps": steps}]}
    await world.setup({"braze": {"users": [{"external_id": "ann"}], "canvases": [row]}})
    await track(world.braze, events=[{"external_id": "ann", "name": "e", "time": NOW}])

    found = await why(world)

    assert found["kind"] == "Canvas"
    assert "not in the audience" in found["conclusion"]


async def test_unknown_names_are_refused(world: WorldClient) -> None:
    workspace = world.inside.tenants["braze"]
    with pytest.raises(ButtonError, match="no campaign 'C'"):
        await buttons.why(workspace, {"campaign": "C", "user": "ann"})
    with pytest.raises(ButtonError, match="why takes"):
        await buttons.why(workspace, {"user": "ann"})


RULES: list[tuple[dict[str, Any], str, str, str]] = [
    ({"max_users": 1}, "max users", "0 of 1", "passes"),
    (
        {"campaign_duration": {"start": "2026-01-16T00:00:00Z"}},
        "campaign duration",
        "2026-01-16T00:00:00.000Z until ever",
        "stops",
    ),
    (
        {"time_of_day_window": {"start": "10:00", "end": "12:00"}},
        "time of day",
        "again at 2026-01-15T10:00:00.000Z",
        "stops",
    ),
    ({"schedule_delay": "1h"}, "delay", "due 2026-01-15T10:00:00.000Z", "passes"),
    ({"send_rate_limit": 10}, "send rate limit", "10 a minute", "passes"),
    ({"triggers": [{"action": "start session"}]}, "trigger: start session", "never", "stops"),
    ({"triggers": [{"action": "make a purchase"}]}, "trigger: make a purchase", "0 products", "stops"),
]


@pytest.mark.parametrize(("more", "name", "value", "verdict"), RULES, ids=[row[1] for row in RULES])
async def test_the_rules_of_time_and_number(
    world: WorldClient, more: dict[str, Any], name: str, value: str, verdict: str
) -> None:
    await world.setup({"braze": {"users": [{"external_id": "ann"}], "campaigns": [campaign(**more)]}})
    await track(world.braze, events=[{"external_id": "ann", "name": "e", "time": NOW}])

    (rule,) = [rule for rule in (await why(world))["rules"] if rule["rule"] == name]
    assert (rule["value"], rule["verdict"]) == (value, verdict)


async def test_where_a_user_is_in_a_canvas(world: WorldClient) -> None:
    steps = [
        {"name": "Wait", "type": "delay", "for": "1d"},
        {"name": "S", "type": "message", "messages": {"email": {"body": "x"}}},
    ]
    entry = {"delivery": "action_based", "triggers": [TRIGGER]}
    row = {"name": "C", "entry": entry, "variants": [{"name": "V", "percentage": 100, "steps": steps}]}
    await world.setup({"braze": {"users": [{"external_id": "ann"}], "canvases": [row]}})
    await track(world.braze, events=[{"external_id": "ann", "name": "e", "time": NOW}])
    await world.settle()

    (rule,) = [rule for rule in (await why(world))["rules"] if rule["rule"] == "journey"]
    assert rule["value"] == "in step 'Wait', goes on at 2026-01-16T09:00:00.000Z"
