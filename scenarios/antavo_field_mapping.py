"""Loyalty fields in Braze: connect, map, and one changed field sends every mapped field. [A1 A2 A6]

The Braze module of Antavo is connected with instance URL, API token and app identifier; wrong values are refused.
Fields are mapped to custom attributes. The way is one way: what changes in Braze never reaches Antavo.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.antavo.signing import Message, authorization, long_date
from stampcard.client import ControlRefused, WorldClient
from stampcard.core.clock import parse_instant

MAPPING = [
    {"loyalty_field": "spendable", "remote_field": "loyalty_points"},
    {"loyalty_field": "first_name", "remote_field": "loyalty_name"},
    {"loyalty_field": "favourite_store", "remote_field": "favourite_store"},
]
MEMBER = "member-0001"


async def play(world: WorldClient) -> None:
    await world.say("In Antavo: a member field of the brand's own, and a member who opts in.")
    await world.setup({"antavo": {"fields": [{"name": "favourite_store", "type": "string"}]}})
    await event(world, "opt_in", {"first_name": "Ada", "last_name": "Lovelace", "favourite_store": "Harbour"})

    await world.say("Modules > Braze > Configure, with a mistyped API token.")
    try:
        await world.setup({"antavo": {"braze": connection(world, api_token="00000000-0000-4000-8000-000000000000")}})
        refused = ""
    except ControlRefused as error:
        refused = f"{error.problem['pointer']}: {error.problem['detail']}"
    await world.expect("/antavo/braze/api_token" in refused, "Connect refuses it and names the token", got=refused)
    await event(world, "point_add", {"points": 5})
    await world.settle()
    await world.expect_equal(await synced(world), [], "and nothing is connected: a change sends nothing")

    await world.say("Once more with the right values, and three fields mapped and saved.")
    await world.setup({"antavo": {"braze": {**connection(world), "fields": MAPPING}}})

    await world.note("loyalty_points in Braze", "none")
    await world.say("One mapped field changes: 325 points are added.")
    await event(world, "point_add", {"points": 325})
    await world.settle()
    whole = {"loyalty_points": 330, "loyalty_name": "Ada", "favourite_store": "Harbour"}
    await world.expect_equal(await synced(world), [{"external_id": MEMBER, **whole}], "every mapped field is sent")
    attributes = (await braze_profile(world))["custom_attributes"]
    await world.note("loyalty_points in Braze", attributes.get("loyalty_points"))
    await world.expect_equal(attributes, whole, "Braze has them as custom attributes, made by the first sync")

    await world.say("An unmapped field changes: the last name.")
    await event(world, "profile", {"last_name": "King"})
    await world.settle()
    await world.expect_equal(len(await synced(world)), 1, "nothing is sent")

    await world.say("The other way: Braze changes an attribute. There is no way back to Antavo.")
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    change = {"attributes": [{"external_id": MEMBER, "favourite_store": "Station", "loyalty_points": 0}]}
    await world.braze.post("/users/track", headers=headers, json=change)
    await world.settle()
    member = await call(world, "GET", f"/customers/{MEMBER}")
    properties = member.json()["properties"]
    await world.expect_equal(properties["favourite_store"], "Harbour", "the member's field is as it was")
    back = [entry for entry in await world.journal(vendor="antavo") if entry["caller"] == "braze"]
    await world.expect_equal(back, [], "Braze never called Antavo")


def connection(world: WorldClient, **other: str) -> dict[str, Any]:
    return {
        "instance_url": "https://rest.iad-01.braze.com",
        "api_token": world.braze["api_key"],
        "app_identifier": world.braze["app_id"],
        **other,
    }


async def event(world: WorldClient, action: str, data: dict[str, Any]) -> None:
    reply = await call(world, "POST", "/events", {"customer": MEMBER, "action": action, "data": data})
    await world.expect_equal(reply.status_code, 200, f"Antavo takes the event {action}")


async def call(world: WorldClient, method: str, target: str, body: dict[str, Any] | None = None) -> Any:
    """A call signed as Antavo demands: the date and host headers and the raw body."""
    raw = json.dumps(body, separators=(",", ":")).encode() if body is not None else b""
    now = parse_instant((await world.clock())["now"])
    signed = [("Date", long_date(now)), ("Host", world.antavo.url.partition("://")[2])]
    keys = world.antavo.credentials
    signature = authorization(
        Message(method, target, signed, raw),
        key=keys["api_key"],
        secret=keys["api_secret"],
        stack=keys["stack"],
        at=now,
    )
    headers = {"Date": signed[0][1], "Authorization": signature}
    if raw:
        headers["Content-Type"] = "application/json"
    return await world.antavo.request(method, target, content=raw or None, headers=headers)


async def synced(world: WorldClient) -> list[dict[str, Any]]:
    """What Antavo has sent to Braze and Braze has taken."""
    entries = await world.journal(vendor="braze", operation="users_track", status=201)
    return [row for e in entries if e["caller"] == "antavo" for row in e["request"]["body"]["attributes"]]


async def braze_profile(world: WorldClient) -> Any:
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    reply = await world.braze.post("/users/export/ids", headers=headers, json={"external_ids": [MEMBER]})
    return reply.json()["users"][0]
