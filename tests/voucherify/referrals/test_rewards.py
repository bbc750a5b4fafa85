"""What referring brings to the friend and to the referrer."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made, publish, send

TEN = {"type": "AMOUNT", "amount_off": 1000}


async def gifts(world: WorldClient) -> str:
    gift = {"type": "GIFT_VOUCHER", "gift": {"amount": 0}}
    body = {
        "name": "Gifts",
        "campaign_type": "GIFT_VOUCHERS",
        "type": "AUTO_UPDATE",
        "join_once": True,
        "voucher": gift,
    }
    campaign: str = (await made(world, "POST", "/v1/campaigns", body))["id"]
    return campaign


def friends(**program: Any) -> dict[str, Any]:
    voucher = {"type": "DISCOUNT_VOUCHER", "discount": TEN, "is_referral_code": True}
    body = {"name": "Friends", "campaign_type": "REFERRAL_PROGRAM", "type": "AUTO_UPDATE", "voucher": voucher}
    return {**body, **({"referral_program": program} if program else {})}


async def redeem(world: WorldClient, code: str, who: str) -> Any:
    row = {"object": "voucher", "id": code}
    body = {"redeemables": [row], "customer": {"source_id": who}, "order": {"amount": 5000}}
    return await made(world, "POST", "/v1/redemptions", body)


async def credits(world: WorldClient, who: str) -> int:
    found = (await made(world, "GET", f"/v1/vouchers?customer={who}&campaign=Gifts"))["vouchers"]
    return sum(item["gift"]["balance"] for item in found)


async def test_a_friend_is_rewarded_once(world: WorldClient) -> None:
    parent = {"id": await gifts(world)}
    reward = {"related_object_parent": parent, "type": "GIFT_VOUCHER", "amount": 700}
    campaign = await made(world, "POST", "/v1/campaigns", friends(referee_reward=reward))
    code = (await publish(world, "Friends", "ann"))["voucher"]["code"]

    await redeem(world, code, "bob")
    await redeem(world, code, "bob")

    named = {"id": parent["id"], "name": "Gifts", "object": "CAMPAIGN"}
    assert campaign["referral_program"]["referee_reward"]["related_object_parent"] == named
    assert await credits(world, "bob") == 700
    told = [
        item
        for item in (await made(world, "GET", "/v1/customers/bob/activity?limit=100"))["data"]
        if item["type"] == "customer.rewarded"
    ]
    assert [item["data"]["balance"]["amount"] for item in told] == [700]
    assert told[0]["data"]["holder"]["source_id"] == "ann"
    ann, bob = [await made(world, "GET", f"/v1/customers/{who}") for who in ("ann", "bob")]
    assert ann["loyalty"]["referred_customers"] == 1
    assert bob["referrals"]["total"] == 1


async def test_a_custom_event_may_be_what_counts(world: WorldClient) -> None:
    reward = {"related_object_parent": {"id": await gifts(world)}, "type": "GIFT_VOUCHER", "amount": 700}
    program = {"conversion_event_type": "custom_event", "custom_event": {"name": "joined"}, "referee_reward": reward}
    await made(world, "POST", "/v1/campaigns", friends(**program))
    code = (await publish(world, "Friends", "ann"))["voucher"]["code"]

    await redeem(world, code, "bob")
    before = await credits(world, "bob")
    await made(world, "POST", "/v1/events", {"event": "left", "customer": "bob", "referral": {"code": code}})
    other = await credits(world, "bob")
    answer = await made(world, "POST", "/v1/events", {"event": "joined", "customer": "bob"})
    new = {"event": "joined", "customer": {"source_id": "cy"}, "referral": {"code": code}}
    named = await made(world, "POST", "/v1/events", new)

    assert (before, other, await credits(world, "bob"), await credits(world, "cy")) == (0, 0, 700, 700)
    assert (answer["referral"], named["referral"]) == (None, {"code": code})
    holders = (await made(world, "GET", f"/v1/referrals/members/{code}/holders"))["data"]
    assert [item["holder_role"] for item in holders] == ["REFERRER", "REFEREE", "REFEREE"]


async def test_referrers_are_rewarded_by_tiers_of_the_dashboard(world: WorldClient) -> None:
    await gifts(world)
    each = {"name": "Each", "reward": {"campaign": "Gifts", "type": "GIFT_VOUCHER", "amount": 100}}
    three = {"name": "Three", "minimum": 3, "reward": {"campaign": "Gifts", "type": "GIFT_VOUCHER", "amount": 5000}}
    await world.setup({"voucherify": {"campaigns": [{**friends(), "referral_tiers": [each, three]}]}})
    code = (await publish(world, "Friends", "ann"))["voucher"]["code"]

    seen = []
    for who in ("bob", "bob", "cy", "dee", "eve"):
        await redeem(world, code, who)
        seen.append(await credits(world, "ann"))

    assert seen == [100, 100, 200, 5300, 5400]


async def test_a_reward_comes_from_a_campaign_that_has_it(world: WorldClient) -> None:
    parent = {"id": await gifts(world)}
    points = {"related_object_parent": parent, "type": "LOYALTY_CARD", "amount": 1}
    nowhere = {"related_object_parent": {"id": "camp_nope"}, "type": "GIFT_VOUCHER", "amount": 1}

    wrong = await send(world, "POST", "/v1/campaigns", friends(referee_reward=points))
    unknown = await send(world, "POST", "/v1/campaigns", friends(referee_reward=nowhere))
    bare = await send(world, "POST", "/v1/campaigns", friends(referee_reward={"type": "GIFT_VOUCHER", "amount": 1}))

    assert (wrong.json()["key"], unknown.json()["key"], bare.json()["key"]) == (
        "invalid_campaign",
        "not_found",
        "invalid_payload",
    )
    assert (await made(world, "GET", "/v1/campaigns?campaign_type=REFERRAL_PROGRAM"))["total"] == 0
