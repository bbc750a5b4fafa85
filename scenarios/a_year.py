"""A year of 200 guests on the virtual clock: birthdays, recalls, a monthly offer, rewards that expire. [X3]

Guests sign up in January, some visit and most do not. Punchh gives on birthdays, calls back who stays away, and gives
everybody something each month; Braze writes a mail for every reward. Twelve months take seconds.
"""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient


async def play(world: WorldClient) -> None:
    count = world.guests or 200
    await world.say(f"In Punchh: {count} guests, a birthday campaign, a recall campaign and a monthly offer.")
    guests = await people(world, count)
    await world.setup({"punchh": {"guests": guests, "redeemables": REDEEMABLES, "campaigns": CAMPAIGNS}})
    await world.setup({"punchh": adapter(world)})
    await world.say("In Braze: a mail for every reward.")
    await world.setup({"braze": {"campaigns": [MAIL], "users": [profile(guest) for guest in guests]}})

    start = (await world.clock())["now"]
    told: dict[str, int] = {}
    for month in range(1, 13):
        await world.say(f"Month {month}.")
        await world.advance("30d" if month < 12 else "35d")
        told = await mails(world)
    end = (await world.clock())["now"]
    await world.expect_equal((start[:4], end[:4], start[4:10]), ("2026", "2027", end[4:10]), "a year has passed")

    await world.expect_equal(told.get("Birthday treat"), count, "everybody had one birthday mail")
    await world.expect(told.get("We miss you", 0) >= count, "everybody who stayed away was called back", got=told)
    await world.expect_equal(told.get("Monthly treat"), 13 * count, "and had a treat every thirty days, thirteen times")
    failed = [entry for entry in await world.journal() if entry["error"] or (entry["status"] or 0) >= 400]
    await world.expect_equal(failed, [], "no call failed on the way")


async def mails(world: WorldClient) -> dict[str, int]:
    """Mails so far by the campaign of Punchh that gave the reward."""
    counts: dict[str, int] = {}
    for message in await world.outbox(campaign="Reward"):
        subject = message["parts"]["subject"]
        counts[subject] = counts.get(subject, 0) + 1
    return counts


async def people(world: WorldClient, count: int) -> list[dict[str, Any]]:
    """Invented guests, the same on every run; nobody is born on the day the year begins and ends with."""
    faker = await world.invent()
    return [
        {
            "email": f"guest-{number}@example.com",
            "first_name": faker.first_name(),
            "last_name": faker.last_name(),
            "birthday": faker.date_of_birth(minimum_age=18, maximum_age=80).replace(day=16 + number % 13).isoformat(),
            "external_source": "customer_id",
            "external_source_id": f"guest-{number}",
        }
        for number in range(count)
    ]


def profile(guest: dict[str, Any]) -> dict[str, Any]:
    return {"external_id": guest["external_source_id"], "email": guest["email"], "first_name": guest["first_name"]}


def adapter(world: WorldClient) -> dict[str, Any]:
    return {
        "business": {"webhook_management": True, "show_adapters_tab": True},
        "adapters": [
            {
                "name": "Braze",
                "adapter": "Braze",
                "endpoint": "https://rest.iad-01.braze.com",
                "api_key": world.braze["api_key"],
                "events": ["Rewards"],
                "disable_default_user_attributes": True,
            }
        ],
    }


REDEEMABLES = [{"name": "Cake", "expiry_days": 14}, {"name": "Coffee", "expiry_days": 30}]
CAMPAIGNS: list[dict[str, Any]] = [
    {
        "name": "Birthday treat",
        "type": "birthday",
        "redeemable": "Cake",
        # Else Punchh leaves out those born in the month they signed up.
        "settings": {"reference": "birthday", "reward_in_month_of_sign_up": True},
    },
    {"name": "We miss you", "type": "recall", "redeemable": "Coffee", "settings": {"inactive_days": 90}},
    {
        "name": "Monthly treat",
        "type": "recurring_mass_offer",
        "redeemable": "Coffee",
        "start": "2026-01-20T09:00:00Z",
        "settings": {"every_days": 30},
    },
]
MAIL: dict[str, Any] = {
    "name": "Reward",
    "delivery": "action_based",
    # Punchh tells of a reward when it is given and again when it expires: the status tells them apart.
    "triggers": [
        {
            "action": "perform custom event",
            "event": "rewards",
            "property_filters": [{"property": "status", "comparison": "equals", "value": "unredeemed"}],
        }
    ],
    "re_eligibility": "immediately",
    "messages": {
        "email": {
            "from": "Stamps <hello@example.com>",
            "subject": "{{event_properties.${campaign_name}}}",
            "body": "{{event_properties.${name}}} for you, {{${first_name}}}",
        }
    },
}
