"""Project webhooks: managed by the management API, signed, tried again, disabled in the end."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from stampcard.voucherify.webhooks import EVENTS, project_id, signature
from tests.voucherify.calls import discount_campaign, made, publish, send
from tests.voucherify.test_earning_rules import pay, rule
from tests.voucherify.test_loyalties import member, program

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


async def test_a_target_that_never_answers_is_disabled_after_a_day(world: WorldClient) -> None:
    webhook = await hook(world, "customer.created")
    await made(world, "POST", "/v1/customers", {"source_id": "ann"})
    await world.settle()

    await world.advance("24h")

    assert len(await calls(world)) == 13
    assert (await made(world, "GET", f"{path(world)}/{webhook['id']}"))["active"] is False


async def test_events_that_are_never_sent_are_told(world: WorldClient) -> None:
    response = await send(world, "POST", path(world), {"target_url": TARGET, "events": ["campaign.created"]})

    assert "event-not-sent" in response.headers["X-Stampcard-Diagnostics"]


# Every event that is sent fits its description


async def redeemed(world: WorldClient, code: str, customer: str) -> Any:
    body = {"redeemables": [{"object": "voucher", "id": code}], "customer": customer, "order": {"amount": 1000}}
    return await send(world, "POST", "/v1/redemptions", body)


async def test_every_event_that_is_sent_fits_its_description(world: WorldClient) -> None:
    assert world.inside is not None
    emitted = {
        name
        for name, event in world.inside.events["voucherify"].items()
        if event.emulation == "emitted" and event.receiver == "consumer"
    }
    await hook(world, *emitted)
    await made(world, "POST", "/v1/customers", {"source_id": "ann", "name": "Ann"})
    await made(world, "PUT", "/v1/customers/ann", {"name": "Anna"})
    await discount_campaign(world)
    code = (await publish(world, "Spring", "ann"))["voucher"]["code"]
    first = (await redeemed(world, code, "ann")).json()["redemptions"][0]["id"]
    tenth = {"type": "PERCENT", "percent_off": 10}
    once = {"type": "DISCOUNT_VOUCHER", "discount": tenth, "redemption": {"quantity": 1}}
    await made(world, "POST", "/v1/vouchers/ONCE", once)
    assert [(await redeemed(world, "ONCE", "ann")).status_code for _ in range(2)] == [200, 400]
    await made(world, "POST", f"/v1/redemptions/{first}/rollback", {"reason": "sent back"})
    gift = {"type": "GIFT_VOUCHER", "gift": {"amount": 1000}, "code": "GIFT"}
    await made(world, "POST", "/v1/vouchers/GIFT", gift)
    await made(world, "POST", "/v1/publications", {"voucher": "GIFT", "customer": "ann"})
    await made(world, "POST", "/v1/vouchers/GIFT/balance", {"amount": 500})
    await program(world, 0)
    await member(world)
    await rule(world)
    await pay(world)
    await world.settle()

    assert {entry["request"]["body"]["type"] for entry in await calls(world)} == emitted
    assert world.inside.faults_of_ours == []


def test_what_the_project_can_send_is_what_the_contract_says(world: WorldClient) -> None:
    assert world.inside is not None
    events = world.inside.events["voucherify"]
    sent = {name for name, event in events.items() if event.emulation == "emitted" and event.receiver == "consumer"}
    assert sent == set(EVENTS.values())


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
