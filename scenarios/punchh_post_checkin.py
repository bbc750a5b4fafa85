"""Offers after a check-in: double points for who was invited, and a surprise for who was not. [P17 P18]

With notification, Braze invites a segment that only Braze knows and sends it to Punchh; who of it buys something that
weekend has the points doubled. Without, Punchh gives a reward after a visit, and its event sets off Braze's message.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.client import WorldClient
from stampcard.punchh.signing import digest

SEGMENT = 11646
WEEKEND = "Weekend, double points"
SURPRISE = "Thank you"
GUESTS = ("ada", "bob", "cy")
FRIDAY, SATURDAY, MONDAY, TUESDAY = (f"2026-01-{day}T12:00:00Z" for day in (16, 17, 19, 20))
SENDER = "Stamps <hello@example.com>"


async def play(world: WorldClient) -> None:
    await world.say("In Punchh: a custom list, and double points for it after a purchase of 5 or more this weekend.")
    await world.setup({"punchh": {"segments": [{"id": SEGMENT, "name": "Weekend"}], **adapter(world)}})
    offer = {
        "name": WEEKEND,
        "type": "post_checkin_offer",
        "segment": SEGMENT,
        "start": "2026-01-17T00:00:00Z",
        "end": "2026-01-19T00:00:00Z",
        "settings": {"points_factor": 2, "minimum_amount": 5},
    }
    await world.setup({"punchh": {"campaigns": [offer]}})
    guests = {name: await sign_up(world, name) for name in GUESTS}
    await world.settle()

    await invitation(world, guests)
    await weekend(world, guests)
    await surprise(world, guests)


async def invitation(world: WorldClient, guests: dict[str, int]) -> None:
    """P17: the invitation by Braze, and the audience into Punchh."""
    await world.say("Only Braze knows who loves weekends: ada and cy. It invites them.")
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    attributes = [{"external_id": name, "loves_weekends": True} for name in ("ada", "cy")]
    await world.braze.post("/users/track", headers=headers, json={"attributes": attributes})
    subject = "This weekend your points count twice"
    await launch(world, "Invitation", {"email": {"from": SENDER, "subject": subject, "body": "Come and see us."}})
    await world.expect_equal(await mails(world), [("ada", subject), ("cy", subject)], "the invitation is out")

    await world.say("The webhook campaign sends the same audience to the list. A message waits for the points, too.")
    await launch(world, "Weekend to Punchh", {"webhook": webhook(world)})
    calls = await world.journal(vendor="punchh", operation="dashboard_custom_segments_members__post")
    sent = [call["request"]["body"]["user_id"] for call in calls if call["status"] == 201]
    await world.expect_equal(sent, [str(guests["ada"]), str(guests["cy"])], "Punchh has added the two")
    gift = [
        {"property": "campaign_name", "comparison": "equals", "value": WEEKEND},
        {"property": "approved", "comparison": "is true"},
    ]
    subject = "{{event_properties.${points_earned}}} points on top"
    await world.setup({"braze": {"campaigns": [answer("Points on top", "checkins_gift", gift, subject)]}})


async def weekend(world: WorldClient, guests: dict[str, int]) -> None:
    """P17: doubled only for members of the segment, only in the window, only for purchases that qualify."""
    before = len(await mails(world))
    await world.set_clock(FRIDAY)
    await world.say("Friday, a day too early: ada pays 10.")
    await purchase(world, "ada", 10)
    await world.expect_equal(await points(world, guests), {"ada": 10, "bob": 0, "cy": 0}, "one point per unit")

    await world.set_clock(SATURDAY)
    await world.say("Saturday: ada and bob pay 10, cy pays 3.")
    for name, amount in (("ada", 10), ("bob", 10), ("cy", 3)):
        await purchase(world, name, amount)
    wanted = {"ada": 30, "bob": 10, "cy": 3}
    await world.expect_equal(await points(world, guests), wanted, "only ada's ten are doubled")
    told = [entry["summary"] for entry in await world.journal(operation="campaign skip")]
    await world.expect(any("not in segment Weekend" in text for text in told), "bob was not invited", got=told)
    await world.expect(any("under 5" in text for text in told), "cy's receipt is too small", got=told)
    new = (await mails(world))[before:]
    await world.expect_equal(new, [("ada", "10 points on top")], "and Braze tells ada, for the gift check-in")

    await world.set_clock(MONDAY)
    await world.say("Monday, a day too late: ada pays 10 once more.")
    await purchase(world, "ada", 10)
    await world.expect_equal(await points(world, guests), {**wanted, "ada": 40}, "the window is over")
    await world.expect_equal(len(await mails(world)), before + 1, "and nobody is told anything")


async def surprise(world: WorldClient, guests: dict[str, int]) -> None:
    """P18: no invitation and no custom list; the reward event sets off the message."""
    await world.say("Surprise and delight. In Punchh: 2 off the next visit, after a visit of who came four times.")
    regulars = {
        "name": "Regulars",
        "type": "guest_profile",
        "filters": [{"attribute": "total_visits", "operator": "greater_than", "value": 3}],
    }
    campaign = {"name": SURPRISE, "type": "post_checkin_offer", "segment": "Regulars", "redeemable": "2 off"}
    redeemables = [{"name": "2 off", "discount_amount": 2}]
    await world.setup({"punchh": {"segments": [regulars], "redeemables": redeemables, "campaigns": [campaign]}})
    await world.say("In Braze: a message for the reward, to all users.")
    gift = [{"property": "campaign_name", "comparison": "equals", "value": SURPRISE}]
    subject = "Thank you: {{event_properties.${name}}} next time"
    await world.setup({"braze": {"campaigns": [answer("Thank you mail", "rewards", gift, subject)]}})
    before = len(await mails(world))

    await world.set_clock(TUESDAY)
    await world.say("Tuesday: ada comes for the fourth time, bob for the second.")
    await purchase(world, "ada", 10)
    await purchase(world, "bob", 10)
    rewards = {name: (await info(world, guest))["rewards"] for name, guest in guests.items()}
    given = {name: [reward["name"] for reward in found] for name, found in rewards.items()}
    await world.expect_equal(given, {"ada": ["2 off"], "bob": [], "cy": []}, "only ada is given 2 off")
    new = (await mails(world))[before:]
    await world.expect_equal(new, [("ada", "Thank you: 2 off next time")], "and thanked by Braze")
    calls = await world.journal(vendor="punchh", operation="dashboard_custom_segments_members__post")
    await world.expect_equal(len(calls), 2, "this took no custom list: Braze pushed nobody since the weekend")


def adapter(world: WorldClient) -> dict[str, Any]:
    return {
        "business": {"webhook_management": True, "show_adapters_tab": True},
        "adapters": [
            {
                "name": "Braze",
                "adapter": "Braze",
                "endpoint": "https://rest.iad-01.braze.com",
                "api_key": world.braze["api_key"],
                "events": ["Guest", "Loyalty Check-in", "Gift Check-in", "Rewards"],
            }
        ],
    }


def answer(name: str, event: str, filters: list[dict[str, Any]], subject: str) -> dict[str, Any]:
    """A mail set off by an event of Punchh."""
    return {
        "name": name,
        "delivery": "action_based",
        "triggers": [{"action": "perform custom event", "event": event, "property_filters": filters}],
        "messages": {"email": {"from": SENDER, "subject": subject, "body": "See you soon."}},
    }


def webhook(world: WorldClient) -> dict[str, Any]:
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


async def launch(world: WorldClient, name: str, messages: dict[str, Any]) -> None:
    audience = {"filters": [{"filter": "Custom Attribute", "name": "loves_weekends", "comparison": "is true"}]}
    campaign = {"name": name, "delivery": "scheduled", "schedule": {"at": "now"}, "target_audience": audience}
    await world.setup({"braze": {"campaigns": [{**campaign, "messages": messages}]}})
    await world.settle()


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


async def purchase(world: WorldClient, name: str, amount: float) -> None:
    """A check-in at the register."""
    now = (await world.clock())["now"]
    number = f"{name}-{now[:10]}"
    keys = world.punchh
    reply = await world.punchh.post(
        "/api/pos/checkins",
        headers={"Authorization": f"Token token={keys['location_key']}, btoken={keys['business_key']}"},
        json={
            "email": f"{name}@example.com",
            "receipt_amount": amount,
            "subtotal_amount": amount,
            "payable": amount,
            "receipt_datetime": now,
            "transaction_no": number,
            "punchh_key": number,
            "menu_items": [{"item_name": "Burger", "item_qty": 1, "item_amount": amount, "menu_item_type": "M"}],
        },
    )
    await world.expect_equal(reply.status_code, 200, f"the register checks {name} in")
    await world.settle()


async def info(world: WorldClient, guest: int) -> Any:
    """A guest as the dashboard shows it."""
    headers = {"Authorization": f"Bearer {world.punchh['admin_key']}"}
    reply = await world.punchh.get("/api2/dashboard/users/info", headers=headers, params={"user_id": str(guest)})
    return reply.json()


async def points(world: WorldClient, guests: dict[str, int]) -> dict[str, int]:
    return {name: (await info(world, guest))["balance"]["net_balance"] for name, guest in guests.items()}


async def mails(world: WorldClient) -> list[tuple[str, str]]:
    return [(mail["user"], mail["parts"]["subject"]) for mail in await world.outbox(channel="email")]
