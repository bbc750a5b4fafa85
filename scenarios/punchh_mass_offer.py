"""A mass offer in three ways: who picks the audience, who gives, who writes. [P13 P14 P15]

Punchh picks and gives, Braze writes when the reward event comes. Braze picks and writes, and Punchh gives through a
custom segment. Braze picks, and Punchh gives and writes, or gives without a word.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.client import WorldClient
from stampcard.punchh.signing import digest

GUESTS = {"ada": "Lille", "bob": "Lille", "cy": "Lyon", "dee": "Lyon"}
FROM_BRAZE, QUIET = 11646, 11647
TWO_OFF = {"id": 132, "name": "2 off"}
Tokens = dict[str, tuple[int, str]]


async def play(world: WorldClient) -> None:
    await world.say("In Punchh: a reward of 2 off, and the adapter with Guest and Rewards.")
    await world.setup({"punchh": {"redeemables": [{**TWO_OFF, "discount_amount": 2}], **adapter(world)}})
    await world.say("Four guests sign up, two in Lille and two in Lyon.")
    guests = {name: await sign_up(world, name, city) for name, city in GUESTS.items()}
    await world.settle()

    await punchh_segment(world, guests)
    await braze_segment(world, guests)
    await no_braze_message(world, guests)


async def punchh_segment(world: WorldClient, guests: Tokens) -> None:
    """P13: Punchh segment and gift, Braze message."""
    await world.say("First way. In Punchh: the segment of who lives in Lille, and a mass offer to it at noon.")
    lille = {
        "name": "Lille",
        "type": "guest_profile",
        "filters": [{"attribute": "city", "operator": "is", "value": "Lille"}],
    }
    offer = mass_offer("2 off for Lille", "Lille", "2026-01-15T12:00:00Z")
    await world.setup({"punchh": {"segments": [lille], "campaigns": [offer]}})
    await world.say("In Braze: an action-based campaign for all users, set off by the event rewards of that offer.")
    await world.setup({"braze": {"campaigns": [told_of("2 off for Lille")]}})

    await world.set_clock("2026-01-15T11:59:00Z")
    await world.expect_equal(await mails(world), [], "before noon nobody has a mail")
    await world.set_clock("2026-01-15T12:00:00Z")
    await world.settle()
    await world.expect_equal(await have(world, guests), {"ada": 1, "bob": 1}, "the two of Lille have the reward")
    wanted = [("ada", "2 off is yours"), ("bob", "2 off is yours")]
    await world.expect_equal(await mails(world), wanted, "and the reward event set off their mails")


async def braze_segment(world: WorldClient, guests: Tokens) -> None:
    """P14: Braze segment and message, Punchh gift through a custom segment."""
    await world.say("Second way. Only Braze knows who opened the app near a store: bob and cy.")
    await mark(world, ("bob", "cy"), "opened_app_near_store")
    await world.say("In Punchh: a custom list and a mass offer to it, tomorrow at noon.")
    offer = mass_offer("2 off nearby", FROM_BRAZE, "2026-01-16T12:00:00Z")
    await world.setup({"punchh": {"segments": [{"id": FROM_BRAZE, "name": "Nearby"}], "campaigns": [offer]}})

    before = len(await mails(world))
    await world.say("In Braze: a mail to who was near, and a webhook campaign that sends them to the list.")
    mail = {"email": {"from": "Stamps <hello@example.com>", "subject": "Tomorrow at noon: 2 off", "body": "Come in."}}
    await launch(world, "Nearby mail", "opened_app_near_store", mail)
    await launch(world, "Nearby to Punchh", "opened_app_near_store", webhook(world, FROM_BRAZE))
    wanted = [("bob", "Tomorrow at noon: 2 off"), ("cy", "Tomorrow at noon: 2 off")]
    await world.expect_equal((await mails(world))[before:], wanted, "Braze has written first")
    await world.expect_equal(await have(world, guests), {"ada": 1, "bob": 1}, "nobody has this gift yet")

    await world.set_clock("2026-01-16T12:00:00Z")
    await world.settle()
    wanted_gifts = {"ada": 1, "bob": 2, "cy": 1}
    await world.expect_equal(await have(world, guests), wanted_gifts, "at noon Punchh gives to the two of the list")
    seen = await rewards_in_braze(world)
    await world.expect_equal(seen, wanted_gifts, "and Braze has their reward events")
    await world.expect_equal(len(await mails(world)), before + 2, "no second mail: the first told them already")


async def no_braze_message(world: WorldClient, guests: Tokens) -> None:
    """P15: Braze segment; Punchh gives, with a message of its own or without; no Braze message."""
    await world.say("Third way. Braze picks cy and dee; the rest is Punchh's, and no message is needed.")
    await mark(world, ("cy", "dee"), "quiet_gift")
    offer = mass_offer("2 off, quietly", QUIET, "2026-01-17T12:00:00Z")
    await world.setup({"punchh": {"segments": [{"id": QUIET, "name": "Quiet"}], "campaigns": [offer]}})
    before = await mails(world)
    await launch(world, "Quiet to Punchh", "quiet_gift", webhook(world, QUIET))
    await world.set_clock("2026-01-17T12:00:00Z")
    await world.settle()
    wanted = {"ada": 1, "bob": 2, "cy": 2, "dee": 1}
    await world.expect_equal(await have(world, guests), wanted, "Punchh gives to cy and dee")
    await world.expect_equal(await rewards_in_braze(world), wanted, "Braze has the reward events")

    await world.say("Gift and message, both from Punchh: the same offer with an e-mail and a message for the app.")
    texts = {
        "email": {"subject": "For you, {{first_name}}", "body": "{{reward_name}}, from us"},
        "rich_message": {"subject": "For you", "body": "{{reward_name}}, from us"},
    }
    loud = mass_offer("2 off, aloud", QUIET, "2026-01-18T12:00:00Z")
    await world.setup({"punchh": {"campaigns": [{**loud, "messages": texts}]}})
    await world.set_clock("2026-01-18T12:00:00Z")
    await world.settle()
    shown = await offers(world, guests["dee"][1])
    await world.expect_equal(len(shown["rewards"]), 2, "the app shows the gift")
    notes = [note["message"] for note in shown["notifications"]]
    await world.expect_equal(notes, ["2 off, from us"], "and the message")
    wanted_mails = [("Cy", "2 off, from us"), ("Dee", "2 off, from us")]
    await world.expect_equal(await punchh_mails(world), wanted_mails, "Punchh has written to both")
    await world.expect_equal(await mails(world), before, "Braze has written to nobody")


def adapter(world: WorldClient) -> dict[str, Any]:
    return {
        "business": {"webhook_management": True, "show_adapters_tab": True},
        "adapters": [
            {
                "name": "Braze",
                "adapter": "Braze",
                "endpoint": "https://rest.iad-01.braze.com",
                "api_key": world.braze["api_key"],
                "events": ["Guest", "Rewards"],
            }
        ],
    }


def mass_offer(name: str, segment: str | int, start: str) -> dict[str, Any]:
    return {"name": name, "type": "mass_offer", "segment": segment, "redeemable": "2 off", "start": start}


def told_of(offer: str) -> dict[str, Any]:
    """A mail set off by the reward of one Punchh campaign."""
    return {
        "name": f"Mail: {offer}",
        "delivery": "action_based",
        "triggers": [
            {
                "action": "perform custom event",
                "event": "rewards",
                "property_filters": [{"property": "campaign_name", "comparison": "equals", "value": offer}],
            }
        ],
        "messages": {
            "email": {
                "from": "Stamps <hello@example.com>",
                "subject": "{{event_properties.${name}}} is yours",
                "body": "Show it at the register.",
            }
        },
    }


def webhook(world: WorldClient, segment: int) -> dict[str, Any]:
    return {
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
    }


async def launch(world: WorldClient, name: str, attribute: str, messages: dict[str, Any]) -> None:
    """Save a campaign to who has the attribute, and launch it."""
    audience = {"filters": [{"filter": "Custom Attribute", "name": attribute, "comparison": "is true"}]}
    campaign = {"name": name, "delivery": "scheduled", "schedule": {"at": "now"}, "target_audience": audience}
    await world.setup({"braze": {"campaigns": [{**campaign, "messages": messages}]}})
    await world.settle()


async def mark(world: WorldClient, names: tuple[str, ...], attribute: str) -> None:
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    attributes = [{"external_id": name, attribute: True} for name in names]
    await world.braze.post("/users/track", headers=headers, json={"attributes": attributes})


async def sign_up(world: WorldClient, name: str, city: str) -> tuple[int, str]:
    """A guest's id and access token."""
    user = {
        "email": f"{name}@example.com",
        "password": "p@ssw0rd",
        "first_name": name.title(),
        "last_name": "Doe",
        "city": city,
        "external_source": "customer_id",
        "external_source_id": name,
    }
    reply = (await app(world, "POST", "/api2/mobile/users", {"user": user})).json()
    return reply["user"]["user_id"], reply["access_token"]["token"]


