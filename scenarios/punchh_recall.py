"""Guests who stay away are called back: by Punchh's recall campaign, or by a segment of Braze. [P20]

The recall campaign looks every morning for guests without a visit for 30 days; its reward sets off Braze's message.
In the other way Braze knows who has not opened the app for 30 days, sends them to a custom list, and a recurring mass
offer of Punchh gives to whoever is on it.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.client import WorldClient
from stampcard.punchh.signing import digest

LIST = 11646
RECALL, OFFER = "We miss you", "Coffee for sleepers"
GUESTS = ("ada", "bob", "cy")
Seen = list[tuple[str, str]]


async def play(world: WorldClient) -> None:
    await world.say("In Punchh: a recall campaign, every morning at 9, for who has not come in for 30 days.")
    await world.setup(
        {
            "punchh": {
                "redeemables": [{"name": "Soup"}, {"name": "Coffee"}],
                "campaigns": [
                    {
                        "name": RECALL,
                        "type": "recall",
                        "redeemable": "Soup",
                        "settings": {"inactive_days": 30, "at": "09:00"},
                    }
                ],
                **adapter(world),
            }
        }
    )
    await world.say("In Braze: a message that the reward of this campaign sets off.")
    await world.setup({"braze": {"campaigns": [answer("Recall mail", RECALL)]}})
    await world.say("15 January: three guests sign up.")
    tokens = {name: await sign_up(world, name) for name in GUESTS}
    await world.settle()

    await punchh_recall(world, tokens)
    await braze_segment(world, tokens)


async def punchh_recall(world: WorldClient, tokens: dict[str, str]) -> None:
    await world.set_clock("2026-01-20T08:00:00Z")
    await world.say("20 January: ada pays at the register. 10 February: cy does. Bob never comes.")
    await purchase(world, "ada")
    await world.set_clock("2026-02-10T08:00:00Z")
    await purchase(world, "cy")
    await world.expect_equal(await given(world, tokens, "Soup"), [], "nobody has been away for 30 days")

    await world.say("On to the last day of February.")
    await world.set_clock("2026-02-28T12:00:00Z")
    await world.settle()
    await world.expect_equal(await given(world, tokens, "Soup"), ["ada", "bob"], "ada and bob have a soup, cy has not")
    wanted = [("2026-02-14", "bob"), ("2026-02-19", "ada")]
    await world.expect_equal(
        await mails(world, "Recall mail"), wanted, "and a message, each on the 30th day, once for this absence"
    )

    await world.say("Ada comes back on the next day. The recall campaign goes on, for who stays away again.")
    await world.set_clock("2026-03-01T08:00:00Z")
    await purchase(world, "ada")
    await world.set_clock("2026-04-01T12:00:00Z")
    await world.settle()
    got = await mails(world, "Recall mail")
    await world.expect_equal(
        got[2:], [("2026-03-12", "cy"), ("2026-03-31", "ada")], "cy is called after 30 days, ada a second time"
    )


async def braze_segment(world: WorldClient, tokens: dict[str, str]) -> None:
    await world.say("The other way. 1 April: the app has told Braze when each guest opened it last.")
    await opened(world, {"ada": "2026-03-30T10:00:00Z", "bob": "2026-01-16T10:00:00Z", "cy": "2026-03-07T10:00:00Z"})
    await world.say("In Braze: the segment Sleepers, 30 days without the app, and a mail for the coffee.")
    sleepers = {
        "name": "Sleepers",
        "filters": [
            {"filter": "Last Used App", "comparison": "more than days ago", "value": 30},
        ],
    }
    await world.setup({"braze": {"segments": [sleepers], "campaigns": [answer("Sleeper mail", OFFER)]}})
    await world.say("In Punchh: the custom list, and a recurring mass offer to it, every week at noon.")
    await world.setup(
        {
            "punchh": {
                "segments": [{"id": LIST, "name": "Sleepers, from Braze"}],
                "campaigns": [
                    {
                        "name": OFFER,
                        "type": "recurring_mass_offer",
                        "segment": LIST,
                        "redeemable": "Coffee",
                        "start": "2026-04-02T12:00:00Z",
                        "settings": {"every_days": 7, "at": "12:00"},
                    }
                ],
            }
        }
    )

    await world.say("The webhook campaign sends the segment to the list; on 2 April the offer runs.")
    await to_punchh(world)
    await world.set_clock("2026-04-02T12:00:00Z")
    await world.settle()
    await world.expect_equal(await given(world, tokens, "Coffee"), ["bob"], "only bob is given a coffee")
    await world.expect_equal(await mails(world, "Sleeper mail"), [("2026-04-02", "bob")], "and told so by Braze")

    await world.say("A week later cy has not opened the app for 30 days, either. The webhook campaign, once more.")
    await world.set_clock("2026-04-08T12:00:00Z")
    await to_punchh(world)
    await world.set_clock("2026-04-09T12:00:00Z")
    await world.settle()
    await world.expect_equal(await given(world, tokens, "Coffee"), ["bob", "bob", "cy"], "the next run is for both")
    new = (await mails(world, "Sleeper mail"))[1:]
    await world.expect_equal(new, [("2026-04-09", "bob"), ("2026-04-09", "cy")], "and both are told, by campaign name")


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


def answer(name: str, offer: str) -> dict[str, Any]:
    """A mail set off by every reward of a Punchh campaign."""
    by_name = {"property": "campaign_name", "comparison": "equals", "value": offer}
    return {
        "name": name,
        "delivery": "action_based",
        "re_eligibility": "immediately",
        "triggers": [{"action": "perform custom event", "event": "rewards", "property_filters": [by_name]}],
        "messages": {
            "email": {
                "from": "Stamps <hello@example.com>",
                "subject": "{{event_properties.${name}}} is on us",
                "body": "See you soon.",
            }
        },
    }


async def to_punchh(world: WorldClient) -> None:
    """Launch the webhook campaign to who is in the segment Sleepers now; each instant is a schedule of its own."""
    campaign = {
        "name": "Sleepers to Punchh",
        "delivery": "scheduled",
        "schedule": {"at": (await world.clock())["now"]},
        "re_eligibility": "immediately",
        "target_audience": {
            "filters": [{"filter": "Segment Membership", "name": "Sleepers", "comparison": "included"}]
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
                    "custom_segment_id": str(LIST),
                    "user_id": "{{custom_attribute.${punchh_user_id}}}",
                },
            }
        },
    }
    await world.setup({"braze": {"campaigns": [campaign]}})
    await world.settle()


async def opened(world: WorldClient, times: dict[str, str]) -> None:
    """Sessions, which the app's SDK would have told Braze of."""
    sessions = [{"external_id": name, "time": time} for name, time in times.items()]
    await world.setup({"braze": {"sessions": sessions}})


