"""Workflows: the last purchase as attributes, enrolment and purchases as custom events that open a Canvas. [A4 A5]

What is not mapped goes by workflow: the data of the last purchase when the purchase was large enough, the enrolment as
a custom event that lets the member into the welcome Canvas, a benefit and every purchase as custom events too.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.antavo.signing import Message, authorization, long_date
from stampcard.client import WorldClient
from stampcard.core.clock import parse_instant

MEMBER = "member-0001"

LARGE_PURCHASE = {
    "name": "Last purchase",
    "trigger": {"type": "event", "event": "checkout"},
    "steps": [
        {
            "node": "event_attribute",
            "conditions": [{"attribute": "total", "operator": "greater than or equal", "value": 50}],
        },
        {
            "node": "sync_multiple_fields",
            "fields": [
                {"remote_field": "last_purchase_total", "value": "{event.total}"},
                {"remote_field": "last_purchase_store", "value": "{event.store}"},
            ],
        },
    ],
}
EVERY_PURCHASE = {
    "name": "Purchases",
    "trigger": {"type": "event", "event": "checkout"},
    "steps": [{"node": "sync_braze_event", "event": "purchase", "properties": {"total": "{event.total}"}}],
}
ENROLMENT = {
    "name": "Enrolment",
    "trigger": {"type": "event", "event": "opt_in"},
    "steps": [{"node": "sync_braze_event", "event": "enrolment", "properties": {"name": "{event.first_name}"}}],
}
BENEFIT = {
    "name": "Benefit",
    "trigger": {"type": "event", "event": "point_add"},
    "steps": [{"node": "sync_braze_event", "event": "benefit_earned", "properties": {"points": "{event.points}"}}],
}
WELCOME = {
    "name": "Welcome",
    "entry": {"delivery": "action_based", "triggers": [{"action": "perform custom event", "event": "enrolment"}]},
    "variants": [
        {
            "name": "Variant 1",
            "percentage": 100,
            "steps": [
                {
                    "name": "Hello",
                    "type": "message",
                    "messages": {
                        "email": {
                            "from": "Stamps <hello@example.com>",
                            "subject": "Welcome, {{canvas_entry_properties.${name}}}",
                            "body": "Good to have you.",
                        }
                    },
                    "next": "A day",
                },
                {"name": "A day", "type": "delay", "for": "1d", "next": "Tip"},
                {
                    "name": "Tip",
                    "type": "message",
                    "messages": {
                        "email": {
                            "from": "Stamps <hello@example.com>",
                            "subject": "How to earn points",
                            "body": "Buy something.",
                        }
                    },
                },
            ],
        }
    ],
}


async def play(world: WorldClient) -> None:
    await world.say("In Braze: a Canvas that members enter by the custom event `enrolment`.")
    key = {"Authorization": f"Bearer {world.braze['api_key']}"}
    person = {"external_id": MEMBER, "email": "ada@example.com"}
    await world.braze.post("/users/track", headers=key, json={"attributes": [person]})
    await world.setup({"braze": {"canvases": [WELCOME]}})

    await world.say("In Antavo: the Braze module connected, nothing mapped, four workflows.")
    flows = [LARGE_PURCHASE, EVERY_PURCHASE, ENROLMENT, BENEFIT]
    await world.setup({"antavo": {"braze": connection(world), "workflows": flows}})

    await world.say("The member enrols.")
    await event(world, "opt_in", {"first_name": "Ada"})
    await world.settle()
    await world.expect_equal(await subjects(world), ["Welcome, Ada"], "the Canvas lets her in and says hello")

    await world.say("She buys for 20, which is not enough for the criteria of the workflow.")
    await event(world, "checkout", {"transaction_id": "T-1", "total": 20, "store": "Station"})
    await world.settle()
    profile = await braze_profile(world)
    await world.expect("last_purchase_total" not in profile["custom_attributes"], "no data of that purchase is sent")
    await world.expect_equal(counts(profile)["purchase"], 1, "but the purchase is a custom event")
    await world.expect("purchases" not in profile, "and no Braze purchase")

    await world.say("She buys for 80.")
    await event(world, "checkout", {"transaction_id": "T-2", "total": 80, "store": "Harbour"})
    await world.settle()
    profile = await braze_profile(world)
    got = {name: profile["custom_attributes"].get(name) for name in ("last_purchase_total", "last_purchase_store")}
    await world.expect_equal(got, {"last_purchase_total": 80, "last_purchase_store": "Harbour"}, "its data is there")
    await world.expect_equal(counts(profile)["purchase"], 2, "and two purchases are counted")

    await world.say("She gets 100 points as a benefit; a day later the Canvas goes on.")
    await event(world, "point_add", {"points": 100})
    await world.settle()
    await world.expect_equal(counts(await braze_profile(world))["benefit_earned"], 1, "the benefit is a custom event")
    await world.advance("1d")
    await world.settle()
    wanted = ["Welcome, Ada", "How to earn points"]
    await world.expect_equal(await subjects(world), wanted, "the second mail of the Canvas is out")


def connection(world: WorldClient) -> dict[str, Any]:
    return {
        "instance_url": "https://rest.iad-01.braze.com",
        "api_token": world.braze["api_key"],
        "app_identifier": world.braze["app_id"],
    }


async def event(world: WorldClient, action: str, data: dict[str, Any]) -> None:
    body = json.dumps({"customer": MEMBER, "action": action, "data": data}, separators=(",", ":")).encode()
    now = parse_instant((await world.clock())["now"])
    signed = [("Date", long_date(now)), ("Host", world.antavo.url.partition("://")[2])]
    keys = world.antavo.credentials
    signature = authorization(
        Message("POST", "/events", signed, body),
        key=keys["api_key"],
        secret=keys["api_secret"],
        stack=keys["stack"],
        at=now,
    )
    headers = {"Date": signed[0][1], "Authorization": signature, "Content-Type": "application/json"}
    reply = await world.antavo.post("/events", content=body, headers=headers)
    await world.expect_equal(reply.status_code, 200, f"Antavo takes the event {action}")


async def braze_profile(world: WorldClient) -> Any:
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    reply = await world.braze.post("/users/export/ids", headers=headers, json={"external_ids": [MEMBER]})
    return {"custom_attributes": {}, **reply.json()["users"][0]}


def counts(profile: dict[str, Any]) -> dict[str, int]:
    return {row["name"]: row["count"] for row in profile["custom_events"]}


async def subjects(world: WorldClient) -> list[str]:
    return [mail["parts"]["subject"] for mail in await world.outbox(user=MEMBER, channel="email")]
