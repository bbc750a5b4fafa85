"""The setup document's Voucherify section."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.voucherify.calls import made, publish

SPRING: dict[str, Any] = {
    "name": "Spring",
    "type": "AUTO_UPDATE",
    "vouchers_count": 5,
    "voucher": {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10}},
}


async def test_a_campaign_is_there_with_its_codes(world: WorldClient) -> None:
    await world.setup({"voucherify": {"campaigns": [SPRING], "customers": [{"source_id": "ann", "name": "Ann"}]}})

    publication = await publish(world, "Spring", "ann")

    assert publication["customer"]["name"] == "Ann"
    assert (await made(world, "GET", "/v1/campaigns/Spring"))["vouchers_count"] == 5


async def test_the_same_name_again_replaces_the_campaign(world: WorldClient) -> None:
    await world.setup({"voucherify": {"campaigns": [SPRING]}})
    before = await made(world, "GET", "/v1/campaigns/Spring")

    await world.setup({"voucherify": {"campaigns": [{**SPRING, "vouchers_count": 2}]}})

    after = await made(world, "GET", "/v1/campaigns/Spring")
    assert (after["id"], after["vouchers_count"]) == (before["id"], 2)
    assert (await made(world, "GET", "/v1/vouchers"))["total"] == 2


async def test_a_voucher_may_be_of_a_campaign_in_the_same_document(world: WorldClient) -> None:
    await world.setup({"voucherify": {"campaigns": [SPRING], "vouchers": [{"code": "ANN", "campaign": "Spring"}]}})

    assert (await made(world, "GET", "/v1/vouchers/ANN"))["campaign"] == "Spring"


BROKEN = [
    ({"campaigns": [{"name": "C", "voucher": {"type": "GIFT_VOUCHER"}}]}, "/voucherify/campaigns/0"),
    ({"vouchers": [{"code": "A", "campaign": "Nope"}]}, "/voucherify/vouchers/0"),
    ({"customers": [{"source_id": "a", "birthdate": "never"}]}, "/voucherify/customers/0"),
    ({"campaigns": [SPRING, SPRING]}, "/voucherify/campaigns/1"),
    ({"campaigns": [{**SPRING, "colour": "red"}]}, "/voucherify/campaigns/0"),
]


@pytest.mark.parametrize(("section", "pointer"), BROKEN)
async def test_what_does_not_fit_names_itself_and_nothing_is_applied(
    world: WorldClient, section: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(ControlRefused) as refused:
        await world.setup({"voucherify": {"project": {"region": "us1"}, **section}})

    assert pointer in str(refused.value.problem)
    assert world.inside is not None and world.inside.tenants["voucherify"].settings.region == "eu"


async def test_a_reset_keeps_the_keys_and_applies_the_setup_anew(world: WorldClient) -> None:
    await world.setup({"voucherify": {"campaigns": [SPRING]}})
    await publish(world, "Spring", "ann")

    await world.reset()

    assert (await made(world, "GET", "/v1/publications"))["total"] == 0
    assert (await made(world, "GET", "/v1/campaigns/Spring"))["vouchers_count"] == 5