async def sign_up(world: WorldClient, name: str) -> str:
    """A guest's access token."""
    user = {
        "email": f"{name}@example.com",
        "password": "p@ssw0rd",
        "first_name": name.title(),
        "last_name": "Doe",
        "external_source": "customer_id",
        "external_source_id": name,
    }
    reply = await app(world, "POST", "/api2/mobile/users", {"user": user})
    await world.expect_equal(reply.status_code, 200, f"{name} is signed up")
    token: str = reply.json()["access_token"]["token"]
    return token


async def app(world: WorldClient, method: str, target: str, body: dict[str, Any] | None, token: str = "") -> Any:
    """A call of the app, with client and digest."""
    text = json.dumps({"client": world.punchh["client"], **(body or {})})
    signature = digest(world.punchh["secret"], target, text.encode(), "sha256")
    headers = {"Content-Type": "application/json", "x-pch-digest": signature}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    return await world.punchh.request(method, target, content=text, headers=headers)


async def purchase(world: WorldClient, name: str) -> None:
    """A check-in at the register."""
    now = (await world.clock())["now"]
    number = f"{name}-{now[:10]}"
    keys = world.punchh
    reply = await world.punchh.post(
        "/api/pos/checkins",
        headers={"Authorization": f"Token token={keys['location_key']}, btoken={keys['business_key']}"},
        json={
            "email": f"{name}@example.com",
            "receipt_amount": 9.5,
            "subtotal_amount": 9.5,
            "payable": 9.5,
            "receipt_datetime": now,
            "transaction_no": number,
            "punchh_key": number,
            "menu_items": [{"item_name": "Burger", "item_qty": 1, "item_amount": 9.5, "menu_item_type": "M"}],
        },
    )
    await world.expect_equal(reply.status_code, 200, f"the register checks {name} in")
    await world.settle()


async def given(world: WorldClient, tokens: dict[str, str], reward: str) -> list[str]:
    """Who has the reward, as often as they have it."""
    found = []
    for name, token in tokens.items():
        rewards = (await app(world, "GET", "/api2/mobile/offers", None, token)).json()["rewards"]
        found += [name for row in rewards if row["name"] == reward]
    return found


async def mails(world: WorldClient, campaign: str) -> Seen:
    """Day and reader of each mail of a campaign."""
    return [(message["at"][:10], message["user"]) for message in await world.outbox(campaign=campaign)]
