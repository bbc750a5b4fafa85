"""Vouchers: life of a code."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, publish, send

TEN_OFF = {"type": "PERCENT", "percent_off": 10}


async def test_a_generated_code_follows_its_configuration(world: WorldClient) -> None:
    body = {"discount": TEN_OFF, "code_config": {"pattern": "NEW-####", "charset": "X"}}

    voucher = await made(world, "POST", "/v1/vouchers", body)

    assert (voucher["code"], voucher["type"], voucher["campaign"]) == ("NEW-XXXX", "DISCOUNT_VOUCHER", None)


async def test_a_voucher_is_found_by_code_and_by_id(world: WorldClient) -> None:
    voucher = await made(world, "POST", "/v1/vouchers/A%2FB%20C", {"discount": TEN_OFF})

    by_code = await made(world, "GET", "/v1/vouchers/A%2FB%20C")
    by_id = await made(world, "GET", f"/v1/vouchers/{voucher['id']}")

    assert by_code == by_id == voucher
    assert voucher["redemption"]["url"] == "/v1/vouchers/A%2FB%20C/redemptions?page=1&limit=10"


async def test_an_update_is_partial(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/A", {"discount": TEN_OFF, "metadata": {"a": 1, "b": 2}})

    body = {"metadata": {"b": None}, "unset_metadata_fields": ["a"], "discount": {"type": "PERCENT", "percent_off": 15}}
    voucher = await made(world, "PUT", "/v1/vouchers/A", body)

    assert voucher["metadata"] == {"b": None}
    assert voucher["discount"]["percent_off"] == 15
    assert voucher["active"] is True


async def test_a_disabled_code_is_not_published_until_it_is_enabled(world: WorldClient) -> None:
    await made(
        world,
        "POST",
        "/v1/campaigns",
        {"name": "C", "vouchers_count": 1, "voucher": {"discount": TEN_OFF, "type": "DISCOUNT_VOUCHER"}},
    )
    code = (await made(world, "GET", "/v1/vouchers?campaign=C"))["vouchers"][0]["code"]
    await made(world, "POST", f"/v1/vouchers/{code}/disable")
    refused = await send(world, "POST", "/v1/publications", {"campaign": "C", "customer": "ann"})

    await made(world, "POST", f"/v1/vouchers/{code}/enable")
    publication = await publish(world, "C", "ann")

    assert refused.json()["key"] == "no_voucher_suitable_for_publication"
    assert publication["voucher"]["code"] == code


async def test_delete_and_force(world: WorldClient) -> None:
    await made(world, "POST", "/v1/vouchers/A", {"discount": TEN_OFF})

    response = await send(world, "DELETE", "/v1/vouchers/A?force=true")

    assert (response.status_code, response.content) == (204, b"")
    await made(world, "POST", "/v1/vouchers/A", {"discount": TEN_OFF})


async def test_the_holders_codes_are_listed_newest_first(world: WorldClient) -> None:
    await discount_campaign(world, "A")
    await discount_campaign(world, "B")
    codes = [(await publish(world, name, "ann"))["voucher"]["code"] for name in ("A", "B", "A")]

    held = await made(world, "GET", "/v1/vouchers?customer=ann")
    of_a = await made(world, "GET", "/v1/vouchers?customer=ann&campaign=A&c=1")
    none = await made(world, "GET", "/v1/vouchers?customer=nobody")

    assert [item["code"] for item in held["vouchers"]] == codes[::-1]
    assert [item["code"] for item in of_a["vouchers"]] == [codes[2], codes[0]]
    assert none["total"] == 0


async def test_a_new_voucher_may_join_a_campaign(world: WorldClient) -> None:
    campaign = await discount_campaign(world)

    voucher = await made(world, "POST", "/v1/vouchers/A", {"campaign": "Spring"})

    assert (voucher["campaign_id"], voucher["discount"]) == (campaign["id"], TEN_OFF)
