"""A partner answers 429, 500, too slowly or not at all in the middle of a send: nothing is lost, nothing twice. [X2]

Connected Content without `:retry` sends the mail without a code, with it the message waits and is tried again.
Webhooks and the Punchh adapter are repeated on their own ladders. Every attempt stands in the journal.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.client import WorldClient
from stampcard.punchh.signing import digest

USERS = [f"user-{number}" for number in range(6)]

BODY = """{% connected_content
    https://api.voucherify.io/v1/publications
    :method post
    :headers { "X-App-Id": "VOUCHERIFY-APP-ID", "X-App-Token": "VOUCHERIFY-APP-TOKEN" }
    :body campaign=Spring&customer={{${user_id}}}&channel=Braze&source_id={{${user_id}}}
    :content_type application/json
    :save publication
    RETRY
%}code: {{publication.voucher.code}}"""

TROUBLES: list[dict[str, Any]] = [{"status": 429}, {"status": 500}, {"delay": "5s"}, {"drop": True}]


async def play(world: WorldClient) -> None:
    keys = {"X-App-Id": world.voucherify["app_id"], "X-App-Token": world.voucherify["app_token"]}
    braze = {"Authorization": f"Bearer {world.braze['api_key']}"}
    await world.say("A Voucherify campaign, six users in Braze.")
    voucher = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10}}
    campaign = {"name": "Spring", "campaign_type": "DISCOUNT_COUPONS", "vouchers_count": 20, "voucher": voucher}
    await world.voucherify.post("/v1/campaigns", headers=keys, json=campaign)
    people = [{"external_id": name, "email": f"{name}@example.com"} for name in USERS]
    await world.braze.post("/users/track", headers=braze, json={"attributes": people})
    await world.settle()

    await without_retry(world)
    await with_retry(world)
    await published_once(world, keys)
    await the_adapter(world)


async def without_retry(world: WorldClient) -> None:
    await world.say("Voucherify answers 500 twice. The mail has no :retry: Braze sends it, without a code.")
    await world.faults({"vendor": "voucherify", "status": 500, "times": 2})
    await world.setup({"braze": {"campaigns": [mail(world, "No retry", retry=False)]}})
    await world.settle()
    bodies = [message["parts"]["body"].strip() for message in await world.outbox(campaign="No retry")]
    await world.expect_equal(bodies.count("code:"), 2, "two mails went out without a code")
    await world.expect_equal(len(bodies), len(USERS), "and nobody was left out")


async def with_retry(world: WorldClient) -> None:
    for number, trouble in enumerate(TROUBLES):
        name = f"Retry {number}"
        await world.say(f"The same with :retry, and Voucherify in trouble twice: {json.dumps(trouble)}")
        await world.faults({"vendor": "voucherify", "operation": "create-publication", "times": 2, **trouble})
        before = len(await world.journal(vendor="voucherify", operation="create-publication"))
        await world.setup({"braze": {"campaigns": [mail(world, name, retry=True)]}})
        await world.settle()
        await world.advance("1h")
        await world.settle()
        messages = await world.outbox(campaign=name)
        sent = [message["user"] for message in messages if message["status"] == "sent"]
        await world.expect_equal(sorted(sent), USERS, "every user got the mail, once")
        codes = {message["parts"]["body"].strip() for message in messages}
        await world.expect("code:" not in codes and len(codes) == len(USERS), "each with a code", got=sorted(codes))
        attempts = len(await world.journal(vendor="voucherify", operation="create-publication")) - before
        await world.expect_equal(attempts, len(USERS) + 2, "two attempts failed, and each was made once more")


async def published_once(world: WorldClient, keys: dict[str, str]) -> None:
    await world.say("After all these mails: how many codes did each user use up?")
    for name in USERS:
        reply = await world.voucherify.get("/v1/publications", headers=keys, params={"customer": name})
        await world.expect_equal(
            reply.json()["total"], 1, f"{name} has one code: source_id held, also after a time-out"
        )


async def the_adapter(world: WorldClient) -> None:
    await world.say("Braze is down for Punchh's adapter: three answers 503, then it works.")
    adapter = {
        "name": "Braze",
        "adapter": "Braze",
        "endpoint": "https://rest.iad-01.braze.com",
        "api_key": world.braze["api_key"],
        "events": ["Guest"],
    }
    switches = {"webhook_management": True, "show_adapters_tab": True}
    await world.setup({"punchh": {"business": switches, "adapters": [adapter]}})
    await world.faults({"vendor": "braze", "operation": "users_track", "status": 503, "times": 3})
    guest = {
        "email": "guest@example.com",
        "password": "p@ssw0rd",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "external_source": "customer_id",
        "external_source_id": "guest-1",
    }
    body = json.dumps({"client": world.punchh["client"], "user": guest}, separators=(",", ":"))
    headers = {
        "Content-Type": "application/json",
        "x-pch-digest": digest(world.punchh["secret"], "/api2/mobile/users", body.encode(), "sha256"),
    }
    reply = await world.punchh.post("/api2/mobile/users", content=body, headers=headers)
    await world.expect_equal(reply.status_code, 200, "the guest is signed up meanwhile")
    await world.settle()
    await world.advance("10m")
    await world.settle()
    calls = [c for c in await world.journal(vendor="braze", operation="users_track") if c["caller"] == "punchh"]
    await world.expect_equal(
        [call["status"] for call in calls], [503, 503, 503, 201], "four attempts, the last one took"
    )
    times = [call["at"][11:19] for call in calls]
    await world.expect(times == sorted(set(times)), "each later than the one before: a ladder of waits", got=times)
    key = {"Authorization": f"Bearer {world.braze['api_key']}"}
    reply = await world.braze.post("/users/export/ids", headers=key, json={"external_ids": ["guest-1"]})
    await world.expect_equal(len(reply.json()["users"]), 1, "Braze has the guest")


def mail(world: WorldClient, name: str, *, retry: bool) -> dict[str, Any]:
    """A one-time e-mail campaign to everybody, launched at once."""
    body = BODY.replace("VOUCHERIFY-APP-ID", world.voucherify["app_id"])
    body = body.replace("VOUCHERIFY-APP-TOKEN", world.voucherify["app_token"])
    body = body.replace("RETRY", ":retry" if retry else "")
    content = {"from": "Stamps <hello@example.com>", "subject": name, "body": body}
    return {"name": name, "delivery": "scheduled", "schedule": {"at": "now"}, "messages": {"email": content}}
