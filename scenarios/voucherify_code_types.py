"""Discount coupon, gift card, loyalty card, referral code: each published and shown; the coupon is redeemed. [V5 V6]

The Connected Content snippet works with every kind of code. When a user redeems the code, the redemption stands in
Voucherify with the customer and the order.
"""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient

SNIPPET = """{% assign source_id = {{campaign.${api_id}}} | append: {{${user_id}}} %}
{% connected_content
    https://api.voucherify.io/v1/publications?cache_id={{source_id}}
    :method post
    :headers { "X-App-Id": "VOUCHERIFY-APP-ID", "X-App-Token": "VOUCHERIFY-APP-TOKEN" }
    :body campaign=CAMPAIGN&customer={{${user_id}}}&channel=Braze&source_id={{source_id}}
    :content_type application/json
    :save publication
%}{{publication.voucher.code}}"""

DISCOUNT = {"type": "PERCENT", "percent_off": 20}
KINDS: dict[str, dict[str, Any]] = {
    "Coupons": {
        "campaign_type": "DISCOUNT_COUPONS",
        "voucher": {"type": "DISCOUNT_VOUCHER", "discount": DISCOUNT, "redemption": {"quantity": 1}},
    },
    "Gift cards": {
        "campaign_type": "GIFT_VOUCHERS",
        "voucher": {"type": "GIFT_VOUCHER", "gift": {"amount": 2500, "balance": 2500}},
    },
    "Loyalty cards": {
        "campaign_type": "LOYALTY_PROGRAM",
        "voucher": {"type": "LOYALTY_CARD", "loyalty_card": {"points": 100}},
    },
    "Referral codes": {
        "campaign_type": "REFERRAL_PROGRAM",
        "voucher": {"type": "DISCOUNT_VOUCHER", "discount": DISCOUNT},
        "referral_program": {"conversion_event": "redemption"},
    },
}


async def play(world: WorldClient) -> None:
    keys = {"X-App-Id": world.voucherify["app_id"], "X-App-Token": world.voucherify["app_token"]}
    braze = {"Authorization": f"Bearer {world.braze['api_key']}"}
    ada = {"external_id": "ada", "email": "ada@example.com"}
    await world.braze.post("/users/track", headers=braze, json={"attributes": [ada]})

    codes: dict[str, str] = {}
    for name, kind in KINDS.items():
        await world.say(f"In Voucherify: a campaign of {name.lower()}; in Braze: an e-mail that shows one.")
        reply = await world.voucherify.post(
            "/v1/campaigns", headers=keys, json={"name": name, "type": "AUTO_UPDATE", "vouchers_count": 1, **kind}
        )
        await world.expect_equal(reply.status_code, 200, f"the campaign {name} is there")
        await world.settle()
        await world.setup({"braze": {"campaigns": [campaign(world, name, reply.json()["id"])]}})
        await world.settle()
        [mail] = await world.outbox(campaign=name)
        codes[name] = mail["parts"]["body"].strip()
        reply = await world.voucherify.get(f"/v1/vouchers/{codes[name]}", headers=keys)
        await world.expect_equal(
            reply.json()["type"], kind["voucher"]["type"], f"the mail shows {codes[name]}, a code of that kind"
        )
        await world.expect_equal(reply.json()["publish"]["count"], 1, "it is published once")

    code = codes["Coupons"]
    await world.note(f"coupon {code}", "one redemption left")
    await world.say("Ada redeems the coupon with an order over 120.00.")
    redemption = {
        "redeemables": [{"object": "voucher", "id": code}],
        "customer": {"source_id": "ada"},
        "order": {"source_id": "order-1", "amount": 12000},
    }
    reply = await world.voucherify.post("/v1/redemptions", headers=keys, json=redemption)
    await world.expect_equal(reply.status_code, 200, "Voucherify takes the redemption")
    await world.note(f"coupon {code}", "used up")
    await world.expect_equal(reply.json()["order"]["total_discount_amount"], 2400, "and gives 20 % of 12000: 2400")

    reply = await world.voucherify.get(f"/v1/vouchers/{code}/redemption", headers=keys)
    [entry] = reply.json()["redemption_entries"]
    await world.expect_equal(entry["result"], "SUCCESS", "the code's view shows one redemption")
    await world.expect_equal(entry["customer"]["source_id"], "ada", "by Ada")
    await world.expect_equal(entry["order"]["source_id"], "order-1", "with her order")

    await world.say("She tries once more.")
    reply = await world.voucherify.post("/v1/redemptions", headers=keys, json=redemption)
    await world.expect_equal(reply.status_code, 400, "the code is used up")
    await world.expect("quantity_exceeded" in reply.text, "and the answer says so", got=reply.text)


def campaign(world: WorldClient, name: str, source: str) -> dict[str, Any]:
    """A one-time e-mail campaign to everybody, launched at once."""
    filled = {
        "VOUCHERIFY-APP-ID": world.voucherify["app_id"],
        "VOUCHERIFY-APP-TOKEN": world.voucherify["app_token"],
        "CAMPAIGN": source,
    }
    body = SNIPPET
    for key, value in filled.items():
        body = body.replace(key, value)
    mail = {"from": "Stamps <hello@example.com>", "subject": name, "body": body}
    return {"name": name, "delivery": "scheduled", "schedule": {"at": "now"}, "messages": {"email": mail}}
