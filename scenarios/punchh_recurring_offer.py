"""A recurring mass offer: the campaign id changes with every run, the name does not. [P16 P22]

Punchh sends id and name of the campaign as event properties. A Braze campaign that filters on the id works on the
first day and never again; one that filters on the name works every day. Both properties can be shown with Liquid.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.client import WorldClient
from stampcard.punchh.signing import digest

OFFER = "Coffee of the day"
FIRST_RUN = 7002
GUESTS = ("ada", "bob")


async def play(world: WorldClient) -> None:
    await world.say("In Punchh: a recurring mass offer, every day at noon: a coffee and 5 points for all signed up.")
    await world.say("Campaign ids begin at 7001, which is the offer itself; so the first run will be 7002.")
    await world.setup({"punchh": {"ids": {"start": {"campaigns": 7001}}}})
    await world.setup(
        {
            "punchh": {
                "redeemables": [{"name": "Coffee", "expiry_days": 7}],
                "campaigns": [
                    {
                        "name": OFFER,
                        "type": "recurring_mass_offer",
                        "redeemable": "Coffee",
                        "points": 5,
                        "settings": {"every_days": 1, "at": "12:00"},
                    }
                ],
                **adapter(world),
            }
        }
    )
    for name in GUESTS:
        await sign_up(world, name)
    await world.settle()

    await world.say("In Braze: two campaigns on the event rewards. One filters on the campaign's id, one on its name.")
    by_id = {"property": "campaign_id", "comparison": "exactly", "value": FIRST_RUN}
    by_name = {"property": "campaign_name", "comparison": "equals", "value": OFFER}
    await world.setup({"braze": {"campaigns": [mail("By id", by_id), mail("By name", by_name)]}})

    await world.say("Day 1, noon.")
    await noon(world, 15)
    first = await run_ids(world)
    await world.expect_equal(first, [FIRST_RUN], "the events of the first run name campaign 7002")
    await world.expect_equal(await readers(world, "By id"), {"ada": 1, "bob": 1}, "the filter on the id matches")
    await world.expect_equal(await readers(world, "By name"), {"ada": 1, "bob": 1}, "the filter on the name matches")

    for day in (2, 3):
        await world.say(f"Day {day}, noon.")
        await noon(world, 14 + day)
        ids = await run_ids(world)
        await world.expect_equal(len(ids), day, "the run has an id of its own")
        await world.expect_equal(
            await readers(world, "By id"), {"ada": 1, "bob": 1}, "the filter on the id does not match any more"
        )
        wanted = dict.fromkeys(GUESTS, day)
        await world.expect_equal(await readers(world, "By name"), wanted, "the filter on the name keeps matching")

    await properties(world)


async def properties(world: WorldClient) -> None:
    """P22: both are event properties, of rewards and of gift check-ins; Liquid shows them."""
    await world.say("What arrived in Braze, and what the mails show of it.")
    events = await offer_events(world)
    await world.expect_equal(
        {event["name"] for event in events}, {"rewards", "checkins_gift"}, "the coffee is one event, the points another"
    )
    names = {event["properties"]["campaign_name"] for event in events}
    await world.expect_equal(names, {OFFER}, "all of them carry the same campaign name")
    whole = all(type(event["properties"]["campaign_id"]) is int for event in events)
    await world.expect(whole, "and the campaign id, as a number")
    shown = [message["parts"]["subject"] for message in await world.outbox(campaign="By name", user="ada")]
    wanted = [f"{OFFER}, run {number}" for number in await run_ids(world)]
    await world.expect_equal(shown, wanted, "Liquid puts name and id into the subject")


def adapter(world: WorldClient) -> dict[str, Any]:
    return {
        "business": {"webhook_management": True, "show_adapters_tab": True},
        "adapters": [
            {
                "name": "Braze",
                "adapter": "Braze",
                "endpoint": "https://rest.iad-01.braze.com",
                "api_key": world.braze["api_key"],
                "events": ["Guest", "Rewards", "Gift Check-in"],
            }
        ],
    }


def mail(name: str, property_filter: dict[str, Any]) -> dict[str, Any]:
    """A mail set off by every reward that the filter lets pass."""
    return {
        "name": name,
        "delivery": "action_based",
        "re_eligibility": "immediately",
        "triggers": [{"action": "perform custom event", "event": "rewards", "property_filters": [property_filter]}],
        "messages": {
            "email": {
                "from": "Stamps <hello@example.com>",
                "subject": "{{event_properties.${campaign_name}}}, run {{event_properties.${campaign_id}}}",
                "body": "{{event_properties.${name}}}, until {{event_properties.${expiring_at}}}.",
            }
        },
    }


async def noon(world: WorldClient, day: int) -> None:
    await world.set_clock(f"2026-01-{day}T12:00:00Z")
    await world.settle()


async def sign_up(world: WorldClient, name: str) -> None:
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


async def offer_events(world: WorldClient) -> list[dict[str, Any]]:
    """The events that Punchh sent to Braze."""
    calls = await world.journal(vendor="braze", operation="users_track")
    return [event for call in calls for event in call["request"]["body"].get("events", [])]


async def run_ids(world: WorldClient) -> list[int]:
    """The campaign ids seen so far, in the order they were first seen."""
    return list(dict.fromkeys(event["properties"]["campaign_id"] for event in await offer_events(world)))


async def readers(world: WorldClient, campaign: str) -> dict[str, int]:
    """How many mails of a campaign each user has."""
    users = [message["user"] for message in await world.outbox(campaign=campaign)]
    return {name: users.count(name) for name in GUESTS}
