"""What a customer holds."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, publish, send


async def test_the_wallet_grows_with_publications(world: WorldClient) -> None:
    await discount_campaign(world)
    first = await publish(world, "Spring", "ann")
    await world.advance("1h")
    second = await publish(world, "Spring", "ann")

    wallet = await made(world, "GET", "/v1/customers/ann/redeemables")
    page = await made(world, "GET", "/v1/customers/ann/redeemables?limit=1&order=id")
    rest = await made(
        world, "GET", f"/v1/customers/ann/redeemables?order=id&starting_after_id={page['more_starting_after']}"
    )

    codes = [item["redeemable"]["voucher"]["code"] for item in wallet["data"]]
    assert codes == [second["voucher"]["code"], first["voucher"]["code"]]
    assert wallet["data"][1]["created_at"] == first["created_at"]
    assert wallet["data"][0]["holder_role"] == "OWNER" and wallet["total"] == 2
    assert page["has_more"] and page["data"][0] == wallet["data"][1] and rest["data"] == wallet["data"][:1]


async def test_each_says_whether_it_can_be_used(world: WorldClient) -> None:
    await discount_campaign(world)
    code = (await publish(world, "Spring", "ann"))["voucher"]["code"]

    async def status() -> str:
        wallet = await made(world, "GET", "/v1/customers/ann/redeemables")
        return str(wallet["data"][0]["redeemable"]["status"])

    assert await status() == "ACTIVE"
    await made(world, "PUT", f"/v1/vouchers/{code}", {"start_date": "2030-01-01"})
    assert await status() == "NOT_ACTIVE_YET"
    await made(world, "PUT", f"/v1/vouchers/{code}", {"start_date": None, "expiration_date": "2020-01-01"})
    assert await status() == "EXPIRED"
    await made(world, "POST", f"/v1/vouchers/{code}/disable")
    assert await status() == "DISABLED"


async def test_used_codes_and_empty_cards(world: WorldClient) -> None:
    value = {"discount": {"type": "AMOUNT", "amount_off": 1}, "redemption": {"quantity": 1}, "type": "DISCOUNT_VOUCHER"}
    await made(world, "POST", "/v1/vouchers/ONCE", value)
    await made(world, "POST", "/v1/vouchers/GIFT", {"type": "GIFT_VOUCHER", "gift": {"amount": 10}})
    for code in ("ONCE", "GIFT"):
        await made(world, "POST", "/v1/publications", {"voucher": code, "customer": "ann"})
        body = {"redeemables": [{"object": "voucher", "id": code}], "order": {"amount": 100}}
        await made(world, "POST", "/v1/redemptions", body)

    wallet = await made(world, "GET", "/v1/customers/ann/redeemables")

    found = {item["redeemable"]["voucher"]["code"]: item["redeemable"]["status"] for item in wallet["data"]}
    assert found == {"ONCE": "USED", "GIFT": "NO_BALANCE"}


async def test_friends_hold_the_code_that_referred_them(world: WorldClient) -> None:
    voucher = {"discount": {"type": "PERCENT", "percent_off": 5}}
    body = {"name": "R", "campaign_type": "REFERRAL_PROGRAM", "type": "AUTO_UPDATE", "voucher": voucher}
    await made(world, "POST", "/v1/campaigns", body)
    code = (await publish(world, "R", "ann"))["voucher"]["code"]
    await made(world, "POST", f"/v1/referrals/members/{code}/holders", {"holders": [{"source_id": "bob"}]})

    async def role(customer: str) -> str:
        wallet = await made(world, "GET", f"/v1/customers/{customer}/redeemables")
        return str(wallet["data"][0]["holder_role"])

    assert (await role("ann"), await role("bob")) == ("REFERRER", "REFEREE")


async def test_nobody_s_wallet(world: WorldClient) -> None:
    response = await send(world, "GET", "/v1/customers/nobody/redeemables")

    assert (response.status_code, response.json()["resource_type"]) == (404, "customer")
