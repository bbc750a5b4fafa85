"""A property filter on the trigger: only a gift check-in that is approved sends the message. [P21]

Points given by a campaign arrive in Braze as the event `checkins_gift`. Its property `approved` is true when they
count, and false while they wait for an admin. The message is for true alone: false, a text and no value do not send it.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.client import WorldClient
from stampcard.punchh.signing import digest

GUEST = "ada"
MAIL = {
    "name": "Points for you",
    "delivery": "action_based",
    "re_eligibility": "immediately",
    "triggers": [
        {
            "action": "perform custom event",
            "event": "checkins_gift",
            "property_filters": [{"property": "approved", "comparison": "is true"}],
        }
    ],
    "messages": {
        "email": {
            "from": "Stamps <hello@example.com>",
            "subject": "{{event_properties.${points_earned}}} points for you",
            "body": "{{event_properties.${gift_reason}}}",
        }
    },
}


async def play(world: WorldClient) -> None:
    await world.say("In Punchh: 50 points for a sign-up, and 500 for a purchase of 100, which an admin must approve.")
    await world.setup(
        {
            "punchh": {
                "campaigns": [
                    {"name": "Welcome points", "type": "sign_up", "points": 50},
                    {
                        "name": "Big gift",
                        "type": "post_checkin_offer",
                        "points": 500,
                        "settings": {"minimum_amount": 100, "needs_approval": True},
                    },
                ],
                **adapter(world),
            }
        }
    )
    await world.say("In Braze: a message for the event checkins_gift, with the property filter approved is true.")
    await world.setup({"braze": {"campaigns": [MAIL]}})

    await world.say("True: ada signs up, and the 50 points count at once.")
    guest = await sign_up(world)
    await world.settle()
    await world.expect_equal(await gifts(world), [(50, True)], "Braze is told of an approved gift")
    await world.expect_equal(await subjects(world), ["50 points for you"], "and sends the message")

    await world.say("False: ada pays 120. The 500 points wait; the purchase itself is approved, but no gift.")
    await purchase(world, 120)
    await world.expect_equal(await gifts(world), [(50, True), (500, False)], "Braze is told of a gift not approved")
    await world.expect_equal(await points(world, guest), 170, "the points do not count")
    await world.expect_equal(await subjects(world), ["50 points for you"], "there is no message")

    await approval(world, guest)
    await absent(world)


async def approval(world: WorldClient, guest: int) -> None:
    await world.say("True, later: in Punchh an admin approves the gift.")
    waiting = (await gift_events(world))[-1]["checkin_id"]
    await world.setup({"punchh": {"approvals": [{"checkin_id": waiting}]}})
    await world.settle()
    again = (await gift_events(world))[-1]
    told = (again["checkin_id"], again["approved"])
    await world.expect_equal(told, (waiting, True), "Braze is told of the same check-in, approved now")
    await world.expect_equal(await points(world, guest), 670, "the points count")
    await world.expect_equal(
        await subjects(world), ["50 points for you", "500 points for you"], "and now the message is out"
    )


async def absent(world: WorldClient) -> None:
    await world.say("Absent, and other values: the same event, sent to Braze by another system of the brand.")
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    event = {"external_id": GUEST, "name": "checkins_gift", "time": (await world.clock())["now"]}
    for properties in ({}, {"approved": None}, {"approved": "true"}, {"approved": 1}):
        told = {**event, "properties": {"points_earned": 7, **properties}}
        reply = await world.braze.post("/users/track", headers=headers, json={"events": [told]})
        await world.expect_equal(reply.status_code, 201, f"Braze takes the event with {properties or 'no value'}")
    await world.settle()
    await world.expect_equal(len(await subjects(world)), 2, "none of them sends the message: only true does")
    told = {**event, "properties": {"points_earned": 7, "approved": True}}
    await world.braze.post("/users/track", headers=headers, json={"events": [told]})
    await world.settle()
    await world.expect_equal((await subjects(world))[2:], ["7 points for you"], "true does, whoever sends it")


def adapter(world: WorldClient) -> dict[str, Any]:
    return {
        "business": {"webhook_management": True, "show_adapters_tab": True},
        "adapters": [
            {
                "name": "Braze",
                "adapter": "Braze",
                "endpoint": "https://rest.iad-01.braze.com",
                "api_key": world.braze["api_key"],
                "events": ["Guest", "Loyalty Check-in", "Gift Check-in"],
            }
        ],
    }


async def sign_up(world: WorldClient) -> int:
    user = {
        "email": "ada@example.com",
        "password": "p@ssw0rd",
        "first_name": "Ada",
        "last_name": "Doe",
        "external_source": "customer_id",
        "external_source_id": GUEST,
    }
    body = json.dumps({"client": world.punchh["client"], "user": user})
    signature = digest(world.punchh["secret"], "/api2/mobile/users", body.encode(), "sha256")
    headers = {"Content-Type": "application/json", "x-pch-digest": signature}
    reply = await world.punchh.post("/api2/mobile/users", content=body, headers=headers)
    await world.expect_equal(reply.status_code, 200, "ada is signed up")
    guest: int = reply.json()["user"]["user_id"]
    return guest


async def purchase(world: WorldClient, amount: float) -> None:
    """A check-in at the register."""
    keys = world.punchh
    reply = await world.punchh.post(
        "/api/pos/checkins",
        headers={"Authorization": f"Token token={keys['location_key']}, btoken={keys['business_key']}"},
        json={
            "email": "ada@example.com",
            "receipt_amount": amount,
            "subtotal_amount": amount,
            "payable": amount,
            "receipt_datetime": (await world.clock())["now"],
            "transaction_no": "1001",
            "punchh_key": "receipt-1001",
            "menu_items": [{"item_name": "Buffet", "item_qty": 1, "item_amount": amount, "menu_item_type": "M"}],
        },
    )
    await world.expect_equal(reply.status_code, 200, "the register checks ada in")
    await world.settle()


async def points(world: WorldClient, guest: int) -> int:
    headers = {"Authorization": f"Bearer {world.punchh['admin_key']}"}
    reply = await world.punchh.get("/api2/dashboard/users/info", headers=headers, params={"user_id": str(guest)})
    balance: int = reply.json()["balance"]["net_balance"]
    return balance


async def gift_events(world: WorldClient) -> list[dict[str, Any]]:
    """Properties of the gift check-ins Braze was told of."""
    calls = await world.journal(vendor="braze", operation="users_track")
    events = [event for call in calls for event in call["request"]["body"].get("events", [])]
    return [event["properties"] for event in events if event["name"] == "checkins_gift"]


async def gifts(world: WorldClient) -> list[tuple[int, bool]]:
    return [(gift["points_earned"], gift["approved"]) for gift in await gift_events(world)]


async def subjects(world: WorldClient) -> list[str]:
    return [message["parts"]["subject"] for message in await world.outbox()]