async def app(world: WorldClient, method: str, target: str, body: dict[str, Any] | None, token: str = "") -> Any:
    """A call of the app, with client and digest."""
    text = json.dumps({"client": world.punchh["client"], **(body or {})})
    signature = digest(world.punchh["secret"], target, text.encode(), "sha256")
    headers = {"Content-Type": "application/json", "x-pch-digest": signature}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    return await world.punchh.request(method, target, content=text, headers=headers)


async def offers(world: WorldClient, token: str) -> Any:
    """What the app shows: rewards and messages."""
    return (await app(world, "GET", "/api2/mobile/offers", None, token)).json()


async def have(world: WorldClient, guests: Tokens) -> dict[str, int]:
    """Rewards of who has any."""
    counts = {name: len((await offers(world, token))["rewards"]) for name, (_, token) in guests.items()}
    return {name: count for name, count in counts.items() if count}


async def mails(world: WorldClient) -> list[tuple[str, str]]:
    """Braze's mails: to whom, and their subjects."""
    sent = await world.outbox(channel="email")
    return [(mail["user"], mail["parts"]["subject"]) for mail in sent if mail["vendor"] == "braze"]


async def punchh_mails(world: WorldClient) -> list[tuple[str, str]]:
    """Punchh's own mails: whom they call by name, and what they say."""
    sent = await world.outbox(channel="email")
    return [
        (mail["parts"]["subject"].removeprefix("For you, "), mail["parts"]["body"])
        for mail in sent
        if mail["vendor"] == "punchh"
    ]


async def rewards_in_braze(world: WorldClient) -> dict[str, int]:
    """Events named rewards on the profiles that have them."""
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    wanted = {"external_ids": list(GUESTS), "fields_to_export": ["external_id", "custom_events"]}
    users = (await world.braze.post("/users/export/ids", headers=headers, json=wanted)).json()["users"]
    return {
        user["external_id"]: event["count"]
        for user in users
        for event in user.get("custom_events", [])
        if event["name"] == "rewards"
    }
