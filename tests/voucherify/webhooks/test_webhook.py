"""Project webhooks: managed by the management API, signed, tried again, disabled in the end."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from stampcard.voucherify.management.paths import project_id
from stampcard.voucherify.webhooks.webhook import SENT, signature
from tests.voucherify.calls import discount_campaign, made, publish, send
from tests.voucherify.loyalty.test_earning_rules import pay, rule
from tests.voucherify.loyalty.test_loyalties import member, program
from tests.voucherify.redemptions.test_paying import coins, paid

TARGET = "http://127.0.0.1:9/hook"


def path(world: WorldClient) -> str:
    assert world.inside is not None
    return f"/management/v1/projects/{project_id(world.inside.tenants['voucherify'])}/webhooks"


async def hook(world: WorldClient, *events: str) -> Any:
    return await made(world, "POST", path(world), {"target_url": TARGET, "events": list(events)})


async def calls(world: WorldClient) -> list[dict[str, Any]]:
    return [entry for entry in await world.journal() if entry["kind"] == "call" and entry["vendor"] == "127.0.0.1"]


CHECKS = [
    (b'{"a":1}', "a17d2ac229d1ebbb5f10e839c7985c4818e5986eab297f7e5979196d4d7d3ed2"),
    (rb'{"a\"b":1}', "f7cf97814a03146abedb9793f56e1dec34f618f82d10395310d053f749483ffb"),
    (b"  message  ", "53ff92957e1427ce23ad5bda9d0c5f2f4ff384d0806b83eeacb510c842d3a358"),
]


@pytest.mark.parametrize(("text", "expected"), CHECKS)
def test_signatures_are_the_vendors(text: bytes, expected: str) -> None:
    assert signature("secretKey", text) == expected


async def test_webhooks_are_created_changed_and_deleted(world: WorldClient) -> None:
    webhook = await hook(world, "publication.succeeded")
    one = f"{path(world)}/{webhook['id']}"

    changed = await made(world, "PUT", one, {"active": False})
    listed = await made(world, "GET", path(world))
    await made(world, "DELETE", one)

    assert (webhook["active"], changed["active"], listed["total"]) == (True, False, 1)
    assert (await send(world, "GET", one)).json()["message"] == "Resource not found"


async def test_another_project_is_not_found(world: WorldClient) -> None:
    response = await send(world, "GET", "/management/v1/projects/proj_2F3txY7/webhooks")

    details = "Cannot find project with id proj_2F3txY7"
    assert response.json() == {"code": 404, "message": "Resource not found", "details": details}


async def test_a_publication_is_sent_in_the_vendors_envelope(world: WorldClient) -> None:
    webhook = await hook(world, "publication.succeeded")
    await discount_campaign(world)
    publication = await publish(world, "Spring", "ann")
    await world.settle()

    sent = (await calls(world))[0]["request"]

    body = sent["body"]
    assert len(sent["headers"]["x-voucherify-signature"]) == 64
    assert (body["type"], body["source"]["id"]) == ("publication.succeeded", webhook["id"])
    assert body["data"]["publication"]["id"] == body["event"]["entity_id"] == publication["id"]
    assert body["data"]["vouchers"][0]["code"] == publication["voucher"]["code"]
    assert body["event"]["id"].startswith("evpub_")


async def test_other_events_are_not_sent(world: WorldClient) -> None:
    await hook(world, "redemption.succeeded")
    await discount_campaign(world)
    await publish(world, "Spring", "ann")
    await world.settle()

    assert await calls(world) == []


async def test_a_redemption_of_nobody_is_told_too(world: WorldClient) -> None:
    await hook(world, "redemption.succeeded", "redemption.failed")
    await made(world, "POST", "/v1/vouchers/A", {"discount": {"type": "AMOUNT", "amount_off": 10}})
    basket = {"redeemables": [{"object": "voucher", "id": "A"}], "order": {"amount": 100}}
    await made(world, "POST", "/v1/redemptions", basket)
    await made(world, "POST", "/v1/vouchers/A/disable")
    await send(world, "POST", "/v1/redemptions", basket)
    await world.settle()

    bodies = [entry["request"]["body"] for entry in await calls(world)]

    assert [body["type"] for body in bodies] == ["redemption.succeeded", "redemption.failed"]
    assert [body["data"]["customer"] for body in bodies] == [None, None]


async def test_points_that_pay_are_told_with_their_redemption(world: WorldClient) -> None:
    await hook(world, "voucher.loyalty_card.transaction.created")
    code, reward = await coins(world)
    redemption = (await made(world, "POST", "/v1/redemptions", paid(code, reward, points=100)))["redemptions"][0]
    await world.settle()

    [sent] = [entry["request"]["body"]["data"] for entry in await calls(world)]

    assert sent["redemption"] == {"id": redemption["id"], "object": "redemption"}
    assert (sent["balance"]["points"], sent["balance"]["balance"]) == (-100, 400)
    assert (sent["order"]["id"], sent["segment"]) == (redemption["order"]["id"], None)


async def test_a_target_that_never_answers_is_disabled_after_a_day(world: WorldClient) -> None:
    webhook = await hook(world, "customer.created")
    await made(world, "POST", "/v1/customers", {"source_id": "ann"})
    await world.settle()

    await world.advance("24h")

    assert len(await calls(world)) == 13
    assert (await made(world, "GET", f"{path(world)}/{webhook['id']}"))["active"] is False


async def test_events_that_are_never_sent_are_told(world: WorldClient) -> None:
    response = await send(world, "POST", path(world), {"target_url": TARGET, "events": ["campaign.archived"]})

    assert "event-not-sent" in response.headers["X-Stampcard-Diagnostics"]


async def test_every_kind_is_sent_by_the_change_that_causes_it(world: WorldClient) -> None:
    await hook(world, *SENT)
    await live(world)
    await world.settle()

    told: dict[str, set[str]] = {}
    for call in await calls(world):
        body = call["request"]["body"]
        told.setdefault(body["type"], set()).update(body["data"])

    assert world.inside is not None and world.inside.faults_of_ours == []
    assert sorted(SENT - told.keys()) == []
    assert {kind: keys - told[kind] for kind, keys in KEYS.items() if keys - told[kind]} == {}


KEYS = {
    kind: set(keys.split())
    for kind, keys in {
        "redemption.succeeded": "customer order campaign voucher holder promotion_tier redemption created_at",
        "redemption.failed": "customer order campaign voucher holder promotion_tier redemption created_at",
        "redemption.rollback.succeeded": "customer order campaign voucher redemption redemption_rollback",
        "publication.succeeded": "user campaign customer vouchers publication",
        "voucher.published": "customer campaign publication voucher created_at",
        "voucher.created": "voucher campaign",
        "voucher.deleted": "voucher campaign",
        "voucher.gift.balance_added": "balance voucher campaign transaction",
        "voucher.gift.transaction.created": "transaction voucher campaign holder balance order redemption rollback",
        "voucher.loyalty_card.points_added": "voucher balance campaign customer transaction",
        "voucher.loyalty_card.points_expired": "voucher points campaign customer buckets transaction",
        "voucher.loyalty_card.transaction.created": "transaction voucher campaign holder holder_loyalty_tier balance",
        "voucher.loyalty_card.pending_points.added": (
            "customer campaign voucher voucher_pending_points_balance order pending_points"
        ),
        "voucher.loyalty_card.pending_points.activated": "customer campaign voucher balance transaction pending_points",
        "campaign.deleted": "campaign deleted_at",
        "campaign.vouchers.generation.completed": "campaign count completed_at",
        "campaign.promotion_tier.created": "campaign promotion_tier",
        "campaign.loyalty_tier.created": "campaign loyalty_tier",
        "business_validation_rule.updated": "rule",
        "business_validation_rule.assignment.created": "rule assignment campaign voucher promotion_tier",
        "customer.deleted": "customer",
        "customer.rewarded": "customer holder voucher campaign redemption reward referral_tier balance",
        "customer.rewarded.loyalty_points": "customer holder voucher campaign loyalty_tier earning_rule balance order",
    }.items()
}
"""The keys of `data`, as the vendor lists them."""


async def live(world: WorldClient) -> None:
    """A shop's days in which everything happens that webhooks tell of."""
    await vouchers_and_rules(world)
    await points(world)
    await made(world, "DELETE", "/v1/campaigns/Spring")
    await made(world, "DELETE", "/v1/customers/bob")


