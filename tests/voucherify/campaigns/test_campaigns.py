"""Campaigns: generation in the background, changes that reach codes, deletion."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, publish, send

VOUCHERS: dict[str, dict[str, Any]] = {
    "DISCOUNT_COUPONS": {"type": "DISCOUNT_VOUCHER", "discount": {"type": "AMOUNT", "amount_off": 500}},
    "GIFT_VOUCHERS": {"type": "GIFT_VOUCHER", "gift": {"amount": 10000}},
    "LOYALTY_PROGRAM": {"type": "LOYALTY_CARD", "loyalty_card": {"points": 100}},
    "REFERRAL_PROGRAM": {"discount": {"type": "PERCENT", "percent_off": 10}},
}


@pytest.mark.parametrize("kind", VOUCHERS)
async def test_a_campaign_of_every_type_publishes_its_kind_of_code(world: WorldClient, kind: str) -> None:
    body = {"name": "C", "campaign_type": kind, "type": "AUTO_UPDATE", "voucher": VOUCHERS[kind]}
    await made(world, "POST", "/v1/campaigns", body)

    voucher = (await publish(world, "C", "ann"))["voucher"]

    block = {"GIFT_VOUCHERS": "gift", "LOYALTY_PROGRAM": "loyalty_card"}.get(kind, "discount")
    assert voucher[block] is not None
    assert voucher["is_referral_code"] is (kind == "REFERRAL_PROGRAM")
    assert [name for name in ("discount", "gift", "loyalty_card") if voucher[name]] == [block]


async def test_the_type_is_taken_from_the_voucher(world: WorldClient) -> None:
    campaign = await made(world, "POST", "/v1/campaigns", {"name": "G", "voucher": VOUCHERS["GIFT_VOUCHERS"]})

    assert (campaign["campaign_type"], campaign["type"]) == ("GIFT_VOUCHERS", "STATIC")


async def test_many_codes_are_made_by_the_clock(world: WorldClient) -> None:
    voucher = VOUCHERS["DISCOUNT_COUPONS"]
    begun = await made(world, "POST", "/v1/campaigns", {"name": "C", "vouchers_count": 250, "voucher": voucher})
    assert (begun["vouchers_count"], begun["creation_status"]) == (0, "IN_PROGRESS")

    await world.settle()

    done = await made(world, "GET", "/v1/campaigns/C")
    assert (done["vouchers_count"], done["creation_status"]) == (250, "DONE")
    assert (await made(world, "GET", "/v1/vouchers?campaign=C"))["total"] == 250


async def test_a_change_of_dates_reaches_codes_that_nobody_has(world: WorldClient) -> None:
    await discount_campaign(world, vouchers_count=2)
    taken = (await publish(world, "Spring", "ann"))["voucher"]["code"]

    await made(world, "PUT", "/v1/campaigns/Spring", {"expiration_date": "2026-12-31"})
    await world.settle()

    codes = (await made(world, "GET", "/v1/vouchers?campaign=Spring"))["vouchers"]
    dates = {item["code"] == taken: item["expiration_date"] for item in codes}
    assert dates == {True: None, False: "2026-12-31T00:00:00.000Z"}


async def test_a_null_date_clears_it(world: WorldClient) -> None:
    await discount_campaign(world, expiration_date="2026-12-31T10:00:00+02:00")

    campaign = await made(world, "PUT", "/v1/campaigns/Spring", {"expiration_date": None})

    assert "expiration_date" not in campaign


async def test_deleting_a_campaign_deletes_its_codes_by_the_clock(world: WorldClient) -> None:
    await discount_campaign(world, vouchers_count=2)
    code = (await publish(world, "Spring", "ann"))["voucher"]["code"]

    answer = await send(world, "DELETE", "/v1/campaigns/Spring")
    await world.settle()

    assert answer.status_code == 202 and answer.json()["async_action_id"].startswith("aa_")
    assert (await send(world, "GET", f"/v1/vouchers/{code}")).status_code == 404
    assert (await made(world, "GET", "/v1/vouchers"))["total"] == 0


async def test_pages_and_filters_of_the_list(world: WorldClient) -> None:
    for number in range(3):
        await discount_campaign(world, f"C{number}")
    await made(world, "POST", "/v1/campaigns", {"name": "G", "voucher": VOUCHERS["GIFT_VOUCHERS"]})

    gifts = await made(world, "GET", "/v1/campaigns?campaign_type=GIFT_VOUCHERS")
    second = await made(world, "GET", "/v1/campaigns?limit=3&page=2")
    named = await made(world, "GET", "/v1/campaigns?filters[name][conditions][$in][0]=C1")

    assert [item["name"] for item in gifts["campaigns"]] == ["G"]
    assert (second["total"], [item["name"] for item in second["campaigns"]]) == (4, ["C0"])
    assert [item["name"] for item in named["campaigns"]] == ["C1"]


@pytest.mark.parametrize(("given", "told"), [("10", True), ("2026-01-15T00:00:00Z", False)])
async def test_a_date_filtered_by_a_number_is_told(world: WorldClient, given: str, told: bool) -> None:
    """Nobody published what the vendor makes of it."""
    path = f"/v1/campaigns?filters[created_at][conditions][$more_than][0]={given}"
    diagnostics = (await send(world, "GET", path)).headers.get("x-stampcard-diagnostics", "")
    assert ("date-and-number /filters[created_at]" in diagnostics) is told
