"""Rewards: the catalogue a member sees, claims, what stands against them, giving one back."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import authorize, call, event, profile

COFFEE = {"id": "coffee", "name": "Coffee", "points": 40, "stock": 3}


async def set_up(world: WorldClient, *rewards: dict[str, Any], **more: Any) -> None:
    members = [{"id": "ann", "points": 100, "fields": {"country": "DE"}}, {"id": "bo", "points": 10}]
    await world.setup({"antavo": {"members": members, "rewards": list(rewards) or [COFFEE], **more}})


async def claim(world: WorldClient, reward: str = "coffee", json: Any = None, customer: str = "ann") -> Any:
    return await call(world.antavo, "POST", f"/customers/{customer}/activities/rewards/{reward}/claim", json)


async def test_a_claim_spends_the_price_and_takes_from_the_stock(world: WorldClient) -> None:
    await set_up(world)

    found = (await claim(world)).json()

    assert (found["spent"], len(found["id"])) == (40, 24)
    balances = await profile(world.antavo)
    assert (balances["spent"], balances["spendable"]) == (40, 60)
    assert world.inside.tenants["antavo"].entities["rewards/reward"]["coffee"].data["stock"] == 2


async def test_a_claim_is_an_event_of_the_history(world: WorldClient) -> None:
    await set_up(world, events={"names": {"reward": "benefit"}})
    await claim(world)

    (row, _) = (await call(world.antavo, "GET", "/customers/ann/events")).json()["data"]

    assert (row["action"], row["points"]) == ("benefit", -40)


@pytest.mark.parametrize(
    ("reward", "code", "status"),
    [
        ({"status": "inactive"}, 160321, 400),
        ({"starts_at": "2026-02-01T00:00:00Z"}, 160321, 400),
        ({"ends_at": "2026-01-15T09:00:00Z"}, 160321, 400),
        ({"segments": ["french"]}, 120213, 400),
        ({"stock": 0}, 120212, 400),
        ({"points": 101}, 120241, 400),
        ({"type": "coupon", "coupon_pool": "empty"}, 123771, 200),
    ],
)
async def test_what_stands_against_a_claim(world: WorldClient, reward: dict[str, Any], code: int, status: int) -> None:
    segments = [{"name": "french", "conditions": [{"attribute": "country", "value": "FR"}]}]
    pools = [{"id": "empty", "name": "Empty", "type": "amount"}]
    await set_up(world, {**COFFEE, **reward}, segments=segments, coupon_pools=pools)

    response = await claim(world)

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert (await profile(world.antavo))["spent"] == 0


async def test_claims_per_member_are_limited(world: WorldClient) -> None:
    await set_up(world, {**COFFEE, "max_claims": 1})

    assert (await claim(world)).status_code == 200
    assert (await claim(world)).json()["error"]["code"] == 120211


async def test_time_has_to_pass_between_claims(world: WorldClient) -> None:
    await set_up(world, {**COFFEE, "repeat_interval": "7d"}, auth={"clock_skew_seconds": 4000000000})
    await claim(world)
    await world.advance("6d")
    assert (await claim(world)).json()["error"]["code"] == 120211

    await world.advance("1d")

    assert (await claim(world)).status_code == 200


async def test_a_suspended_member_claims_nothing(world: WorldClient) -> None:
    await set_up(world)
    await event(world.antavo, "suspend")

    assert (await claim(world)).json()["error"]["code"] == 110003


async def test_several_claims_at_once(world: WorldClient) -> None:
    await set_up(world)

    assert (await claim(world, json={"count": 2})).json()["spent"] == 80
    assert (await claim(world, json={"count": 2})).json()["error"]["code"] == 120212


async def test_the_body_of_a_claim_may_be_a_form(world: WorldClient) -> None:
    await set_up(world, {**COFFEE, "type": "dynamic"})
    path, body = "/customers/ann/activities/rewards/coffee/claim", b"points=30"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    response = await world.antavo.post(path, content=body, headers=authorize(world.antavo, "POST", path, body, kind))

    assert response.json()["spent"] == 30


async def test_a_coupon_reward_hands_out_codes_in_order(world: WorldClient) -> None:
    pools = [
        {"id": "p1", "name": "Five off", "type": "amount", "value": 5, "codes": ["A", "B"], "expiration_time": "30d"}
    ]
    await set_up(world, {**COFFEE, "points": 1, "type": "coupon", "coupon_pool": "p1"}, coupon_pools=pools)

    coupons = [(await claim(world)).json()["coupon"], (await claim(world)).json()["coupon"]]

    assert [coupon["code"] for coupon in coupons] == ["A", "B"]
    assert coupons[0]["customer"] == {"id": "ann"}
    assert (coupons[0]["status"], coupons[0]["expires_at"]) == ("claimed", "2026-02-14T09:00:00+00:00")
    assert (await claim(world)).json()["error"]["code"] == 123771


async def test_a_pool_may_generate_its_codes(world: WorldClient) -> None:
    pools = [{"id": "p1", "name": "Gift", "type": "gift_card", "value": 20, "source": "generated"}]
    await set_up(world, {**COFFEE, "type": "coupon", "coupon_pool": "p1"}, coupon_pools=pools)

    coupon = (await claim(world)).json()["coupon"]

    assert (len(coupon["code"]), coupon["balance"]) == (10, 20)


async def test_a_claim_is_given_back_once(world: WorldClient) -> None:
    await set_up(world)
    made = (await claim(world)).json()["id"]
    path = "/customers/ann/activities/rewards/coffee/revoke"

    first = await call(world.antavo, "POST", path, {"event": made})
    again = await call(world.antavo, "POST", path, {"event": made})
    other = await call(world.antavo, "POST", path, {"event": "000000000000000000000000"})

    assert (first.status_code, first.json()) == (200, {})
    assert again.json()["error"]["code"] == 160344
    assert other.json()["error"]["code"] == 160340
    assert (await profile(world.antavo))["spent"] == 0


async def test_without_a_body_the_latest_claim_is_given_back(world: WorldClient) -> None:
    await set_up(world)
    await claim(world)
    await claim(world)

    await call(world.antavo, "POST", "/customers/ann/activities/rewards/coffee/revoke")

    (row,) = (await call(world.antavo, "GET", "/customers/ann/rewards")).json()["data"]
    assert (row["claims"], row["spent"]) == (1, 40)


async def test_the_catalogue_in_the_members_eyes(world: WorldClient) -> None:
    french = {"id": "wine", "name": "Wine", "segments": ["french"], "hide_restricted": True}
    soon = {"id": "soon", "name": "Soon", "starts_at": "2026-03-01T00:00:00Z"}
    over = {"id": "over", "name": "Over", "ends_at": "2025-03-01T00:00:00Z"}
    segments = [{"name": "french", "conditions": [{"attribute": "country", "value": "FR"}]}]
    await set_up(world, COFFEE, french, soon, over, segments=segments)

    found = (await call(world.antavo, "GET", "/customers/ann/activities/rewards")).json()["data"]

    assert [(row["id"], row["status"], "_actions" in row) for row in found] == [
        ("coffee", "active", True),
        ("soon", "scheduled", False),
    ]
    assert found[0]["_actions"]["complete"]["url"] == "/customers/ann/activities/rewards/coffee/claim"


async def test_one_reward(world: WorldClient) -> None:
    await set_up(world, COFFEE, {"id": "off", "name": "Off", "status": "inactive"})
    path = "/customers/ann/activities/rewards"

    assert (await call(world.antavo, "GET", f"{path}/coffee?fields=claims")).json()["claims"]["claims"] == 0
    assert (await call(world.antavo, "GET", f"{path}/off")).json()["error"]["code"] == 160321
    assert (await call(world.antavo, "GET", f"{path}/nothing")).status_code == 404


async def test_an_acquired_benefit_reaches_braze_by_a_workflow(world: WorldClient) -> None:
    step = {"node": "sync_braze_event", "event": "benefit", "properties": {"reward": "{event.reward}"}}
    trigger = {"type": "event", "event": "reward"}
    braze = {
        "instance_url": "https://rest.iad-01.braze.com",
        "api_token": world.braze["api_key"],
        "app_identifier": world.braze["app_id"],
    }
    await set_up(world, COFFEE, braze=braze, workflows=[{"name": "w", "trigger": trigger, "steps": [step]}])

    await claim(world)
    await world.settle()

    sent = (await world.journal(vendor="braze"))[-1]["request"]["body"]["events"][0]
    assert (sent["name"], sent["properties"]) == ("benefit", {"reward": "coffee"})
