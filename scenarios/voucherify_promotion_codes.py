"""Codes exported from Voucherify as CSV, uploaded to a Braze promotion-code list, one taken by each send. [V12]

The header row is removed, the file uploaded, the snippet put into an e-mail. No code is given twice; an alert tells
when few are left, and an empty list stops the send.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from stampcard.client import WorldClient

CAMPAIGN = "2f3a9b1c-8d4e-4f6a-9b0c-1d2e3f4a5b6c"


async def play(world: WorldClient) -> None:
    await world.say("In Voucherify: a campaign of five codes, exported with the column Code.")
    voucher = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10}}
    campaign = {"name": "Spring", "campaign_type": "DISCOUNT_COUPONS", "vouchers_count": 5, "voucher": voucher}
    await call(world, "POST", "/v1/campaigns", campaign)
    await world.settle()
    wanted = {"exported_object": "voucher", "parameters": {"fields": ["code"]}}
    export = (await call(world, "POST", "/v1/exports", wanted)).json()
    await world.settle()
    done = (await call(world, "GET", f"/v1/exports/{export['id']}")).json()
    await world.expect_equal(done["status"], "DONE", "the export is done")
    place = urlsplit(done["result"]["url"])
    headers = {"Host": place.netloc}
    file = await world.voucherify.get(f"{place.path}?{place.query}", headers=headers)
    heading, *codes = file.text.split()
    await world.expect_equal((heading, len(codes)), ("Code", 5), "the file has a header row and five codes")

    await world.say("The header row is removed. In Braze: Promotion Codes > Create, snippet `spring`, upload, Save.")
    people = [{"external_id": name, "email": f"{name}@example.com"} for name in ("ada", "bob", "cy")]
    await world.braze.post("/users/track", headers=key(world), json={"attributes": people})
    listed = {
        "name": "Spring codes",
        "snippet": "spring",
        "expires_at": "2026-04-01T00:00:00Z",
        "csv": "\n".join(codes),
        "alerts": {"recipient": "marketing@example.com", "remaining_below": 3, "expires_within_days": 7},
    }
    mail = {
        "name": "Spring",
        "id": CAMPAIGN,
        "delivery": "api_triggered",
        "re_eligibility": "immediately",
        "messages": {
            "email": {
                "from": "Stamps <hello@example.com>",
                "subject": "Spring",
                "body": "{% promotion('spring') %}",
            }
        },
    }
    await world.setup({"braze": {"promotion_code_lists": [listed], "campaigns": [mail]}})

    await world.say("Three users get the mail.")
    await send(world, "ada", "bob", "cy")
    first = await shown(world)
    await world.expect_equal(len(set(first)), 3, "each has a code of its own")
    await world.expect(set(first) <= set(codes), "and each is one of Voucherify's")

    await world.say("A day passes; two codes are left, fewer than the threshold.")
    await world.advance("1d")
    await world.settle()
    alerts = await world.outbox(user="marketing@example.com")
    await world.expect_equal(len(alerts), 1, "an alert tells whoever minds the list")

    await world.say("Three more sends: two codes are left for them.")
    await send(world, "ada", "bob", "cy")
    every = await shown(world)
    await world.expect_equal(sorted(every), sorted(codes), "all five codes are out, none twice")
    stopped = [m for m in await world.outbox(campaign="Spring") if m["status"] == "aborted"]
    await world.expect_equal(len(stopped), 1, "the list is empty: the last send is stopped")
    await world.expect(bool(stopped[0]["reason"]), f"and says why: {stopped[0]['reason']}")

    await world.say("A week before the list expires there is another alert.")
    await world.set_clock("2026-03-26T10:00:00Z")
    await world.settle()
    told = [alert["parts"]["body"] for alert in await world.outbox(user="marketing@example.com")]
    await world.expect(any("within 7 days" in text for text in told), "it says that the codes expire", got=told[-1])


async def send(world: WorldClient, *users: str) -> None:
    recipients = [{"external_user_id": name} for name in users]
    body = {"campaign_id": CAMPAIGN, "recipients": recipients}
    reply = await world.braze.post("/campaigns/trigger/send", headers=key(world), json=body)
    await world.expect_equal(reply.status_code, 201, "Braze takes the send")
    await world.settle()


async def shown(world: WorldClient) -> list[str]:
    """The codes in all mails that went out."""
    messages = await world.outbox(campaign="Spring")
    return [message["parts"]["body"] for message in messages if message["status"] == "sent"]


async def call(world: WorldClient, method: str, path: str, body: Any = None) -> Any:
    keys = {"X-App-Id": world.voucherify["app_id"], "X-App-Token": world.voucherify["app_token"]}
    return await world.voucherify.request(method, path, headers=keys, json=body)


def key(world: WorldClient) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.braze['api_key']}"}
