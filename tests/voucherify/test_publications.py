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
