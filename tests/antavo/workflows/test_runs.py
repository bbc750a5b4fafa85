"""Workflows: what starts them, what their nodes do, on the virtual clock (flows A4 and A5)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.antavo.calls import call, event, profile


def on(action: str, *steps: dict[str, Any], output: str = "after", **more: Any) -> dict[str, Any]:
    trigger = {"type": "event", "event": action, "output": output}
    return {"name": f"on {action}", "trigger": trigger, "steps": list(steps), **more}


def where(node: str, attribute: str, operator: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"node": node, "conditions": [{"attribute": attribute, "operator": operator, "value": value}], **more}


async def set_up(world: WorldClient, *workflows: dict[str, Any], **more: Any) -> None:
    braze = {
        "instance_url": "https://rest.iad-01.braze.com",
        "api_token": world.braze["api_key"],
        "app_identifier": world.braze["app_id"],
        "fields": [{"loyalty_field": "score", "remote_field": "score"}],
    }
    members = [{"id": "ann", "points": 100, "fields": {"first_name": "Ann"}}]
    await world.setup({"antavo": {"members": members, "braze": braze, "workflows": list(workflows), **more}})


async def tracked(world: WorldClient) -> list[dict[str, Any]]:
    await world.settle()
    entries = await world.journal(vendor="braze", operation="users_track")
    return [entry["request"]["body"] for entry in entries if entry["request"]["body"]]


LAST_PURCHASE = on(
    "checkout",
    where("event_attribute", "total", "greater than or equal", 50),
    {
        "node": "sync_multiple_fields",
        "fields": [
            {"remote_field": "last_purchase_total", "value": "{event.total}"},
            {"remote_field": "last_purchase_items", "value": "{event.items}"},
            {"remote_field": "last_purchase_text", "value": "Bought in {event.channel} for {event.total}"},
        ],
    },
)


async def test_data_of_the_last_purchase_is_sent_when_the_criteria_hold(world: WorldClient) -> None:
    await set_up(world, LAST_PURCHASE, points={"pending": {"type": "manual"}})
    items = [{"product_id": "A", "subtotal": 60}]

    await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 49.5, "channel": "web"})
    await event(world.antavo, "checkout", {"transaction_id": "T2", "total": 60, "channel": "app", "items": items})

    sent = {
        "external_id": "ann",
        "last_purchase_total": 60,
        "last_purchase_items": items,
        "last_purchase_text": "Bought in app for 60",
    }
    assert await tracked(world) == [{"attributes": [sent]}]


async def test_an_enrolment_becomes_a_braze_event(world: WorldClient) -> None:
    properties = {"name": "{customer.first_name}", "source": "{event.src}"}
    step = {"node": "sync_braze_event", "event": "loyalty_enrolment", "properties": properties}
    await set_up(world, on("opt_in", step))

    await event(world.antavo, "opt_in", {"first_name": "Bo", "src": "store"}, customer="bo")

    enrolment = {
        "external_id": "bo",
        "app_id": world.braze["app_id"],
        "name": "loyalty_enrolment",
        "time": "2026-01-15T09:00:00Z",
        "properties": {"name": "Bo", "source": "store"},
    }
    assert {"events": [enrolment]} in await tracked(world)


async def test_a_bonus_of_a_workflow_is_in_the_same_field_sync(world: WorldClient) -> None:
    await set_up(world, on("checkout", {"node": "campaign_bonus", "points": 25}))

    response = await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 10})

    assert response.json()["score"] == 135
    assert await tracked(world) == [{"attributes": [{"external_id": "ann", "score": 135}]}]
    found = (await call(world.antavo, "GET", "/customers/ann/transactions/T1")).json()
    assert (found["bonus"], found["earned"]) == (25, 10)


async def test_a_workflow_before_registration_stops_the_event(world: WorldClient) -> None:
    stop = on(
        "checkout",
        where("event_attribute", "channel", "equals", "test"),
        {"node": "stop_event"},
        output="before",
    )
    await set_up(world, stop)

    stopped = await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 10, "channel": "test"})
    passed = await event(world.antavo, "checkout", {"transaction_id": "T1", "total": 10, "channel": "web"})

    error = {"type": "InterruptException", "code": 127201, "message": "Workflow interruption"}
    assert (stopped.status_code, stopped.json()) == (200, {"error": error})
    assert passed.json()["score"] == 110


async def test_an_interruption_counts_as_an_error_of_a_bulk(world: WorldClient) -> None:
    await set_up(world, on("point_add", {"node": "stop_event"}, output="before"))
    body = {"events": [{"customer": "ann", "action": "point_add", "data": {"points": 5}}]}

    found = (await call(world.antavo, "POST", "/events/bulk", body)).json()

    assert (found["errors"], found["results"][0]["error"]["code"]) == (1, 127201)


async def test_a_wait_goes_on_later(world: WorldClient) -> None:
    gift = {"node": "assign", "variable": "gift", "value": 7}
    bonus = {"node": "campaign_bonus", "points": "{variable.gift}"}
    await set_up(world, on("profile", gift, {"node": "wait", "days": 2, "hours": 1}, bonus))
    await event(world.antavo, "profile", {"last_name": "Lee"})

    await world.advance("48h")
    assert world.inside.tenants["antavo"].customers["ann"].score == 100
    await world.advance("1h")

    assert world.inside.tenants["antavo"].customers["ann"].score == 107
    assert (await tracked(world))[-1] == {"attributes": [{"external_id": "ann", "score": 107}]}


@pytest.mark.parametrize(("name", "score"), [("Ann", 110), ("Zoe", 101)])
async def test_a_filter_has_two_outputs(world: WorldClient, name: str, score: int) -> None:
    otherwise = [{"node": "campaign_bonus", "points": 1}]
    check = where("customer_attribute", "first_name", "equals", "Ann", failure=otherwise)
    await set_up(world, on("profile", check, {"node": "campaign_bonus", "points": 10}))

    await event(world.antavo, "profile", {"first_name": name})

    assert (await profile(world.antavo))["score"] == score


CONDITIONS = [
    ("total", "equals", 60, True),
    ("total", "equals", "60", True),
    ("total", "does not equal", 60, False),
    ("total", "greater than", 60, False),
    ("total", "less than", 60.5, True),
    ("channel", "in", ["web", "app"], True),
    ("channel", "not in", ["web"], True),
    ("channel", "contains", "pp", True),
    ("tags", "contains", "vip", True),
    ("coupon", "exists", None, False),
    ("coupon", "does not exist", None, True),
    ("items.0.product_id", "equals", "A", True),
    ("coupon", "greater than", 1, False),
    ("total", "greater than", "{customer.score}", False),
]


@pytest.mark.parametrize(("attribute", "operator", "value", "holds"), CONDITIONS)
async def test_conditions(world: WorldClient, attribute: str, operator: str, value: Any, holds: bool) -> None:
    await set_up(
        world,
        on("visit", where("event_attribute", attribute, operator, value), {"node": "campaign_bonus", "points": 1}),
    )
    data = {"total": 60, "channel": "app", "tags": ["vip"], "items": [{"product_id": "A"}]}

    await event(world.antavo, "visit", data)

    assert (await profile(world.antavo))["score"] == (101 if holds else 100)


async def test_a_workflow_may_trigger_an_event(world: WorldClient) -> None:
    step = {"node": "trigger_event", "event": "point_add", "properties": {"points": "{event.total}", "reason": "gift"}}
    await set_up(world, on("visit", step), on("point_add", {"node": "sync_braze_event", "event": "benefit_earned"}))

    await event(world.antavo, "visit", {"total": 5})

    assert (await profile(world.antavo))["score"] == 105
    assert any("events" in body for body in await tracked(world))


async def test_a_triggered_event_that_is_refused_takes_the_failure_output(world: WorldClient) -> None:
    step = {
        "node": "trigger_event",
        "event": "point_unspend",
        "properties": {"points": 5},
        "failure": [{"node": "campaign_bonus", "points": 3}],
    }
    await set_up(world, on("visit", step))

    await event(world.antavo, "visit")

    assert (await profile(world.antavo))["score"] == 103


async def test_workflows_that_set_each_other_off_are_stopped(world: WorldClient) -> None:
    step = {"node": "trigger_event", "event": "point_add", "properties": {"points": 1}}
    await set_up(world, on("point_add", step))

    await event(world.antavo, "point_add", {"points": 1})

    entries = await world.journal(vendor="antavo", operation="workflow")
    assert [e["error"] for e in entries if e["error"]] == ["workflows set one another off more than 10 times"]


async def test_a_campaign_gives_no_more_than_its_maximum_and_only_in_its_time(world: WorldClient) -> None:
    campaign = {
        "name": "Spring",
        "starts_at": "2026-01-15T08:00:00Z",
        "ends_at": "2026-01-16T09:00:00Z",
        "maximum_bonus_points": 15,
    }
    await set_up(world, on("visit", {"node": "campaign_bonus", "points": 10}, campaign="Spring"), campaigns=[campaign])
    for _ in range(3):
        await event(world.antavo, "visit")

    assert (await profile(world.antavo))["score"] == 115


async def test_a_date_trigger_repeats_for_the_members_it_filters(world: WorldClient) -> None:
    trigger = {
        "type": "date",
        "at": "2026-01-31T10:00:00Z",
        "repeat": "monthly",
        "customers": [{"attribute": "score", "operator": "less than", "value": 120}],
    }
    monthly = {"name": "monthly", "trigger": trigger, "steps": [{"node": "campaign_bonus", "points": 10}]}
    await set_up(world, monthly)

    scores = []
    for instant in ("2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z"):
        await world.set_clock(instant)
        scores.append(world.inside.tenants["antavo"].customers["ann"].score)

    assert scores == [110, 120, 120]


async def test_registered_events_are_played_again(world: WorldClient) -> None:
    await set_up(world)
    await event(world.antavo, "point_add", {"points": 5})
    again = {
        "name": "again",
        "trigger": {"type": "historical_events", "event": "point_add"},
        "steps": [{"node": "sync_braze_event", "event": "points", "properties": {"points": "{event.points}"}}],
    }

    await world.setup({"antavo": {"workflows": [again]}})

    events = [body["events"][0] for body in await tracked(world) if "events" in body]
    assert [sent["properties"] for sent in events] == [{"points": 100}, {"points": 5}]


async def test_a_workflow_that_is_off_does_nothing(world: WorldClient) -> None:
    await set_up(world, on("visit", {"node": "campaign_bonus", "points": 10}, active=False))

    await event(world.antavo, "visit")

    assert (await profile(world.antavo))["score"] == 100


async def test_a_braze_failure_takes_the_failure_output(world: WorldClient) -> None:
    step = {
        "node": "sync_braze_event",
        "event": "x",
        "failure": [{"node": "trigger_event", "event": "alert", "properties": {}}],
    }
    await set_up(world, on("visit", step))
    await world.faults({"vendor": "braze", "status": 500, "times": 1})

    await event(world.antavo, "visit")
    await world.settle()

    assert world.inside.tenants["antavo"].customers["ann"].events[-1].action == "alert"


class Receiver:
    """A user's own web server that keeps what it was sent and answers as told."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.requests: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next((int(x.split(":")[1]) for x in head.splitlines() if x.lower().startswith("content-length")), 0)
        self.requests.append(head + (await reader.readexactly(length)).decode())
        status = self.statuses.pop(0) if self.statuses else 200
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def receiver(*statuses: int) -> AsyncIterator[tuple[Receiver, str]]:
    found = Receiver()
    found.statuses.extend(statuses)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    async with server:
        yield found, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def hook(**more: Any) -> dict[str, Any]:
    payload = {"name": "{customer.first_name}", "total": "{event.total}"}
    return {"node": "webhook", "site": "shop", "path": "/customers/{customer._id}", "payload": payload, **more}


