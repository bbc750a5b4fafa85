"""Distributions to Braze: by hand after ten minutes, by triggers at once, with what failed reported."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.voucherify.calls import discount_campaign, made, publish, send
from tests.voucherify.redemptions.test_validations import basket

CAMPAIGN = {
    "name": "Spring",
    "type": "AUTO_UPDATE",
    "voucher": {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10}},
}
GIFTS = {"name": "Gifts", "type": "AUTO_UPDATE", "voucher": {"type": "GIFT_VOUCHER", "gift": {"amount": 1000}}}
CARDS = {"name": "Club card", "type": "AUTO_UPDATE", "voucher": {"type": "LOYALTY_CARD", "loyalty_card": {"points": 0}}}
CLUB = {"name": "Club", "filter": {"junction": "and", "metadata.club": {"conditions": {"$is": [True]}}}}
PEOPLE: list[dict[str, Any]] = [{"source_id": "ann", "metadata": {"club": True}}, {"source_id": "bob"}]


async def connected(world: WorldClient, *distributions: dict[str, Any], **more: Any) -> None:
    rows = [{"channel": "Braze", "fields": {"code": "voucher_code"}, **row} for row in distributions]
    section = {
        "campaigns": [CAMPAIGN, GIFTS, CARDS],
        "customers": PEOPLE,
        "segments": [CLUB],
        "integrations": {"braze": {"api_key": world.braze["api_key"]}},
        "distributions": rows,
        **more,
    }
    await world.setup({"voucherify": section})


async def in_braze(world: WorldClient, user: str) -> dict[str, Any]:
    """The custom attributes of a Braze profile."""
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    body = {"external_ids": [user], "fields_to_export": ["custom_attributes", "external_id"]}
    users = (await world.braze.post("/users/export/ids", json=body, headers=headers)).json()["users"]
    return users[0].get("custom_attributes", {}) if users else {}


async def told(world: WorldClient, operation: str) -> list[str]:
    return [entry["summary"] for entry in await world.journal(vendor="voucherify", operation=operation)]


async def test_a_wrong_key_is_refused_and_not_connected(world: WorldClient) -> None:
    with pytest.raises(ControlRefused, match="refuses the API key"):
        await world.setup({"voucherify": {"integrations": {"braze": {"api_key": "wrong"}}}})

    assert world.inside is not None and world.inside.tenants["voucherify"].braze is None


async def test_a_manual_distribution_arrives_ten_minutes_later_and_not_before(world: WorldClient) -> None:
    await connected(world, {"name": "D", "trigger": "manual", "segment": "Club", "campaign": "Spring"})

    await world.advance("9m")
    before = await in_braze(world, "ann")
    await world.advance("1m")
    await world.settle()

    published = (await made(world, "GET", "/v1/publications"))["publications"]
    assert before == {}
    assert await in_braze(world, "ann") == {"voucher_code": published[0]["voucher"]["code"]}
    assert await in_braze(world, "bob") == {}
    assert [item["channel"] for item in published] == ["Automation"]
    assert published[0]["metadata"]["source_type"] == "distribution" and published[0]["source_id"] is None


async def test_attributes_beside_the_code(world: WorldClient) -> None:
    fields = {"code": "c", "value": "v", "delivery_date": "d", "cockpit_url": "u", "voucher_type": "t"}
    await connected(
        world, {"name": "D", "trigger": "manual", "customer": "bob", "campaign": "Spring", "fields": fields}
    )

    await world.advance("10m")
    await world.settle()

    found = await in_braze(world, "bob")
    assert found.keys() == {"c", "v", "d", "u", "t"}
    assert (found["v"], found["t"]) == (10, "DISCOUNT_VOUCHER")
    assert found["d"].startswith("2026-01-15T09:10:00")


async def test_an_unknown_recipient_is_reported(world: WorldClient) -> None:
    await connected(world, {"name": "D", "trigger": "manual", "customer": "nobody", "campaign": "Spring"})

    await world.advance("10m")

    assert await told(world, "distribution.failed") == [
        "distribution D to nobody: no customer has this id or source_id"
    ]


async def test_only_who_consented_is_served(world: WorldClient) -> None:
    row = {"name": "D", "trigger": "manual", "segment": "Club", "campaign": "Spring", "consent": "newsletter"}
    await connected(world, row)
    await made(world, "POST", "/v1/customers", {"source_id": "bob", "metadata": {"club": True}})
    await made(world, "PUT", "/v1/customers/bob/consents", {"newsletter": True})

    await world.advance("10m")
    await world.settle()

    assert await told(world, "distribution.failed") == ["distribution D to ann: no consent newsletter"]
    assert (await in_braze(world, "bob")).keys() == {"voucher_code"}


async def enter(world: WorldClient) -> None:
    await made(world, "POST", "/v1/customers", {"source_id": "bob", "metadata": {"club": True}})


async def leave(world: WorldClient) -> None:
    await made(world, "POST", "/v1/customers", {"source_id": "ann", "metadata": {"club": False}})


async def publication(world: WorldClient) -> None:
    await publish(world, "Spring", "bob")


async def order(world: WorldClient) -> None:
    await made(world, "POST", "/v1/orders", {"source_id": "o1", "amount": 900, "customer": "bob"})


async def changed_order(world: WorldClient) -> None:
    await order(world)
    await made(world, "PUT", "/v1/orders/o1", {"amount": 1000})


async def paid_order(world: WorldClient) -> None:
    await order(world)
    await made(world, "PUT", "/v1/orders/o1", {"status": "PAID"})


async def canceled_order(world: WorldClient) -> None:
    await order(world)
    await made(world, "PUT", "/v1/orders/o1", {"status": "CANCELED"})


async def credits(world: WorldClient) -> None:
    code = (await publish(world, "Gifts", "bob"))["voucher"]["code"]
    await made(world, "POST", f"/v1/vouchers/{code}/balance", {"amount": 500})


async def redemption(world: WorldClient) -> None:
    code = (await publish(world, "Spring", "bob"))["voucher"]["code"]
    await made(world, "POST", "/v1/redemptions", basket(code, customer="bob", order={"amount": 1000}))


async def rollback(world: WorldClient) -> None:
    await redemption(world)
    redeemed = (await made(world, "GET", "/v1/redemptions"))["redemptions"][0]["id"]
    await made(world, "POST", f"/v1/redemptions/{redeemed}/rollback")


async def event(world: WorldClient) -> None:
    await made(world, "POST", "/v1/events", {"event": "visited", "customer": "bob"})


async def points(world: WorldClient) -> None:
    code = (await publish(world, "Club card", "bob"))["voucher"]["code"]
    await made(world, "POST", f"/v1/loyalties/members/{code}/balance", {"points": 70})


async def reward(world: WorldClient) -> None:
    await points(world)
    body = {"name": "Coupon", "type": "CAMPAIGN", "parameters": {"campaign": {"id": "Spring"}}}
    coupon = (await made(world, "POST", "/v1/rewards", body))["id"]
    price = {"campaign": "Club card", "parameters": {"loyalty": {"points": 70}}}
    await made(world, "POST", f"/v1/rewards/{coupon}/assignments", price)
    card = (await made(world, "GET", "/v1/loyalties/Club%20card/members"))["vouchers"][0]["code"]
    await made(world, "POST", f"/v1/loyalties/members/{card}/redemption", {"reward": {"id": coupon}})


async def tiers(world: WorldClient) -> None:
    await made(world, "POST", "/v1/loyalties/Club%20card/tiers", [{"name": "Top", "points": {"from": 50}}])
    await points(world)


async def waiting_points(world: WorldClient) -> None:
    rule = {"event": "order.paid", "loyalty": {"type": "FIXED", "points": 6}}
    wait = {"period_type": "DAY", "period_value": 1}
    await made(world, "POST", "/v1/loyalties/Club%20card/earning-rules", [{**rule, "pending_points": wait}])
    await publish(world, "Club card", "bob")
    await paid_order(world)


async def active_points(world: WorldClient) -> None:
    await waiting_points(world)
    await world.advance("16h")


async def expired_points(world: WorldClient) -> None:
    code = (await publish(world, "Club card", "bob"))["voucher"]["code"]
    body = {"points": 8, "expiration_type": "CUSTOM_DATE", "expiration_date": "2026-01-15"}
    await made(world, "POST", f"/v1/loyalties/members/{code}/balance", body)
    await world.advance("16h")


TRIGGERS: list[Any] = [
    ({"trigger": "tier_joined", "fields": {"tier_name": "x"}}, tiers, "bob", "Top"),
    ({"trigger": "pending_points_added", "fields": {"points_added": "x"}}, waiting_points, "bob", 6),
    ({"trigger": "pending_points_activated", "fields": {"balance": "x"}}, active_points, "bob", 6),
    ({"trigger": "loyalty_points_expired", "fields": {"balance": "x"}}, expired_points, "bob", 0),
    ({"trigger": "customer_entered_segment", "segment": "Club", "campaign": "Spring"}, enter, "bob", "code"),
    ({"trigger": "customer_left_segment", "segment": "Club", "campaign": "Spring"}, leave, "ann", "code"),
    ({"trigger": "publication_succeeded", "campaign": "Spring"}, publication, "bob", "code"),
    ({"trigger": "order_created", "fields": {"order_amount": "x"}}, order, "bob", 900),
    ({"trigger": "order_updated", "fields": {"order_amount": "x"}}, changed_order, "bob", 1000),
    ({"trigger": "order_paid", "fields": {"order_status": "x"}}, paid_order, "bob", "PAID"),
    ({"trigger": "order_canceled", "fields": {"order_status": "x"}}, canceled_order, "bob", "CANCELED"),
    ({"trigger": "gift_credits_added", "fields": {"credits_added": "x"}}, credits, "bob", 500),
    ({"trigger": "loyalty_points_added", "fields": {"points_added": "x"}}, points, "bob", 70),
    ({"trigger": "reward_redeemed", "fields": {"balance": "x"}}, reward, "bob", 0),
    ({"trigger": "voucher_redeemed"}, redemption, "bob", "code"),
    ({"trigger": "redemption_rolled_back"}, rollback, "bob", "code"),
    ({"trigger": "custom_event", "event": "visited", "campaign": "Spring"}, event, "bob", "code"),
]


@pytest.mark.parametrize(("row", "act", "who", "expected"), TRIGGERS, ids=lambda value: getattr(value, "__name__", ""))
async def test_an_automatic_distribution_sends_at_once(
    world: WorldClient, row: dict[str, Any], act: Any, who: str, expected: Any
) -> None:
    await connected(world, {"name": "D", "fields": {"code": "x"}, **row})

    await act(world)
    await world.settle()

    found = (await in_braze(world, who))["x"]
    if expected == "code":
        expected = (await made(world, "GET", f"/v1/vouchers?customer={who}"))["vouchers"][0]["code"]
    assert found == expected


async def test_what_does_not_concern_a_distribution_sends_nothing(world: WorldClient) -> None:
    await connected(
        world,
        {"name": "E", "trigger": "custom_event", "event": "visited", "campaign": "Spring"},
        {"name": "P", "trigger": "publication_succeeded", "campaign": "Gifts"},
    )

    await made(world, "POST", "/v1/events", {"event": "left", "customer": "bob"})
    await publish(world, "Spring", "bob")
    await world.settle()

    assert await in_braze(world, "bob") == {}


async def test_a_braze_that_is_down_is_tried_again(world: WorldClient) -> None:
    await connected(world, {"name": "D", "trigger": "custom_event", "event": "visited", "campaign": "Spring"})
    await world.faults({"vendor": "braze", "operation": "users_track", "status": 503, "times": 2})

    await event(world)
    await world.settle()
    down = await in_braze(world, "bob")
    await world.advance("2m")
    await world.settle()

    assert down == {} and (await in_braze(world, "bob")).keys() == {"voucher_code"}
    marks = (await made(world, "GET", "/v1/customers/bob/activity"))["data"]
    assert [item["type"] for item in marks if "braze" in item["type"]] == [
        "customer.braze.recovered",
        "customer.braze.failed",
    ]


async def test_a_refused_send_is_reported_and_can_be_retried(world: WorldClient) -> None:
    row = {"name": "D", "trigger": "custom_event", "event": "visited", "campaign": "Spring"}
    await connected(world, row)
    await world.faults({"vendor": "braze", "operation": "users_track", "status": 401, "times": 1})
    await event(world)
    await world.settle()
    assert len(await told(world, "distribution.failed")) == 1

    await world.setup(
        {
            "voucherify": {
                "distributions": [{**row, "channel": "Braze", "fields": {"code": "voucher_code"}, "retry_failed": True}]
            }
        }
    )
    await world.settle()

    assert (await in_braze(world, "bob")).keys() == {"voucher_code"}
    assert (await made(world, "GET", "/v1/publications"))["total"] == 1


async def test_a_customer_without_a_source_id_cannot_be_found_in_braze(world: WorldClient) -> None:
    await connected(world, {"name": "D", "trigger": "custom_event", "event": "visited", "campaign": "Spring"})

    await made(world, "POST", "/v1/events", {"event": "visited", "customer": {"name": "Anonymous"}})
    await world.settle()

    assert "no source_id" in (await told(world, "distribution.failed"))[0]


BROKEN = [
    ({"trigger": "manual", "segment": "Club"}, "/campaign"),
    ({"trigger": "manual", "segment": "Club", "customer": "ann", "campaign": "Spring"}, "/0"),
    ({"trigger": "customer_entered_segment"}, "/segment"),
    ({"trigger": "customer_entered_segment", "segment": "Moon"}, "/segment"),
    ({"trigger": "custom_event"}, "/event"),
    ({"trigger": "manual", "segment": "Club", "campaign": "Spring", "fields": {"value": "v"}}, "/fields"),
    ({"trigger": "manual", "segment": "Club", "campaign": "Autumn"}, "/campaign"),
]


@pytest.mark.parametrize(("row", "pointer"), BROKEN)
async def test_a_distribution_that_does_not_fit_names_itself(
    world: WorldClient, row: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(ControlRefused) as refused:
        await connected(world, {"name": "D", **row})

    assert refused.value.problem["pointer"].endswith(pointer)


async def test_the_story_is_one_tree_of_causes(world: WorldClient) -> None:
    await connected(world, {"name": "D", "trigger": "custom_event", "event": "visited", "campaign": "Spring"})
    await event(world)
    await world.settle()

    entries = {entry["id"]: entry for entry in await world.journal()}

    track = next(entry for entry in entries.values() if entry["operation"] == "users_track" and entry["status"] == 201)
    triggered = entries[track["cause"]]
    assert triggered["operation"] == "distribution.triggered"
    assert entries[triggered["cause"]]["operation"] == "track-custom-event"
    assert msgspec.json.encode(track["request"]["body"]).count(b"voucher_code") == 1


async def test_a_test_of_a_campaign_of_nobody(world: WorldClient) -> None:
    """A STATIC campaign that has run out is reported on the distribution."""
    await discount_campaign(world, "Empty", type="STATIC")
    await connected(world, {"name": "D", "trigger": "custom_event", "event": "visited", "campaign": "Empty"})

    assert (await send(world, "POST", "/v1/events", {"event": "visited", "customer": "bob"})).status_code == 200
    await world.settle()

    assert "no_voucher_suitable_for_publication" in (await told(world, "distribution.failed"))[0]
