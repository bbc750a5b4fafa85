"""One person in all four systems gets one mail that uses data of each; every call knows its cause. [X1]

Ada signs up in the Punchh app, is a member of the Antavo program and becomes a Voucherify customer when Braze asks for
her code. The sign-up gift of Punchh sets off a mail with her gift, her loyalty points and her code.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.antavo.signing import Message, authorization, long_date
from stampcard.client import WorldClient
from stampcard.core.clock import parse_instant
from stampcard.punchh.signing import digest

PERSON = "ada-0001"

BODY = """{% connected_content
    https://api.voucherify.io/v1/publications
    :method post
    :headers { "X-App-Id": "VOUCHERIFY-APP-ID", "X-App-Token": "VOUCHERIFY-APP-TOKEN" }
    :body campaign=Welcome&customer={{${user_id}}}&channel=Braze&source_id={{${user_id}}}
    :content_type application/json
    :save publication
%}{{event_properties.${name}}}, {{custom_attribute.${loyalty_points}}} points, {{publication.voucher.code}}"""


async def play(world: WorldClient) -> None:
    await set_up(world)

    await world.say("Ada joins the loyalty program of Antavo and earns 40 points.")
    await antavo_event(world, "opt_in", {"first_name": "Ada"})
    await antavo_event(world, "point_add", {"points": 40})
    await world.settle()

    await world.say("Ada signs up in the Punchh app.")
    guest = {
        "email": "ada@example.com",
        "password": "p@ssw0rd",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "external_source": "customer_id",
        "external_source_id": PERSON,
    }
    body = json.dumps({"client": world.punchh["client"], "user": guest}, separators=(",", ":"))
    signature = digest(world.punchh["secret"], "/api2/mobile/users", body.encode(), "sha256")
    headers = {"Content-Type": "application/json", "x-pch-digest": signature}
    reply = await world.punchh.post("/api2/mobile/users", content=body, headers=headers)
    await world.expect_equal(reply.status_code, 200, "Punchh has a guest")
    await world.settle()

    await world.say("Ten minutes later the sign-up gift runs; its reward sets off the mail.")
    await world.advance("10m")
    await world.settle()
    [mail] = await world.outbox(user=PERSON)
    gift, points, code = mail["parts"]["body"].strip().split(", ")
    await world.expect_equal((gift, points), ("French Fries", "40 points"), "it has Punchh's gift and Antavo's points")
    await world.expect(code.startswith("HELLO-"), "and Voucherify's code", got=code)
    keys = {"X-App-Id": world.voucherify["app_id"], "X-App-Token": world.voucherify["app_token"]}
    reply = await world.voucherify.get(f"/v1/customers/{PERSON}", headers=keys)
    await world.expect_equal(reply.status_code, 200, "Voucherify knows her as a customer")

    await world.say("The timeline read backwards: why was Voucherify asked?")
    chain = await causes(world, (await world.journal(operation="create-publication"))[-1])
    who = [entry["vendor"] for entry in chain]
    told = " <- ".join(f"{entry['vendor']} {entry['operation'] or entry['summary']}" for entry in chain)
    await world.expect(who[0] == "voucherify" and "braze" in who and who[-1] == "punchh", told, got=who)
    await world.expect_equal(chain[-1]["operation"], "mobile_users__post", "it goes back to Ada's own sign-up call")


async def set_up(world: WorldClient) -> None:
    await world.say("In Voucherify: a campaign. In Punchh: a sign-up gift and the Braze adapter.")
    keys = {"X-App-Id": world.voucherify["app_id"], "X-App-Token": world.voucherify["app_token"]}
    voucher = {
        "type": "DISCOUNT_VOUCHER",
        "discount": {"type": "PERCENT", "percent_off": 10},
        "code_config": {"length": 6, "prefix": "HELLO-"},
    }
    campaign = {"name": "Welcome", "campaign_type": "DISCOUNT_COUPONS", "vouchers_count": 1, "voucher": voucher}
    await world.voucherify.post("/v1/campaigns", headers=keys, json=campaign)
    adapter = {
        "name": "Braze",
        "adapter": "Braze",
        "endpoint": "https://rest.iad-01.braze.com",
        "api_key": world.braze["api_key"],
        "events": ["Guest", "Rewards"],
    }
    gift = {"name": "Sign-up gift", "type": "sign_up", "redeemable": "French Fries", "run_delay_minutes": 10}
    await world.setup(
        {
            "punchh": {
                "business": {"webhook_management": True, "show_adapters_tab": True},
                "redeemables": [{"name": "French Fries", "expiry_days": 30}],
                "campaigns": [gift],
                "adapters": [adapter],
            }
        }
    )
    await world.say("In Antavo: points mapped to Braze. In Braze: a mail that the reward sets off.")
    filled = BODY.replace("VOUCHERIFY-APP-ID", keys["X-App-Id"]).replace("VOUCHERIFY-APP-TOKEN", keys["X-App-Token"])
    mail = {"from": "Stamps <hello@example.com>", "subject": "For you, {{${first_name}}}", "body": filled}
    reward = {"action": "perform custom event", "event": "rewards"}
    await world.setup(
        {
            "braze": {
                "campaigns": [
                    {"name": "Gift", "delivery": "action_based", "triggers": [reward], "messages": {"email": mail}}
                ]
            },
            "antavo": {
                "braze": {
                    "instance_url": "https://rest.iad-01.braze.com",
                    "api_token": world.braze["api_key"],
                    "app_identifier": world.braze["app_id"],
                    "fields": [{"loyalty_field": "spendable", "remote_field": "loyalty_points"}],
                }
            },
        }
    )


async def antavo_event(world: WorldClient, action: str, data: dict[str, Any]) -> None:
    body = json.dumps({"customer": PERSON, "action": action, "data": data}, separators=(",", ":")).encode()
    now = parse_instant((await world.clock())["now"])
    signed = [("Date", long_date(now)), ("Host", world.antavo.url.partition("://")[2])]
    keys = world.antavo.credentials
    signature = authorization(
        Message("POST", "/events", signed, body),
        key=keys["api_key"],
        secret=keys["api_secret"],
        stack=keys["stack"],
        at=now,
    )
    headers = {"Date": signed[0][1], "Authorization": signature, "Content-Type": "application/json"}
    reply = await world.antavo.post("/events", content=body, headers=headers)
    await world.expect_equal(reply.status_code, 200, f"Antavo takes the event {action}")


async def causes(world: WorldClient, entry: dict[str, Any]) -> list[dict[str, Any]]:
    """An entry and what caused it, back to the first."""
    by_id = {row["id"]: row for row in await world.journal()}
    chain = [entry]
    while chain[-1]["cause"] in by_id:
        chain.append(by_id[chain[-1]["cause"]])
    return chain
