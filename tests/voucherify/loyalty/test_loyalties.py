"""Loyalty programs: members, points by hand, transfers."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send


async def program(world: WorldClient, points: int = 100, **more: Any) -> Any:
    voucher = {"type": "LOYALTY_CARD", "loyalty_card": {"points": points}}
    return await made(
        world, "POST", "/v1/loyalties", {"name": "Club", "type": "AUTO_UPDATE", "voucher": voucher, **more}
    )


async def member(world: WorldClient, who: str = "ann") -> Any:
    return await made(world, "POST", "/v1/loyalties/Club/members", {"customer": who})


async def test_a_member_gets_a_card_and_always_the_same(world: WorldClient) -> None:
    campaign = await program(world)

    card = await member(world)
    again = await member(world)

    assert (campaign["campaign_type"], campaign["join_once"]) == ("LOYALTY_PROGRAM", True)
    assert card["loyalty_card"] == {"points": 100, "balance": 100}
    assert again["code"] == card["code"]
    assert (await made(world, "GET", "/v1/loyalties/Club/members"))["total"] == 1


async def test_points_are_added_and_taken(world: WorldClient) -> None:
    await program(world)
    code = (await member(world))["code"]

    added = await made(world, "POST", f"/v1/loyalties/members/{code}/balance", {"points": 50})
    taken = await made(world, "POST", f"/v1/loyalties/Club/members/{code}/balance", {"points": -30})
    too_many = await send(world, "POST", f"/v1/loyalties/members/{code}/balance", {"points": -121})

    assert (added["points"], added["total"], added["balance"]) == (50, 150, 150)
    assert (taken["points"], taken["balance"]) == (-30, 120)
    assert too_many.json()["key"] == "loyalty_card_points_exceeded"
    types = [item["type"] for item in (await made(world, "GET", f"/v1/loyalties/members/{code}/transactions"))["data"]]
    assert types == ["POINTS_REMOVAL", "POINTS_ADDITION"]
    customer = await made(world, "GET", "/v1/customers/ann")
    assert customer["loyalty"]["campaigns"]["Club"]["points"] == 120


async def test_a_card_without_a_holder_takes_no_points(world: WorldClient) -> None:
    await program(world)
    code = (await made(world, "POST", "/v1/campaigns/Club/vouchers"))["code"]

    response = await send(world, "POST", f"/v1/loyalties/members/{code}/balance", {"points": 1})

    assert (response.json()["key"], response.json()["details"]) == ("invalid_customer", code)


async def test_a_day_to_expire_must_be_a_day_to_come(world: WorldClient) -> None:
    await program(world)
    code = (await member(world))["code"]
    path = f"/v1/loyalties/members/{code}/balance"

    odd = await send(world, "POST", path, {"points": 1, "expiration_type": "CUSTOM_DATE", "expiration_date": "soon"})
    past = await send(world, "POST", path, {"points": 1, "expiration_date": "2020-01-01"})
    without = await send(world, "POST", path, {"points": 1, "expiration_type": "CUSTOM_DATE"})

    assert (odd.json()["key"], past.json()["key"]) == ("invalid_payload", "invalid_expiration_date")
    assert without.json()["details"] == "Payload should have required property 'expiration_date'"
    assert (await made(world, "GET", f"/v1/loyalties/members/{code}"))["loyalty_card"]["balance"] == 100


async def test_points_move_between_cards_all_or_none(world: WorldClient) -> None:
    await program(world)
    ann, bob = (await member(world, "ann"))["code"], (await member(world, "bob"))["code"]
    path = f"/v1/loyalties/Club/members/{ann}/transfers"

    refused = await send(world, "POST", path, [{"code": bob, "points": 60}, {"code": bob, "points": 60}])
    card = await made(world, "POST", path, [{"code": bob, "points": 60, "reason": "gift"}])

    assert refused.json()["key"] == "loyalty_card_points_exceeded"
    assert card["loyalty_card"]["balance"] == 160
    found = (await made(world, "GET", f"/v1/loyalties/members/{bob}/transactions"))["data"]
    assert [(item["type"], item["reason"]) for item in found] == [("POINTS_TRANSFER_OUT", "gift")]


async def test_a_program_is_deleted_with_200(world: WorldClient) -> None:
    await program(world)

    response = await send(world, "DELETE", "/v1/loyalties/Club")

    assert response.status_code == 200 and "async_action_id" in response.json()


async def test_a_campaign_of_coupons_is_no_program(world: WorldClient) -> None:
    voucher = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 5}}
    await made(world, "POST", "/v1/campaigns", {"name": "Spring", "voucher": voucher})

    assert (await send(world, "GET", "/v1/loyalties/Spring")).status_code == 404
