"""Qualifications: who is shown what, in which scenario, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, publish
from tests.voucherify.campaigns.test_promotion_stacks import promotion, stack

MUG = {"product_id": "mug", "quantity": 1, "price": 1000}


async def ask(world: WorldClient, **body: Any) -> dict[str, Any]:
    found: dict[str, Any] = await made(world, "POST", "/v1/qualifications", body)
    return found


async def ids(world: WorldClient, **body: Any) -> list[str]:
    options = {"limit": 50, **body.pop("options", {})}
    return [item["id"] for item in (await ask(world, options=options, **body))["redeemables"]["data"]]


async def rule(world: WorldClient, name: str, conditions: dict[str, Any], **more: Any) -> str:
    rules = {"1": {"name": name, "conditions": conditions, **more.pop("rule", {})}, "logic": "1"}
    created = await made(world, "POST", "/v1/validation-rules", {"name": name, "rules": rules, **more})
    return str(created["id"])


async def coupon(world: WorldClient, code: str, *rules: str, **discount: Any) -> None:
    value = discount or {"type": "AMOUNT", "amount_off": 100}
    body = {"type": "DISCOUNT_VOUCHER", "discount": value, "validation_rules": list(rules)}
    await made(world, "POST", f"/v1/vouchers/{code}", body)


async def test_everything_usable_is_listed_and_the_cart_computed(world: WorldClient) -> None:
    await coupon(world, "A")
    await discount_campaign(world)
    campaign, (tier,) = await promotion(world, "Sale", 300)
    group = await stack(world, campaign, [tier])
    expand = ["redeemable", "category", "validation_rules"]

    answer = await ask(world, order={"amount": 1000}, options={"limit": 50, "expand": expand})

    found = {item["object"]: item for item in answer["redeemables"]["data"]}
    assert found.keys() == {"voucher", "campaign", "promotion_tier", "promotion_stack"}
    assert found["promotion_stack"]["id"] == group["id"]
    totals = {kind: item["order"]["total_amount"] for kind, item in found.items()}
    assert totals == {"voucher": 900, "campaign": 900, "promotion_tier": 700, "promotion_stack": 700}
    assert (found["promotion_tier"]["campaign_name"], found["promotion_tier"]["name"]) == ("Sale", "300")
    assert answer["order"]["amount"] == 1000 and answer["tracking_id"].startswith("track_")


async def test_codes_of_campaigns_are_shown_to_their_holders_only(world: WorldClient) -> None:
    await discount_campaign(world, type="STATIC", vouchers_count=2)
    code = (await publish(world, "Spring", "ann"))["voucher"]["code"]

    assert await ids(world, customer={"source_id": "ann"}) == [code]
    assert await ids(world, customer={"source_id": "bob"}) == await ids(world) == []


async def test_what_cannot_be_used_is_left_out(world: WorldClient) -> None:
    await coupon(world, "USABLE")
    await coupon(world, "OFF")
    await made(world, "POST", "/v1/vouchers/OFF/disable")
    await coupon(world, "DEAR", await rule(world, "order.amount", {"$more_than": [5000]}))
    body = {
        "discount": {"type": "AMOUNT", "amount_off": 1},
        "expiration_date": "2020-01-01",
        "type": "DISCOUNT_VOUCHER",
    }
    await made(world, "POST", "/v1/vouchers/OLD", body)

    assert await ids(world, order={"amount": 1000}) == ["USABLE"]
    assert await ids(world, order={"amount": 6000}) == ["DEAR", "USABLE"]


async def test_counters_and_budgets_are_ignored(world: WorldClient) -> None:
    once = await rule(world, "redemption.count.per_customer", {"$less_than_or_equal": [1]})
    await coupon(world, "A", once)
    body = {
        "redeemables": [{"object": "voucher", "id": "A"}],
        "customer": {"source_id": "ann"},
        "order": {"amount": 900},
    }
    await made(world, "POST", "/v1/redemptions", body)

    again = await made(world, "POST", "/v1/validations", body)

    assert again["valid"] is False
    assert await ids(world, customer={"source_id": "ann"}, order={"amount": 900}) == ["A"]


async def test_the_wallet_holds_what_was_published(world: WorldClient) -> None:
    await coupon(world, "GENERIC")
    await discount_campaign(world)
    code = (await publish(world, "Spring", "ann"))["voucher"]["code"]

    wallet = await ids(world, scenario="CUSTOMER_WALLET", customer={"source_id": "ann"}, order={"amount": 1000})

    assert wallet == [code]
    assert await ids(world, scenario="CUSTOMER_WALLET", order={"amount": 1000}) == []


async def test_audience_only_asks_about_the_customer_alone(world: WorldClient) -> None:
    club = {"rule": {"property": "club"}}
    gold = await rule(world, "customer.metadata", {"$is": ["gold"]}, **club)
    await coupon(world, "GOLD", gold)
    await coupon(world, "DEAR", await rule(world, "order.amount", {"$more_than": [5000]}))
    ann = {"source_id": "ann", "metadata": {"club": "gold"}}

    assert set(await ids(world, scenario="AUDIENCE_ONLY", customer=ann)) == {"GOLD", "DEAR"}
    assert await ids(world, scenario="AUDIENCE_ONLY", customer={"source_id": "bob"}) == ["DEAR"]
    assert await ids(world, customer=ann) == ["GOLD"]


async def test_scenarios_about_products(world: WorldClient) -> None:
    """A discount for the mug, a rule that asks for the mug and a customer, and a coupon about neither."""
    await made(world, "POST", "/v1/products", {"source_id": "mug", "name": "Mug", "price": 1000})
    scope = {"applicable_to": {"included": [{"object": "product", "source_id": "mug"}]}}
    own = await made(world, "POST", "/v1/validation-rules", {"name": "scope", **scope})
    await coupon(world, "FOR_MUG", own["id"])
    wanted = {"$is": [{"source_id": "mug", "object": "product"}]}
    body = {
        "1": {"name": "product.id", "conditions": wanted},
        "2": {"name": "customer.metadata", "property": "club", "conditions": {"$is": ["gold"]}},
        "logic": "1 and 2",
    }
    with_mug = await made(world, "POST", "/v1/validation-rules", {"name": "with a mug", "rules": body})
    await coupon(world, "WITH_MUG", with_mug["id"])
    await coupon(world, "PLAIN")
    order = {"items": [{"source_id": "mug", "related_object": "product", "quantity": 1}]}

    assert set(await ids(world, scenario="PRODUCTS", order=order)) == {"FOR_MUG", "WITH_MUG"}
    assert await ids(world, scenario="PRODUCTS_DISCOUNT", order=order) == ["FOR_MUG"]
    assert await ids(world, scenario="PRODUCTS_BY_CUSTOMER", order=order, customer={"source_id": "bob"}) == ["FOR_MUG"]
    gold = {"source_id": "ann", "metadata": {"club": "gold"}}
    assert set(await ids(world, scenario="PRODUCTS_BY_CUSTOMER", order=order, customer=gold)) == {"FOR_MUG", "WITH_MUG"}
    assert await ids(world, scenario="PRODUCTS", order={"items": [{"product_id": "x", "quantity": 1}]}) == []


async def test_stacks_alone(world: WorldClient) -> None:
    campaign, tiers = await promotion(world, "Sale", 300, 200)
    group = await stack(world, campaign, tiers)
    await coupon(world, "A")

    answer = await ask(world, scenario="PROMOTION_STACKS", order={"amount": 1000})
    await made(world, "POST", f"/v1/promotions/tiers/{tiers[0]}/disable")

    assert [item["id"] for item in answer["redeemables"]["data"]] == [group["id"]]
    assert answer["redeemables"]["data"][0]["order"]["total_amount"] == 500
    assert await ids(world, scenario="PROMOTION_STACKS", order={"amount": 1000}) == []


async def test_the_best_deal_first_and_pages_by_creation(world: WorldClient) -> None:
    for code, amount in (("A", 100), ("B", 300), ("C", 200)):
        await coupon(world, code, type="AMOUNT", amount_off=amount)
        await world.advance("1m")
    order = {"amount": 1000}

    assert await ids(world, order=order) == ["C", "B", "A"]
    assert await ids(world, order=order, options={"sorting_rule": "BEST_DEAL"}) == ["B", "C", "A"]
    assert await ids(world, order=order, options={"sorting_rule": "LEAST_DEAL"}) == ["A", "C", "B"]
    first = (await ask(world, order=order, options={"limit": 2}))["redeemables"]
    rest = await ask(world, order=order, options={"limit": 2, "starting_after": first["more_starting_after"]})
    assert ([item["id"] for item in first["data"]], first["has_more"]) == (["C", "B"], True)
    assert [item["id"] for item in rest["redeemables"]["data"]] == ["A"]
    assert "more_starting_after" not in rest["redeemables"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"resource_type": {"conditions": {"$is": ["campaign"]}}}, {"campaign"}),
        ({"campaign_type": {"conditions": {"$is": ["PROMOTION"]}}}, {"promotion_tier"}),
        ({"code": {"conditions": {"$in": ["A", "B"]}}}, {"voucher"}),
        ({"resource_type": {"conditions": {"$not_in": ["voucher", "campaign"]}}}, {"promotion_tier"}),
        (
            {
                "junction": "or",
                "code": {"conditions": {"$is": ["A"]}},
                "resource_type": {"conditions": {"$is": ["campaign"]}},
            },
            {"voucher", "campaign"},
        ),
    ],
)
async def test_filters(world: WorldClient, filters: dict[str, Any], expected: set[str]) -> None:
    await coupon(world, "A")
    await discount_campaign(world)
    await promotion(world, "Sale", 300)

    answer = await ask(world, order={"amount": 1000}, options={"limit": 50, "filters": filters})

    assert {item["object"] for item in answer["redeemables"]["data"]} == expected


async def test_locked_credits_are_told_when_asked_for(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/GIFT", {"type": "GIFT_VOUCHER", "gift": {"amount": 1000}})
    body = {"redeemables": [{"object": "voucher", "id": "GIFT", "gift": {"credits": 400}}], "order": {"amount": 400}}
    await made(world, "POST", "/v1/validations", {**body, "session": {"type": "LOCK"}})

    plain = await ask(world, order={"amount": 100})
    asked = await ask(world, order={"amount": 100}, session={"type": "LOCK"})

    assert plain["redeemables"]["data"][0]["result"] == {"gift": {"balance": 1000, "credits": 100}}
    assert asked["redeemables"]["data"][0]["result"]["gift"]["locked_credits"] == 400


async def test_browsers_ask_with_their_own_keys(world: WorldClient) -> None:
    await coupon(world, "A")

    answer = await made(world, "POST", "/client/v1/qualifications", {"order": {"amount": 1000}})

    assert [item["id"] for item in answer["redeemables"]["data"]] == ["A"]