async def vouchers_and_rules(world: WorldClient) -> None:
    campaign = await discount_campaign(world, vouchers_count=3)
    await made(world, "PUT", "/v1/campaigns/Spring", {"description": "x"})
    await made(world, "POST", "/v1/campaigns/Spring/disable")
    await made(world, "POST", "/v1/campaigns/Spring/enable")
    await made(world, "POST", "/v1/customers", {"source_id": "bob"})
    await made(world, "PUT", "/v1/customers/bob", {"name": "Bob"})
    await made(world, "POST", "/v1/vouchers/A", {"discount": {"type": "AMOUNT", "amount_off": 10}})
    await made(world, "PUT", "/v1/vouchers/A", {"metadata": {"a": 1}})
    await made(world, "POST", "/v1/vouchers/A/disable")
    refused = {"redeemables": [{"object": "voucher", "id": "A"}], "customer": "bob", "order": {"amount": 100}}
    await send(world, "POST", "/v1/redemptions", refused)
    await made(world, "POST", "/v1/vouchers/A/enable")
    redeemed = await made(world, "POST", "/v1/redemptions", refused)
    await made(world, "POST", f"/v1/redemptions/{redeemed['redemptions'][0]['id']}/rollback")
    tier = {"name": "T", "action": {"discount": {"type": "AMOUNT", "amount_off": 10}}}
    promotion = {"name": "P", "campaign_type": "PROMOTION", "type": "STATIC"}
    await made(world, "POST", "/v1/campaigns", promotion)
    tier_id = (await made(world, "POST", "/v1/promotions/P/tiers", tier))["id"]
    await made(world, "PUT", f"/v1/promotions/tiers/{tier_id}", {"name": "U"})
    await made(world, "POST", f"/v1/promotions/tiers/{tier_id}/disable")
    await made(world, "POST", f"/v1/promotions/tiers/{tier_id}/enable")
    rule = (await made(world, "POST", "/v1/validation-rules", {"name": "R", "rules": {}}))["id"]
    await made(world, "PUT", f"/v1/validation-rules/{rule}", {"name": "S"})
    for target in ({"voucher": "A"}, {"campaign": campaign["id"]}, {"promotion_tier": tier_id}):
        found = await made(world, "POST", f"/v1/validation-rules/{rule}/assignments", target)
    await made(world, "DELETE", f"/v1/validation-rules/{rule}/assignments/{found['id']}")
    await made(world, "DELETE", f"/v1/validation-rules/{rule}")
    await made(world, "DELETE", f"/v1/promotions/tiers/{tier_id}")
    await made(world, "DELETE", "/v1/vouchers/A")


