"""A Braze webhook campaign pushes its audience into a Punchh custom segment, one call per user. [P9 P11]

Guests sign up in Punchh, the adapter writes `punchh_user_id` to their Braze profiles, and a webhook campaign sends
segment and id, `{{custom_attribute.${punchh_user_id}}}`, to Punchh. One user of the audience is no guest of the
program: Punchh filters that one out.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.client import WorldClient
from stampcard.punchh.signing import digest

SEGMENT = 11646

CAMPAIGN: dict[str, Any] = {
    "name": "Guests to the Punchh segment",
    "delivery": "scheduled",
    "schedule": {"at": "now"},
    "target_audience": {
        "filters": [{"filter": "Custom Attribute", "name": "punchh_user_id", "comparison": "has a value"}]
    },
}


async def play(world: WorldClient) -> None:
    count = world.guests or 136
    await world.say("In Punchh: Guest > Segment > Custom List > New Custom List; its address ends in 11646.")
    await world.setup({"punchh": {"segments": [{"id": SEGMENT, "name": "From Braze"}], **adapter(world)}})

    await world.say(f"{count} guests sign up in the app; the adapter tells Braze about each.")
    guests = [await sign_up(world, person) for person in await people(world, count)]
    await world.settle()
    profile = await braze_profile(world, "guest-0")
    stored = profile["custom_attributes"]["punchh_user_id"]
    await world.expect_equal(stored, guests[0], "Braze has the Punchh user id of the first guest")

    await world.say("One more profile in Braze carries an id that is no guest of the program.")
    key = {"Authorization": f"Bearer {world.braze['api_key']}"}
    stranger = {"external_id": "stranger", "punchh_user_id": 999_999_999_999}
    await world.braze.post("/users/track", headers=key, json={"attributes": [stranger]})

    inside = [guest for guest in guests if await is_member(world, guest)]
    await world.note("members of segment 11646", len(inside))
    await world.say("In Braze: a webhook template with segment and user id as key-value pairs,")
    await world.say("a webhook campaign from that template. Launch.")
    template = {"name": "Add to Punchh segment", **webhook(world)}
    message = {"webhook": {"template": "Add to Punchh segment"}}
    await world.setup({"braze": {"webhook_templates": [template], "campaigns": [{**CAMPAIGN, "messages": message}]}})
    await world.settle()

    calls = await world.journal(vendor="punchh", operation="dashboard_custom_segments_members__post")
    await world.expect_equal(len(calls), count + 1, "Braze made one call per user")
    ids = {call["request"]["body"]["user_id"] for call in calls}
    await world.expect(str(guests[0]) in ids, "the id arrives as text, as Liquid writes it", got=sorted(ids)[:3])

    members = [guest for guest in guests if await is_member(world, guest)]
    await world.note("members of segment 11646", len(members))
    await world.expect_equal(len(members), count, f"the segment has {count} members")

    refused = [call for call in calls if call["status"] != 201]
    await world.expect_equal(len(refused), 1, "Punchh took all but one")
    body = refused[0]["response"]["body"]
    await world.expect("User does not exist." in json.dumps(body), "and says why: no such guest", got=body)
    [message] = await world.outbox(user="stranger")
    await world.expect_equal(
        message["parts"]["url"], webhook(world)["url"], "Braze's record of that webhook shows where it went"
    )
    await canvas_step(world, guests[0])


async def canvas_step(world: WorldClient, guest: int) -> None:
    """The same webhook as a Canvas step, for another segment."""
    await world.say("The template once more, as a step of a Canvas that guests enter by an event.")
    await world.setup({"punchh": {"segments": [{"id": SEGMENT + 1, "name": "From the Canvas"}]}})
    pairs = {**webhook(world)["key_value_pairs"], "custom_segment_id": str(SEGMENT + 1)}
    step = {
        "name": "Push",
        "type": "message",
        "messages": {"webhook": {"template": "Add to Punchh segment", "key_value_pairs": pairs}},
    }
    entry = {"delivery": "action_based", "triggers": [{"action": "perform custom event", "event": "visited"}]}
    canvas = {"name": "Visitors", "entry": entry, "variants": [{"name": "All", "percentage": 100, "steps": [step]}]}
    await world.setup({"braze": {"canvases": [canvas]}})
    key = {"Authorization": f"Bearer {world.braze['api_key']}"}
    now = (await world.clock())["now"]
    visit = {"external_id": "guest-0", "name": "visited", "time": now}
    await world.braze.post("/users/track", headers=key, json={"events": [visit]})
    await world.settle()
    await world.expect(await is_member(world, guest, SEGMENT + 1), "the Canvas step put the guest into the segment")


def adapter(world: WorldClient) -> dict[str, Any]:
    return {
        "business": {"webhook_management": True, "show_adapters_tab": True},
        "adapters": [
            {
                "name": "Braze",
                "adapter": "Braze",
                "endpoint": "https://rest.iad-01.braze.com",
                "api_key": world.braze["api_key"],
                "events": ["Guest"],
            }
        ],
    }


def webhook(world: WorldClient) -> dict[str, Any]:
    """The webhook as the partner page puts it together."""
    return {
        "url": "https://sandbox.punchh.com/api2/dashboard/custom_segments/members",
        "method": "POST",
        "headers": {
            "Authorization": f"Bearer {world.punchh['admin_key']}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        },
        "key_value_pairs": {
            "custom_segment_id": str(SEGMENT),
            "user_id": "{{custom_attribute.${punchh_user_id}}}",
        },
    }


async def people(world: WorldClient, count: int) -> list[dict[str, str]]:
    """Invented guests, the same on every run."""
    faker = await world.invent()
    return [
        {
            "email": f"guest-{number}@example.com",
            "password": "p@ssw0rd",
            "first_name": faker.first_name(),
            "last_name": faker.last_name(),
            "external_source": "customer_id",
            "external_source_id": f"guest-{number}",
        }
        for number in range(count)
    ]


async def sign_up(world: WorldClient, person: dict[str, str]) -> int:
    body = json.dumps({"client": world.punchh["client"], "user": person}, separators=(",", ":"))
    signature = digest(world.punchh["secret"], "/api2/mobile/users", body.encode(), "sha256")
    headers = {"Content-Type": "application/json", "x-pch-digest": signature}
    reply = await world.punchh.post("/api2/mobile/users", content=body, headers=headers)
    if reply.status_code != 200:
        await world.expect_equal(reply.status_code, 200, f"{person['email']} is signed up")
    guest: int = reply.json()["user"]["user_id"]
    return guest


async def is_member(world: WorldClient, guest: int, segment: int = SEGMENT) -> bool:
    headers = {"Authorization": f"Bearer {world.punchh['admin_key']}"}
    reply = await world.punchh.get(
        "/api2/dashboard/custom_segments/members",
        headers=headers,
        params={"custom_segment_id": str(segment), "user_id": str(guest)},
    )
    return reply.status_code == 200


async def braze_profile(world: WorldClient, external_id: str) -> Any:
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    reply = await world.braze.post("/users/export/ids", headers=headers, json={"external_ids": [external_id]})
    return reply.json()["users"][0]
