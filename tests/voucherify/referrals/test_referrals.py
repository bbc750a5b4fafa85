"""Referral codes: referrer and referees."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made, publish, send
from tests.voucherify.redemptions.test_validations import basket


async def program(world: WorldClient, **more: Any) -> Any:
    voucher = {"discount": {"type": "PERCENT", "percent_off": 10}, "is_referral_code": True}
    body = {"name": "Friends", "campaign_type": "REFERRAL_PROGRAM", "type": "AUTO_UPDATE", "voucher": voucher, **more}
    return await send(world, "POST", "/v1/campaigns", body)


async def roles(world: WorldClient, code: str) -> list[str]:
    holders = (await made(world, "GET", f"/v1/referrals/members/{code}/holders"))["data"]
    return [item["holder_role"] for item in holders]


async def test_a_friend_who_redeems_is_referred(world: WorldClient) -> None:
    await program(world)
    code = (await publish(world, "Friends", "ann"))["voucher"]["code"]

    await made(world, "POST", "/v1/redemptions", basket(code, customer="bob", order={"amount": 1000}))

    assert await roles(world, code) == ["REFERRER", "REFEREE"]
    ann, bob = [await made(world, "GET", f"/v1/customers/{who}") for who in ("ann", "bob")]
    assert (bob["referrals"]["total"], bob["referrals"]["campaigns"][0]["referrer_id"]) == (1, ann["id"])


async def test_referees_are_assigned_once(world: WorldClient) -> None:
    await program(world)
    code = (await publish(world, "Friends", "ann"))["voucher"]["code"]
    path = f"/v1/referrals/Friends/members/{code}/holders"
    body = {"holders": [{"source_id": "bob"}, {"source_id": "cia"}]}

    added = await made(world, "POST", path, body)
    again = await send(world, "POST", path, body)

    assert [item["holder_role"] for item in added["holders"]] == ["REFEREE", "REFEREE"]
    assert (again.status_code, again.json()["key"]) == (409, "holder_assignement_duplication")


async def test_an_unpublished_code_has_no_referees(world: WorldClient) -> None:
    await program(world)
    code = (await made(world, "POST", "/v1/campaigns/Friends/vouchers"))["code"]

    response = await send(world, "POST", f"/v1/referrals/members/{code}/holders", {"holders": [{"source_id": "bob"}]})

    details = "Referral code must be first published to Referrer before assigning it to Referee"
    assert (response.json()["key"], response.json()["details"]) == ("not_published", details)


async def test_only_referees_are_removed(world: WorldClient) -> None:
    await program(world)
    code = (await publish(world, "Friends", "ann"))["voucher"]["code"]
    path = f"/v1/referrals/members/{code}/holders"
    await made(world, "POST", path, {"holders": [{"source_id": "bob"}]})
    referrer, referee = [item["id"] for item in (await made(world, "GET", path))["data"]]

    refused = await send(world, "DELETE", f"{path}/{referrer}")
    await made(world, "DELETE", f"{path}/{referee}")

    assert (refused.status_code, refused.json()["details"]) == (403, "You can not remove Referrer assignment")
    assert await roles(world, code) == ["REFERRER"]
