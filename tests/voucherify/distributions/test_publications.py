"""Publications: codes from campaigns, source_id, join_once, forms."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, publish, send


async def test_a_code_of_the_campaign_becomes_the_customers(world: WorldClient) -> None:
    campaign = await discount_campaign(world, vouchers_count=3)

    publication = await publish(world, "Spring", {"source_id": "ann", "name": "Ann"})

    voucher = publication["voucher"]
    assert voucher["campaign_id"] == campaign["id"] and voucher["publish"]["count"] == 1
    assert publication["tracking_id"] == "ann" and publication["channel"] == "API"
    stored = await made(world, "GET", f"/v1/vouchers/{voucher['code']}")
    assert stored["holder_id"] == publication["customer_id"]


async def test_the_same_source_id_returns_the_first_publication(world: WorldClient) -> None:
    await discount_campaign(world)
    first = await publish(world, "Spring", "ann", source_id="mail-1-ann")

    again = await publish(world, "Spring", "ann", source_id="mail-1-ann")

    assert (again["id"], again["voucher"]["code"]) == (first["id"], first["voucher"]["code"])
    assert (await made(world, "GET", "/v1/publications"))["total"] == 1


async def test_a_form_is_read_under_a_json_content_type(world: WorldClient) -> None:
    campaign = await discount_campaign(world)

    response = await send(
        world,
        "POST",
        "/v1/publications",
        content=f"campaign={campaign['id']}&customer=ann&channel=Braze&source_id=c1ann",
        headers={"Content-Type": "application/json"},
    )

    assert response.status_code == 200, response.text
    publication = response.json()
    assert publication["channel"] == "Braze" and publication["tracking_id"] == "ann"


async def test_several_codes_come_without_their_vouchers(world: WorldClient) -> None:
    await discount_campaign(world)

    body = {"campaign": {"name": "Spring", "count": 3}, "customer": "ann"}
    publication = await made(world, "POST", "/v1/publications", body)

    assert len(set(publication["vouchers"])) == len(set(publication["vouchers_id"])) == 3
    assert "voucher" not in publication


async def test_nothing_is_half_done_when_there_are_not_enough_codes(world: WorldClient) -> None:
    await discount_campaign(world, type="STATIC", vouchers_count=2)

    body = {"campaign": {"name": "Spring", "count": 3}, "customer": {"source_id": "ann"}}
    refused = await send(world, "POST", "/v1/publications", body)

    assert refused.json()["key"] == "no_voucher_suitable_for_publication"
    assert (await send(world, "GET", "/v1/customers/ann")).status_code == 404
    codes = (await made(world, "GET", "/v1/vouchers"))["vouchers"]
    assert [item["publish"]["count"] for item in codes] == [0, 0]


async def test_a_failure_for_a_known_customer_is_listed(world: WorldClient) -> None:
    await discount_campaign(world, type="STATIC")
    await made(world, "POST", "/v1/customers", {"source_id": "ann"})

    await send(world, "POST", "/v1/publications", {"campaign": "Spring", "customer": "ann"})

    failed = (await made(world, "GET", "/v1/publications?result=FAILURE"))["publications"]
    assert [item["failure_code"] for item in failed] == ["no_voucher_suitable_for_publication"]


async def test_a_published_code_lives_as_long_as_the_campaign_says(world: WorldClient) -> None:
    await discount_campaign(world, activity_duration_after_publishing="P24D", expiration_date="2026-01-20")

    voucher = (await publish(world, "Spring", "ann"))["voucher"]

    assert voucher["expiration_date"] == "2026-02-08T09:00:00.000Z"


async def test_a_disabled_campaign_still_publishes(world: WorldClient) -> None:
    await discount_campaign(world)
    await made(world, "POST", "/v1/campaigns/Spring/disable")

    assert (await publish(world, "Spring", "ann"))["result"] == "SUCCESS"


async def test_a_standalone_code_is_published_to_everybody(world: WorldClient) -> None:
    discount = {"type": "PERCENT", "percent_off": 10}
    voucher = {"type": "DISCOUNT_VOUCHER", "code": "ALL", "discount": discount}
    await made(world, "POST", "/v1/campaigns", {"name": "One", "type": "STANDALONE", "voucher": voucher})

    codes = [(await publish(world, "One", who))["voucher"]["code"] for who in ("ann", "bob")]

    assert codes == ["ALL", "ALL"]


async def test_the_list_is_filtered(world: WorldClient) -> None:
    await discount_campaign(world, "A")
    await discount_campaign(world, "B")
    first = await publish(world, "A", "ann", source_id="S1")
    await publish(world, "B", "bob")

    async def found(query: str) -> list[str]:
        return [item["id"] for item in (await made(world, "GET", f"/v1/publications?{query}"))["publications"]]

    assert await found("source_id=S1") == await found("campaign=A") == await found("customer=ann") == [first["id"]]
    assert await found(f"voucher={first['voucher']['code']}") == [first["id"]]
    assert len(await found("voucher_type=DISCOUNT_VOUCHER")) == 2


async def test_a_repeated_publication_is_told_on_the_second_channel(world: WorldClient) -> None:
    await discount_campaign(world)
    await publish(world, "Spring", "ann", source_id="S1")

    response = await send(
        world, "POST", "/v1/publications", {"campaign": "Spring", "customer": "ann", "source_id": "S1"}
    )

    assert "repeated-publication" in response.headers["X-Stampcard-Diagnostics"]