async def test_a_webhook_reaches_the_trusted_site(world: WorldClient) -> None:
    async with receiver() as (found, url):
        site = {"name": "shop", "url": url, "auth": "basic", "username": "u", "password": "p"}
        await set_up(world, on("visit", hook()), trusted_sites=[site])

        await event(world.antavo, "visit", {"total": 5})
        await world.settle()

    (request,) = found.requests
    assert request.startswith("POST /customers/ann HTTP/1.1")
    assert "Basic dTpw" in request
    assert request.endswith('{"name":"Ann","total":5}')


async def test_a_placeholder_in_a_path_is_one_segment(world: WorldClient) -> None:
    async with receiver() as (found, url):
        await set_up(world, on("visit", hook()), trusted_sites=[{"name": "shop", "url": url}])
        await world.setup({"antavo": {"members": [{"id": "a b/é?x"}]}})
        await event(world.antavo, "visit", customer="a b/é?x")
        await world.settle()

    assert found.requests[0].startswith("POST /customers/a%20b%2F%C3%A9%3Fx HTTP/1.1")


async def test_a_webhook_is_tried_five_times_ten_seconds_apart(world: WorldClient) -> None:
    gone = [{"node": "campaign_bonus", "points": 1}]
    async with receiver(500, 500, 500, 500, 500) as (found, url):
        await set_up(world, on("visit", hook(failure=gone)), trusted_sites=[{"name": "shop", "url": url}])
        await event(world.antavo, "visit")

        tries = []
        for _ in range(6):
            await world.settle()
            tries.append(len(found.requests))
            await world.advance("10s")

    assert tries == [1, 2, 3, 4, 5, 5]
    assert world.inside.tenants["antavo"].customers["ann"].score == 101


