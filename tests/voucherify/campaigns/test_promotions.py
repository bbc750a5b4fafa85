"""Promotions: tiers of campaigns without codes."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send

TIER: dict[str, Any] = {"name": "ten", "action": {"discount": {"type": "PERCENT", "percent_off": 10}}}


async def promotion(world: WorldClient) -> Any:
    body = {"name": "P", "campaign_type": "PROMOTION", "promotion": {"tiers": [TIER]}}
    return await made(world, "POST", "/v1/campaigns", body)


async def test_tiers_may_be_made_with_the_campaign(world: WorldClient) -> None:
    campaign = await promotion(world)

    tier = campaign["promotion"]["tiers"][0]
    assert (campaign["vouchers_count"], campaign["promotion"]["total"]) == (None, 1)
    assert (tier["hierarchy"], tier["campaign_id"]) == (1, campaign["id"])
    assert "voucher" not in campaign


async def test_a_tier_is_redeemed_and_counted(world: WorldClient) -> None:
    tier = (await promotion(world))["promotion"]["tiers"][0]["id"]

    body = {"redeemables": [{"object": "promotion_tier", "id": tier}], "order": {"amount": 5000}}
    answer = await made(world, "POST", "/v1/redemptions", body)

    assert answer["order"]["total_amount"] == 4500
    assert answer["redemptions"][0]["related_object_type"] == "promotion_tier"
    summary = (await made(world, "GET", f"/v1/promotions/tiers/{tier}"))["summary"]
    assert summary == {
        "redemptions": {"total_redeemed": 1},
        "orders": {"total_amount": 5000, "total_discount_amount": 500},
    }


async def test_a_disabled_tier_is_refused(world: WorldClient) -> None:
    tier = (await promotion(world))["promotion"]["tiers"][0]["id"]
    await made(world, "POST", f"/v1/promotions/tiers/{tier}/disable")

    response = await send(world, "POST", f"/v1/promotions/tiers/{tier}/redemption", {"order": {"amount": 5000}})

    assert response.json()["key"] == "promotion_inactive"
    assert response.json()["details"] == f"Promotion Tier with id: {tier} is disabled."


async def test_tiers_are_added_changed_listed_and_deleted(world: WorldClient) -> None:
    await promotion(world)

    second = await made(world, "POST", "/v1/promotions/P/tiers", {**TIER, "name": "second"})
    changed = await made(world, "PUT", f"/v1/promotions/tiers/{second['id']}", {"banner": "Hello", "hierarchy": 5})
    tiers = await made(world, "GET", "/v1/promotions/P/tiers")
    await made(world, "DELETE", f"/v1/promotions/tiers/{second['id']}")

    assert (second["hierarchy"], changed["banner"], changed["hierarchy"]) == (2, "Hello", 5)
    assert [item["name"] for item in tiers["tiers"]] == ["ten", "second"]
    assert (await made(world, "GET", "/v1/promotions/tiers"))["total"] == 1
