"""A guest signs up: welcome mail from Braze, ten minutes later Punchh's gift, then the follow-up mail. [P1 P7 P12]

The adapter of Punchh tells Braze about the guest, whose profile sets off the welcome. The sign-up campaign of Punchh
waits ten minutes, so that the welcome is there first; its reward is told to Braze as the event `rewards`, which sets
off the follow-up.
"""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from stampcard.punchh.signing import digest

BODY = """{
    "client":"CLIENT",
    "user" : {
      "email": "example@braze.com",
      "password": "p@ssw0rd",
      "first_name":"Amit",
      "last_name":"K",
      "terms_and_conditions":"true",
      "anniversary":"2014-02-02",
      "zip_code":"94497",
      "birthday":"2004-02-02",
      "external_source":"customer_id",
      "external_source_id":"556644557788334412"
      }
}"""
"""The body of the sign-up call on the Punchh partner page; only the client is filled in."""

HEADERS = {
    "Content-Type": "application/json",
    "Accept-Timezone": "Etc/UTC",
    "Accept": "application/json",
    "Accept-Language": "en",
}
GUEST = "556644557788334412"

WELCOME = {
    "name": "Welcome",
    "delivery": "action_based",
    "triggers": [{"action": "change custom attribute value", "attribute": "punchh_user_id"}],
    "messages": {
        "email": {
            "from": "Stamps <hello@example.com>",
            "subject": "Welcome, {{${first_name}}}",
            "body": "Good to have you. Something is on its way to you.",
        }
    },
}
FOLLOW_UP = {
    "name": "Your gift is here",
    "delivery": "action_based",
    "triggers": [
        {
            "action": "perform custom event",
            "event": "rewards",
            "property_filters": [{"property": "campaign_name", "comparison": "equals", "value": "Sign-up gift"}],
        }
    ],
    "messages": {
        "email": {
            "from": "Stamps <hello@example.com>",
            "subject": "{{event_properties.${name}}} is yours",
            "body": "Use it until {{event_properties.${expiring_at}}}.",
        }
    },
}


async def play(world: WorldClient) -> None:
    await world.say("In Punchh: a sign-up campaign that gives French Fries ten minutes after the sign-up.")
    await world.setup(
        {
            "punchh": {
                "redeemables": [{"name": "French Fries", "expiry_days": 30}],
                "campaigns": [
                    {
                        "name": "Sign-up gift",
                        "type": "sign_up",
                        "redeemable": "French Fries",
                        "run_delay_minutes": 10,
                    }
                ],
            }
        }
    )
    await world.say("In Braze: a welcome mail when the guest arrives, a follow-up mail when the reward does.")
    await world.setup({"braze": {"campaigns": [WELCOME, FOLLOW_UP]}})

    await switches(world)

    await world.say("The curl of the partner page, with a wrong digest first: nothing may be stored.")
    body = BODY.replace("CLIENT", world.punchh["client"])
    reply = await sign_up(world, body, "0" * 64)
    await world.expect_equal(reply.status_code, 412, "Punchh refuses the signature")

    await world.say("The curl of the partner page; host, client and secret are this world's.")
    reply = await sign_up(world, body, digest(world.punchh["secret"], "/api2/mobile/users", body.encode(), "sha256"))
    await world.expect_equal(reply.status_code, 200, "the guest is signed up: the refused call had taken nothing")
    await world.expect("token" in reply.json()["access_token"], "and has an access token")
    guest_id = reply.json()["user"]["user_id"]

    await world.settle()
    profile = await braze_profile(world)
    await world.expect_equal(
        profile["custom_attributes"]["punchh_user_id"],
        guest_id,
        "Braze knows the guest by external id and punchh_user_id",
    )
    await world.expect_equal(await subjects(world), ["Welcome, Amit"], "the welcome mail is out, and nothing else")

    await world.say("Nine minutes later nothing more has happened.")
    await world.advance("9m")
    await world.expect_equal(await subjects(world), ["Welcome, Amit"], "no gift before the run delay")

    await world.say("Ten minutes after the sign-up the gift runs.")
    await world.advance("1m")
    await world.settle()
    wanted = ["Welcome, Amit", "French Fries is yours"]
    await world.expect_equal(await subjects(world), wanted, "welcome, gift, follow-up, in this order")
    names = [event["name"] for event in (await braze_profile(world))["custom_events"]]
    await world.expect_equal(names, ["rewards"], "the reward is an event on the Braze profile")


async def switches(world: WorldClient) -> None:
    """P7: no event leaves before each switch is on."""
    adapter = {
        "name": "Braze",
        "description": "Guests and rewards to Braze",
        "admin_email": "admin@example.com",
        "adapter": "Braze",
        "endpoint": "https://rest.iad-01.braze.com",
        "api_key": world.braze["api_key"],
        "events": ["Guest", "Rewards"],
    }
    await world.say("Cockpit > Dashboard > Major Features: webhook management on.")
    await world.setup({"punchh": {"business": {"webhook_management": True}}})
    await world.say("Settings > Webhooks Manager > Configurations: show the adapters tab.")
    await world.setup({"punchh": {"business": {"show_adapters_tab": True}}})
    await world.say("Webhooks Manager > Adapters > Create Adapter: Braze, with the events Guest and Rewards. Submit.")
    await world.setup({"punchh": {"adapters": [adapter]}})


async def sign_up(world: WorldClient, body: str, signature: str) -> Any:
    headers = {**HEADERS, "x-pch-digest": signature}
    return await world.punchh.post("/api2/mobile/users", content=body, headers=headers)


async def braze_profile(world: WorldClient) -> Any:
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    reply = await world.braze.post("/users/export/ids", headers=headers, json={"external_ids": [GUEST]})
    return reply.json()["users"][0]


async def subjects(world: WorldClient) -> list[str]:
    return [mail["parts"]["subject"] for mail in await world.outbox(user=GUEST)]