async def test_a_webhook_carries_a_token(world: WorldClient) -> None:
    async with receiver() as (found, url):
        site = {"name": "shop", "url": url, "auth": "jwt", "secret": "s"}
        await set_up(world, on("visit", hook(method="PUT")), trusted_sites=[site])
        await event(world.antavo, "visit")
        await world.settle()

    assert "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." in found.requests[0]


@pytest.mark.parametrize(
    ("workflow", "place"),
    [
        (on("visit", {"node": "webhook", "site": "nowhere"}), "steps/0/site"),
        (on("visit", {"node": "webhook"}), "steps/0/site"),
        (on("visit", {"node": "wait", "minutes": 0.5}), "steps/0"),
        (on("visit", {"node": "stop_event"}), "steps/0/node"),
        (on("visit", {"node": "campaign_bonus", "points": 1}, output="before"), "steps/0/node"),
        (
            on("visit", where("event_attribute", "a", "exists", None, failure=[{"node": "assign"}])),
            "steps/0/failure/0/variable",
        ),
        (on("visit", campaign="Spring"), "campaign"),
        ({"name": "x", "trigger": {"type": "event"}, "steps": []}, "trigger/event"),
        ({"name": "x", "trigger": {"type": "date", "at": "2026-02-01"}, "steps": []}, "trigger/repeat"),
        ({"name": "x", "trigger": {"type": "date", "at": "soon", "repeat": "daily"}, "steps": []}, "trigger/at"),
    ],
)
async def test_a_workflow_that_does_not_fit_names_the_place(
    world: WorldClient, workflow: dict[str, Any], place: str
) -> None:
    with pytest.raises(ControlRefused) as refused:
        await set_up(world, workflow)

    assert refused.value.problem["pointer"] == f"/antavo/workflows/0/{place}"


async def test_braze_nodes_need_the_connection(world: WorldClient) -> None:
    with pytest.raises(ControlRefused, match="Braze is not connected"):
        await world.setup({"antavo": {"workflows": [on("visit", {"node": "sync_braze_event", "event": "x"})]}})