async def points(world: WorldClient) -> None:
    card = {"type": "LOYALTY_CARD", "loyalty_card": {"points": 0}}
    await made(world, "POST", "/v1/loyalties", {"name": "Club", "type": "AUTO_UPDATE", "voucher": card})
    code = (await made(world, "POST", "/v1/loyalties/Club/members", {"customer": "bob"}))["code"]
    await made(world, "POST", "/v1/loyalties/Club/tiers", [{"name": "Top", "points": {"from": 1}}])
    fixed = {"type": "FIXED", "points": 5}
    wait = {"period_type": "DAY", "period_value": 1}
    rules = [
        {"event": "order.paid", "loyalty": fixed},
        *2 * [{"event": "order.paid", "loyalty": fixed, "pending_points": wait}],
    ]
    await made(world, "POST", "/v1/loyalties/Club/earning-rules", rules)
    await made(world, "POST", "/v1/orders", {"amount": 100, "customer": "bob", "status": "PAID"})
    entry = (await made(world, "GET", "/v1/loyalties/Club/pending-points"))["data"][0]["id"]
    await made(world, "POST", f"/v1/loyalties/members/{code}/pending-points/{entry}/balance", {"points": 1})
    await made(world, "POST", f"/v1/loyalties/members/{code}/pending-points/{entry}/cancel")
    body = {"points": 5, "expiration_type": "CUSTOM_DATE", "expiration_date": "2026-01-15"}
    await made(world, "POST", f"/v1/loyalties/members/{code}/balance", body)
    await world.advance("16h")
    gift = {"type": "GIFT_VOUCHER", "gift": {"amount": 100}}
    await made(
        world,
        "POST",
        "/v1/campaigns",
        {"name": "Gifts", "campaign_type": "GIFT_VOUCHERS", "type": "AUTO_UPDATE", "voucher": gift},
    )
    published = await publish(world, "Gifts", "bob")
    await made(world, "POST", f"/v1/vouchers/{published['voucher']['code']}/balance", {"amount": 50})
    await referral(world)


async def referral(world: WorldClient) -> None:
    voucher = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "AMOUNT", "amount_off": 10}}
    reward = {"related_object_parent": {"name": "Gifts"}, "type": "GIFT_VOUCHER", "amount": 5}
    body = {"name": "Friends", "campaign_type": "REFERRAL_PROGRAM", "type": "AUTO_UPDATE", "voucher": voucher}
    await made(world, "POST", "/v1/campaigns", {**body, "referral_program": {"referee_reward": reward}})
    code = (await publish(world, "Friends", "ann"))["voucher"]["code"]
    basket = {"redeemables": [{"object": "voucher", "id": code}], "customer": "bob", "order": {"amount": 100}}
    await made(world, "POST", "/v1/redemptions", basket)


def test_what_the_project_can_send_is_what_the_contract_says(world: WorldClient) -> None:
    assert world.inside is not None
    events = world.inside.events["voucherify"]
    sent = {name for name, event in events.items() if event.emulation == "emitted" and event.receiver == "consumer"}
    assert sent == SENT


async def test_points_earned_tell_the_rule_and_the_order(world: WorldClient) -> None:
    await hook(world, "customer.rewarded.loyalty_points")
    await program(world, 0)
    await member(world)
    made_rule = await rule(world)
    await pay(world, source_id="o1")
    await world.settle()

    [sent] = [entry["request"]["body"]["data"] for entry in await calls(world)][:1]

    assert sent["earning_rule"]["id"] == made_rule["id"]
    assert (sent["order"]["source_id"], sent["balance"]["points"]) == ("o1", 5)
    assert sent["holder"]["source_id"] == sent["customer"]["source_id"] == "ann"
