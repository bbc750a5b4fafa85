"""A birthday campaign: gift and message on the day, for a week, every year; not in the month of sign-up. [P19]

Punchh looks every morning for whose birthday it is and gives a reward with a life of its own. The event `rewards` sets
off Braze's message. Whether a guest who has just signed up is given one too is a setting of the campaign.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.client import WorldClient
from stampcard.punchh.signing import digest

OFFER = "Birthday"
CONGRATULATION = {
    "name": "Happy birthday",
    "delivery": "action_based",
    "re_eligibility": "immediately",
    "triggers": [
        {
            "action": "perform custom event",
            "event": "rewards",
            "property_filters": [
                {"property": "campaign_name", "comparison": "equals", "value": OFFER},
                {"property": "status", "comparison": "equals", "value": "unredeemed"},
            ],
        }
    ],
    "messages": {
        "email": {
            "from": "Stamps <hello@example.com>",
            "subject": "Happy birthday, {{${first_name}}}",
            "body": "{{event_properties.${name}}} for you, until {{event_properties.${expiring_at}}}.",
        }
    },
}


async def play(world: WorldClient) -> None:
    await world.say("In Punchh: a birthday campaign that gives cake every morning at 9, good for 7 days.")
    await world.say("The segment is all signed up; who signed up in this month is left out.")
    await world.setup({"punchh": {"redeemables": [{"name": "Cake"}], **adapter(world)}})
    await world.setup({"punchh": {"campaigns": [birthday(in_month_of_sign_up=False)]}})
    await world.say("In Braze: a message that the reward sets off. It asks for rewards that can still be used.")
    await world.setup({"braze": {"campaigns": [CONGRATULATION]}})

    await world.say("15 January 2026: ada, born on a 10 March, bob, born on a 20 January, and dee, who does not say.")
    ada = await sign_up(world, "ada", "1990-03-10")
    bob = await sign_up(world, "bob", "1985-01-20")
    await sign_up(world, "dee", None)

    await on_the_day(world, ada, bob)
    await week_over(world, ada)
    await next_year(world, ada, bob)
    await month_of_sign_up(world, ada)


async def on_the_day(world: WorldClient, ada: str, bob: str) -> None:
    await world.say("20 January: bob's birthday, in the month of his sign-up.")
    await world.set_clock("2026-01-20T09:00:00Z")
    await world.settle()
    await world.expect_equal(await cakes(world, bob), [], "bob is given nothing")
    told = [entry["summary"] for entry in await world.journal(operation="campaign skip")]
    await world.expect("signed up this month" in told[-1], "and the trace says why", got=told)

    await world.say("10 March, a minute before the run.")
    await world.set_clock("2026-03-10T08:59:00Z")
    await world.settle()
    await world.expect_equal((await cakes(world, ada), await mails(world)), ([], []), "nobody has anything yet")

    await world.say("The run.")
    await world.set_clock("2026-03-10T09:00:00Z")
    await world.settle()
    [cake] = await cakes(world, ada)
    await world.expect_equal(cake["name"], "Cake", "ada has the cake")
    wanted = [("2026-03-10", "Happy birthday, Ada", "Cake for you, until 2026-03-17T09:00:00Z.")]
    await world.expect_equal(await mails(world), wanted, "and Braze's message, with the end of its life")


async def week_over(world: WorldClient, ada: str) -> None:
    await world.say("A minute before the week is over, and a minute later.")
    await world.set_clock("2026-03-17T08:59:00Z")
    await world.expect_equal(len(await cakes(world, ada)), 1, "the cake is there")
    await world.set_clock("2026-03-17T09:00:00Z")
    await world.settle()
    await world.expect_equal(await cakes(world, ada), [], "the cake is gone")
    calls = await world.journal(vendor="braze", operation="users_track")
    last = calls[-1]["request"]["body"]["events"][0]
    await world.expect_equal(last["properties"]["status"], "expired", "Braze hears that the reward expired")
    await world.expect_equal(len(await mails(world)), 1, "and congratulates nobody for that")


async def next_year(world: WorldClient, ada: str, bob: str) -> None:
    await world.say("The schedule recurs: 20 January and 10 March 2027.")
    await world.set_clock("2027-01-20T09:00:00Z")
    await world.settle()
    await world.expect_equal(len(await cakes(world, bob)), 1, "bob's sign-up was a year ago: now he has a cake")
    await world.set_clock("2027-03-10T09:00:00Z")
    await world.settle()
    await world.expect_equal(len(await cakes(world, ada)), 1, "ada has another one")
    wanted = [
        ("2026-03-10", "Happy birthday, Ada"),
        ("2027-01-20", "Happy birthday, Bob"),
        ("2027-03-10", "Happy birthday, Ada"),
    ]
    got = [(day, subject) for day, subject, _ in await mails(world)]
    await world.expect_equal(got, wanted, "and each birthday had its message")


async def month_of_sign_up(world: WorldClient, ada: str) -> None:
    await world.set_clock("2027-03-11T12:00:00Z")
    await world.say("The other choice of the page, on the next day: reward in the month of sign-up, too.")
    await world.setup({"punchh": {"campaigns": [birthday(in_month_of_sign_up=True)]}})
    before = len(await mails(world))
    cy = await sign_up(world, "cy", "2000-03-25")
    await world.set_clock("2027-03-16T12:00:00Z")
    await world.settle()
    await world.expect_equal(len(await cakes(world, ada)), 1, "ada's birthday is over: there is no second cake")
    await world.set_clock("2027-03-25T09:00:00Z")
    await world.settle()
    await world.expect_equal(len(await cakes(world, cy)), 1, "cy signed up on the 11th and has a cake on the 25th")
    new = [(day, subject) for day, subject, _ in (await mails(world))[before:]]
    await world.expect_equal(new, [("2027-03-25", "Happy birthday, Cy")], "with a message")


def birthday(*, in_month_of_sign_up: bool) -> dict[str, Any]:
    return {
        "name": OFFER,
        "type": "birthday",
        "redeemable": "Cake",
        "settings": {
            "reference": "birthday",
            "at": "09:00",
            "lifespan_days": 7,
            "reward_in_month_of_sign_up": in_month_of_sign_up,
        },
    }


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


async def sign_up(world: WorldClient, name: str, born: str | None) -> str:
    """A guest's access token."""
    user = {
        "email": f"{name}@example.com",
        "password": "p@ssw0rd",
        "first_name": name.title(),
        "last_name": "Doe",
        "external_source": "customer_id",
        "external_source_id": name,
        **({"birthday": born} if born else {}),
    }
    reply = await app(world, "POST", "/api2/mobile/users", {"user": user})
    await world.expect_equal(reply.status_code, 200, f"{name} is signed up")
    await world.settle()
    token: str = reply.json()["access_token"]["token"]
    return token


async def app(world: WorldClient, method: str, target: str, body: dict[str, Any] | None, token: str = "") -> Any:
    """A call of the app, with client and digest."""
    text = json.dumps({"client": world.punchh["client"], **(body or {})})
    signature = digest(world.punchh["secret"], target, text.encode(), "sha256")
    headers = {"Content-Type": "application/json", "x-pch-digest": signature}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    return await world.punchh.request(method, target, content=text, headers=headers)


async def cakes(world: WorldClient, token: str) -> list[dict[str, Any]]:
    """The rewards that the guest's app shows."""
    rewards: list[dict[str, Any]] = (await app(world, "GET", "/api2/mobile/offers", None, token)).json()["rewards"]
    return rewards


async def mails(world: WorldClient) -> list[tuple[str, str, str]]:
    """Day, subject and body of every mail."""
    return [(mail["at"][:10], mail["parts"]["subject"], mail["parts"]["body"]) for mail in await world.outbox()]
