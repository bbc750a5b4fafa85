"""Promotion stacks: their life, and what becomes of them when they are validated and redeemed."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send


async def promotion(world: WorldClient, name: str = "Sale", *amounts: int) -> tuple[str, list[str]]:
    """A promotion with a tier for each amount off; its id and theirs."""
    discounts = [{"type": "AMOUNT", "amount_off": amount} for amount in amounts]
    tiers = [{"name": str(discount["amount_off"]), "action": {"discount": discount}} for discount in discounts]
    body = {"name": name, "campaign_type": "PROMOTION", "promotion": {"tiers": tiers}}
    campaign = await made(world, "POST", "/v1/campaigns", body)
    return campaign["id"], [tier["id"] for tier in campaign["promotion"]["tiers"]]


async def stack(world: WorldClient, campaign: str, ids: list[str], **more: Any) -> dict[str, Any]:
    body = {"name": "All", "tiers": {"ids": ids}, **more}
    created: dict[str, Any] = await made(world, "POST", f"/v1/promotions/{campaign}/stacks", body)
    return created


async def test_a_stack_is_created_read_changed_and_deleted(world: WorldClient) -> None:
    campaign, (first, second) = await promotion(world, "Sale", 100, 200)

    created = await stack(world, campaign, [first, second])
    place = f"/v1/promotions/Sale/stacks/{created['id']}"
    changed = await made(world, "PUT", place, {"name": "One", "tiers": {"ids": [second]}})

    assert created["tiers"] == {"ids": [first, second], "hierarchy_mode": "MANUAL"} and "updated_at" not in created
    assert (changed["name"], changed["tiers"]["ids"], "updated_at" in changed) == ("One", [second], True)
    assert await made(world, "GET", place) == changed
    await made(world, "DELETE", place)
    assert (await send(world, "GET", place)).json()["details"] == f"Cannot find promotion_stack with id {created['id']}"
    assert (await made(world, "GET", f"/v1/promotions/tiers/{first}"))["id"] == first


async def test_lists_are_of_all_campaigns_or_of_one(world: WorldClient) -> None:
    sale, (one,) = await promotion(world, "Sale", 100)
    other, (two,) = await promotion(world, "Other", 100)
    made_first = await stack(world, sale, [one])
    await world.advance(60)
    made_second = await stack(world, other, [two])

    whole = await made(world, "GET", "/v1/promotions/stacks")
    early = await made(world, "GET", f"/v1/promotions/stacks?[created_at][before]={made_second['created_at']}")
    own = await made(world, "GET", "/v1/promotions/Sale/stacks")

    assert whole["data"] == [made_second, made_first]
    assert early["data"] == own["data"] == [made_first]


async def test_a_stack_is_redeemed_tier_by_tier_in_its_own_order(world: WorldClient) -> None:
    campaign, (first, second) = await promotion(world, "Sale", 100, 200)
    created = await stack(world, campaign, [second, first])
    body = {"redeemables": [{"object": "promotion_stack", "id": created["id"]}], "order": {"amount": 1000}}

    valid = await made(world, "POST", "/v1/validations", body)
    redeemed = await made(world, "POST", "/v1/redemptions", body)

    assert [item["id"] for item in valid["redeemables"]] == [second, first]
    assert [item["promotion_tier"]["id"] for item in redeemed["redemptions"]] == [second, first]
    assert redeemed["order"]["total_amount"] == 700
    assert (await made(world, "GET", f"/v1/promotions/tiers/{first}"))["summary"]["redemptions"]["total_redeemed"] == 1


async def test_tiers_of_another_campaign_cannot_be_stacked(world: WorldClient) -> None:
    campaign, _ = await promotion(world, "Sale", 100)
    _, (foreign,) = await promotion(world, "Other", 100)

    response = await send(
        world, "POST", f"/v1/promotions/{campaign}/stacks", {"name": "S", "tiers": {"ids": [foreign]}}
    )

    assert (response.status_code, response.json()["details"]) == (404, f"Cannot find promotion_tier with id {foreign}")


async def test_a_deleted_campaign_takes_tiers_and_stacks_along(world: WorldClient) -> None:
    campaign, ids = await promotion(world, "Sale", 100)
    created = await stack(world, campaign, ids)

    await made(world, "DELETE", f"/v1/campaigns/{campaign}")

    assert (await made(world, "GET", "/v1/promotions/stacks"))["total"] == 0
    body = {"redeemables": [{"object": "promotion_stack", "id": created["id"]}], "order": {"amount": 1000}}
    assert (await send(world, "POST", "/v1/redemptions", body)).status_code == 404
    body["redeemables"] = [{"object": "promotion_tier", "id": ids[0]}]
    assert (await send(world, "POST", "/v1/redemptions", body)).status_code == 404
