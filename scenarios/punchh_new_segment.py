"""Users sent to a Punchh segment stay in it; a smaller audience needs a new segment and a new webhook campaign. [P10]

The webhook of the partner page only adds. When users drop out of the Braze audience, launching the campaign once more
takes nobody out of the Punchh segment; a second custom list with a webhook campaign of its own gets who is left.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.client import WorldClient
from stampcard.punchh.signing import digest

FIRST, SECOND = 11646, 11647
GUESTS = ("ada", "bob", "cy", "dee", "eve")
LEAVING = ("bob", "dee")


async def play(world: WorldClient) -> None:
    await world.say("In Punchh: a custom list, and the adapter that tells Braze about guests.")
    await world.setup({"punchh": {"segments": [{"id": FIRST, "name": "Lunch, from Braze"}], **adapter(world)}})
    await world.say("Five guests sign up; all of them like lunch, which only Braze knows.")
    guests = {name: await sign_up(world, name) for name in GUESTS}
    await world.settle()
    await likes_lunch(world, GUESTS, answer=True)

    await world.say("In Braze: a webhook campaign to who likes lunch. Launch.")
    await launch(world, "Lunch guests to Punchh", FIRST)
    await world.expect_equal(await members(world, FIRST, guests), list(GUESTS), "all five are in the segment")

    await world.say("Two change their minds: in Braze they leave the audience. The same campaign is launched again.")
    await likes_lunch(world, LEAVING, answer=False)
    await launch(world, "Lunch guests to Punchh", FIRST, at=(await world.clock())["now"])
    staying = [name for name in GUESTS if name not in LEAVING]
    again = (await asked_to_add(world, guests))[len(GUESTS) :]
    await world.expect_equal(again, staying, "Braze sends the three who are left")
    await world.expect_equal(await members(world, FIRST, guests), list(GUESTS), "but the segment still has all five")
    asked = {entry["operation"] for entry in await world.journal(vendor="punchh") if entry.get("caller") == "braze"}
    await world.expect_equal(
        asked, {"dashboard_custom_segments_members__post"}, "for Braze only ever asks to add, never to take out"
    )

    await world.say("The way out: a new custom list in Punchh and a new webhook campaign in Braze.")
    await world.setup({"punchh": {"segments": [{"id": SECOND, "name": "Lunch, from Braze, second list"}]}})
    await launch(world, "Lunch guests to Punchh, second list", SECOND)
    await world.expect_equal(await members(world, SECOND, guests), staying, "the new segment has the three")
    await world.expect_equal(await members(world, FIRST, guests), list(GUESTS), "the old one is as it was")

    await mass_offer(world, guests, staying)


async def mass_offer(world: WorldClient, guests: dict[str, int], staying: list[str]) -> None:
    await world.say("A mass offer to the new segment.")
    await world.setup(
        {
            "punchh": {
                "redeemables": [{"name": "Lunch soup"}],
                "campaigns": [
                    {
                        "name": "Soup for lunch guests",
                        "type": "mass_offer",
                        "segment": SECOND,
                        "redeemable": "Lunch soup",
                        "start": "2026-01-15T12:00:00Z",
                    }
                ],
            }
        }
    )
    await world.set_clock("2026-01-15T12:00:00Z")
    await world.settle()
    headers = {"Authorization": f"Bearer {world.punchh['admin_key']}"}
    given = []
    for name, guest in guests.items():
        reply = await world.punchh.get("/api2/dashboard/users/info", headers=headers, params={"user_id": str(guest)})
        given += [name for reward in reply.json()["rewards"] if reward["name"] == "Lunch soup"]
    await world.expect_equal(given, staying, "only the three have the soup")


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


async def launch(world: WorldClient, name: str, segment: int, at: str = "now") -> None:
    """Save the webhook campaign and launch it, to who likes lunch at this moment; `now` launches a campaign once, an
    instant is a schedule of its own."""
    campaign = {
        "name": name,
        "delivery": "scheduled",
        "schedule": {"at": at},
        "re_eligibility": "immediately",
        "target_audience": {
            "filters": [{"filter": "Custom Attribute", "name": "likes_lunch", "comparison": "is true"}]
        },
        "messages": {
            "webhook": {
                "url": "https://sandbox.punchh.com/api2/dashboard/custom_segments/members",
                "method": "POST",
                "headers": {
                    "Authorization": f"Bearer {world.punchh['admin_key']}",
                    "Content-Type": "application/json",
                    "Accept": "application/json",
                },
                "key_value_pairs": {
                    "custom_segment_id": str(segment),
                    "user_id": "{{custom_attribute.${punchh_user_id}}}",
                },
            }
        },
    }
    await world.setup({"braze": {"campaigns": [campaign]}})
    await world.settle()


async def likes_lunch(world: WorldClient, names: tuple[str, ...], *, answer: bool) -> None:
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    attributes = [{"external_id": name, "likes_lunch": answer} for name in names]
    await world.braze.post("/users/track", headers=headers, json={"attributes": attributes})


async def sign_up(world: WorldClient, name: str) -> int:
    user = {
        "email": f"{name}@example.com",
        "password": "p@ssw0rd",
        "first_name": name.title(),
        "last_name": "Doe",
        "external_source": "customer_id",
        "external_source_id": name,
    }
    body = json.dumps({"client": world.punchh["client"], "user": user})
    signature = digest(world.punchh["secret"], "/api2/mobile/users", body.encode(), "sha256")
    headers = {"Content-Type": "application/json", "x-pch-digest": signature}
    reply = await world.punchh.post("/api2/mobile/users", content=body, headers=headers)
    await world.expect_equal(reply.status_code, 200, f"{name} is signed up")
    guest: int = reply.json()["user"]["user_id"]
    return guest


async def members(world: WorldClient, segment: int, guests: dict[str, int]) -> list[str]:
    """Who of the guests is in the segment."""
    headers = {"Authorization": f"Bearer {world.punchh['admin_key']}"}
    found = []
    for name, guest in guests.items():
        reply = await world.punchh.get(
            "/api2/dashboard/custom_segments/members",
            headers=headers,
            params={"custom_segment_id": str(segment), "user_id": str(guest)},
        )
        found += [name] if reply.status_code == 200 else []
    return found


async def asked_to_add(world: WorldClient, guests: dict[str, int]) -> list[str]:
    """Whom Braze asked Punchh to add, in order."""
    calls = await world.journal(vendor="punchh", operation="dashboard_custom_segments_members__post")
    names = {str(guest): name for name, guest in guests.items()}
    return [names[call["request"]["body"]["user_id"]] for call in calls]
