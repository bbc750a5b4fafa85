"""What a campaign came to, counted from what happened."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, publish, send
from tests.voucherify.loyalty.test_loyalties import member, program
from tests.voucherify.points.test_pending_points import waiting


async def summary(world: WorldClient, campaign: str, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = await made(world, "GET", f"/v1/campaigns/{campaign}/summary", params=query)
    assert found["campaign"]["name"] == campaign
    return found


async def test_coupons_count_uses_and_money(world: WorldClient) -> None:
    await discount_campaign(world, vouchers_count=3)
    code = (await publish(world, "Spring", "ann"))["voucher"]["code"]
    basket = {"redeemables": [{"object": "voucher", "id": code}], "customer": "ann", "order": {"amount": 5000}}
    await made(world, "POST", "/v1/validations", basket)
    redeemed = [await made(world, "POST", "/v1/redemptions", basket) for _ in range(2)]
    await made(world, "POST", f"/v1/vouchers/{code}/disable")
    await made(world, "POST", "/v1/validations", basket)
    await send(world, "POST", "/v1/redemptions", basket)
    await made(world, "POST", f"/v1/redemptions/{redeemed[0]['redemptions'][0]['id']}/rollback")
    unused = next(item for item in (await made(world, "GET", "/v1/vouchers"))["vouchers"] if item["code"] != code)
    await made(world, "DELETE", f"/v1/vouchers/{unused['code']}")

    found = await summary(world, "Spring")

    assert {name: value for name, value in found.items() if name not in ("object", "campaign")} == {
        "redemptions": 3,
        "redemptions_succeeded": 2,
        "redemptions_failed": 1,
        "rollbacks": 1,
        "rollbacks_succeeded": 1,
        "rollbacks_failed": 0,
        "validations": 2,
        "validations_succeeded": 1,
        "validations_failed": 1,
        "orders_amount": 10000,
        "orders_rolledback_amount": 5000,
        "vouchers_created": 3,
        "vouchers_deleted": 1,
        "publications": 1,
        "publications_succeeded": 1,
        "publications_failed": 0,
        "discounted_amount": 1000,
        "rolledback_discounted_amount": 500,
    }


async def test_days_limit_what_counts(world: WorldClient) -> None:
    await discount_campaign(world)
    await publish(world, "Spring", "ann")
    await world.advance("2d")
    await publish(world, "Spring", "bob")

    both = await summary(world, "Spring")
    first = await summary(world, "Spring", end_date="2026-01-15")
    later = await summary(world, "Spring", start_date="2026-01-16", end_date="2026-01-17")
    odd = await send(world, "GET", "/v1/campaigns/Spring/summary?start_date=soon")

    assert [found["publications"] for found in (both, first, later)] == [2, 1, 1]
    assert (odd.status_code, odd.json()["key"]) == (400, "invalid_query_params")


async def test_gift_cards_count_credits(world: WorldClient) -> None:
    gift = {"type": "GIFT_VOUCHER", "gift": {"amount": 10000}}
    body = {"name": "Gifts", "campaign_type": "GIFT_VOUCHERS", "type": "AUTO_UPDATE", "voucher": gift}
    await made(world, "POST", "/v1/campaigns", body)
    code = (await publish(world, "Gifts", "ann"))["voucher"]["code"]
    for amount in (500, -200):
        await made(world, "POST", f"/v1/vouchers/{code}/balance", {"amount": amount})
    basket = {"redeemables": [{"object": "voucher", "id": code, "gift": {"credits": 3000}}], "order": {"amount": 5000}}
    redeemed = await made(world, "POST", "/v1/redemptions", basket)
    await made(world, "POST", f"/v1/redemptions/{redeemed['redemptions'][0]['id']}/rollback")

    found = await summary(world, "Gifts")

    assert [found[name] for name in ("created_vouchers_amount", "amount_added", "amount_subtracted")] == [
        10000,
        500,
        200,
    ]
    assert [found[name] for name in ("amount_redeemed", "amount_rolledback", "amount_deleted")] == [3000, 3000, 0]


async def test_programs_count_points(world: WorldClient) -> None:
    code, _ = await waiting(world, days=1)
    bob = (await member(world, "bob"))["code"]
    body = {"points": 9, "expiration_type": "CUSTOM_DATE", "expiration_date": "2026-01-15"}
    await made(world, "POST", f"/v1/loyalties/members/{code}/balance", body)
    await made(world, "POST", f"/v1/loyalties/members/{code}/balance", {"points": 5})
    await made(world, "POST", f"/v1/loyalties/Club/members/{bob}/transfers", [{"code": code, "points": 3}])
    await world.advance("1d")

    found = await summary(world, "Club")

    names = ("points_added", "points_rewarded", "points_expired", "points_transferred_in", "points_transferred_out")
    assert [found[name] for name in names] == [14, 10, 6, 3, 3]
    pending = ("pending_points_added", "pending_points_activated", "pending_points_canceled")
    assert [found[name] for name in pending] == [10, 10, 0]


async def test_referral_programs_count_friends(world: WorldClient) -> None:
    voucher = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "AMOUNT", "amount_off": 100}}
    body = {"name": "Friends", "campaign_type": "REFERRAL_PROGRAM", "type": "AUTO_UPDATE", "voucher": voucher}
    await made(world, "POST", "/v1/campaigns", body)
    code = (await publish(world, "Friends", "ann"))["voucher"]["code"]
    await made(world, "POST", f"/v1/referrals/members/{code}/holders", {"holders": [{"source_id": "bob"}]})

    assert (await summary(world, "Friends"))["referred_customers"] == 1


async def test_an_empty_program_is_all_zeros(world: WorldClient) -> None:
    await program(world)

    found = await summary(world, "Club")

    assert {value for name, value in found.items() if name not in ("object", "campaign")} == {0}
