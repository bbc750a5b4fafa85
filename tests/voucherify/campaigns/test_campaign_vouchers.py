"""Codes that are added to a campaign."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, send


async def test_adding_one_code_answers_it_and_adding_more_does_not(world: WorldClient) -> None:
    await discount_campaign(world)

    one = await send(world, "POST", "/v1/campaigns/Spring/vouchers", {"metadata": {"shop": 7}})
    more = await send(world, "POST", "/v1/campaigns/Spring/vouchers?vouchers_count=3")
    await world.settle()

    assert one.status_code == 200 and one.json()["metadata"] == {"shop": 7}
    assert more.status_code == 202 and more.json().keys() == {"async_action_id"}
    assert (await made(world, "GET", "/v1/campaigns/Spring"))["vouchers_count"] == 4


async def test_a_personal_code_is_added_without_a_body(world: WorldClient) -> None:
    await discount_campaign(world)

    voucher = await made(world, "POST", "/v1/campaigns/Spring/vouchers/ANN-2026")

    assert (voucher["code"], voucher["campaign"]) == ("ANN-2026", "Spring")
