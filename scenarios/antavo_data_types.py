"""Every data type of a loyalty field arrives in Braze as what it is. [A3]

Integer, float, string, array, boolean, object, array of objects and date are mapped; one change sends them all, and
the Braze profile holds them with the same types.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.antavo.signing import Message, authorization, long_date
from stampcard.client import WorldClient
from stampcard.core.clock import parse_instant

MEMBER = "member-0001"
FIELDS: list[dict[str, Any]] = [
    {"name": "visits", "type": "numeric"},
    {"name": "average_basket", "type": "numeric"},
    {"name": "favourite_store", "type": "string"},
    {"name": "interests", "type": "list"},
    {"name": "newsletter", "type": "boolean"},
    {"name": "address", "type": "object"},
    {"name": "cars", "type": "list"},
    {"name": "joined", "type": "date"},
]
VALUES: dict[str, Any] = {
    "visits": 12,
    "average_basket": 17.25,
    "favourite_store": "Harbour",
    "interests": ["tea", "chess"],
    "newsletter": True,
    "address": {"city": "Oslo", "zip": "0150"},
    "cars": [{"id": 1, "colour": "red"}, {"id": 2, "colour": "blue"}],
    "joined": "2024-05-17",
}


async def play(world: WorldClient) -> None:
    await world.say("In Antavo: a field of each type, all mapped to attributes of the same names, and a member.")
    mapping = [{"loyalty_field": field["name"], "remote_field": field["name"]} for field in FIELDS]
    await world.setup({"antavo": {"fields": FIELDS, "braze": {**connection(world), "fields": mapping}}})
    await event(world, "opt_in", {"first_name": "Ada"})

    await world.say("The member's profile gets a value of each type.")
    await event(world, "profile", VALUES)
    await world.settle()

    key = {"Authorization": f"Bearer {world.braze['api_key']}"}
    reply = await world.braze.post("/users/export/ids", headers=key, json={"external_ids": [MEMBER]})
    stored = reply.json()["users"][0]["custom_attributes"]
    for name, value in VALUES.items():
        if name != "joined":
            await world.expect_equal(stored.get(name), value, f"{name} is {json.dumps(value)}")
            await world.expect_equal(type(stored[name]), type(value), f"{name} has the same type")
    await world.expect(stored["joined"].startswith("2024-05-17"), "joined is that day", got=stored.get("joined"))

    await world.say("In Braze a date is a time: a campaign for those who joined before 2025 finds the member.")
    before = {"filter": "Custom Attribute", "name": "joined", "comparison": "before", "value": "2025-01-01"}
    audience = {"filters": [before]}
    webhook = {"url": f"{world.facts['braze']['url']}/no/such/path", "method": "POST", "body": "{{${user_id}}}"}
    campaign = {"name": "Old friends", "delivery": "scheduled", "schedule": {"at": "now"}, "target_audience": audience}
    await world.setup({"braze": {"campaigns": [{**campaign, "messages": {"webhook": webhook}}]}})
    await world.settle()
    found = [message["user"] for message in await world.outbox(campaign="Old friends")]
    await world.expect_equal(found, [MEMBER], "the date filter matches")


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
