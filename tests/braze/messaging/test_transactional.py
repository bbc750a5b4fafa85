"""Transactional e-mails: one recipient, idempotent, whatever the subscription state, with postbacks."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.braze.calls import bearer

CAMPAIGN = "22222222-2222-4333-8444-555555555555"
OTHER = "33333333-2222-4333-8444-555555555555"
POSTBACK = "https://api.voucherify.io/postback"


async def set_up(world: WorldClient, **more: Any) -> None:
    email = {"body": "Order {{api_trigger_properties.${order}}}"}
    row = {"name": "Receipt", "id": CAMPAIGN, "delivery": "transactional", "messages": {"email": email}}
    other = {"name": "Other", "id": OTHER, "delivery": "api_triggered", "messages": {"email": email}}
    users = [{"external_id": "ann", "email": "ann@example.com", "email_subscribe": "unsubscribed"}]
    await world.setup({"braze": {"users": users, "campaigns": [row | more, other]}})


async def send(world: WorldClient, campaign: str = CAMPAIGN, **body: Any) -> httpx.Response:
    asked = {"recipient": {"external_user_id": "ann"}, "trigger_properties": {"order": 7}} | body
    path = f"/transactional/v1/campaigns/{campaign}/send"
    response = await world.braze.post(path, json=asked, headers=bearer(world.braze))
    await world.settle()
    return response


async def test_it_is_sent_whatever_the_subscription_state(world: WorldClient) -> None:
    await set_up(world)

    response = await send(world)

    body = response.json()
    assert (response.status_code, body["status"]) == (201, "sent")
    assert body["metadata"]["campaign_api_id"] == CAMPAIGN
    (message,) = await world.outbox()
    assert (message["status"], message["parts"]["body"]) == ("sent", "Order 7")
    assert message["detail"]["dispatch_id"] == body["dispatch_id"]


async def test_an_external_send_id_stands_for_its_first_dispatch_for_a_day(world: WorldClient) -> None:
    await set_up(world)

    first = await send(world, external_send_id="order-7")
    again = await send(world, external_send_id="order-7")
    assert again.json() == first.json()
    assert len(await world.outbox()) == 1
    await world.advance("24h")
    await send(world, external_send_id="order-7")

    assert len(await world.outbox()) == 2


async def test_an_unknown_user_is_created_from_attributes(world: WorldClient) -> None:
    await set_up(world)

    await send(world, recipient={"external_user_id": "bob", "attributes": {"email": "bob@example.com"}})

    assert [message["user"] for message in await world.outbox()] == ["bob"]


async def test_each_status_is_posted_back(world: WorldClient) -> None:
    await set_up(world, http_event_postback=POSTBACK)
    await world.faults({"host": "api.voucherify.io", "status": 200})

    response = await send(world, external_send_id="order-7")

    calls = [entry for entry in await world.journal() if entry["caller"] == "braze" and entry["kind"] == "call"]
    bodies = [entry["request"]["body"] for entry in calls]
    assert [body["status"] for body in bodies] == ["sent", "processed", "delivered"]
    assert {body["dispatch_id"] for body in bodies} == {response.json()["dispatch_id"]}
    assert bodies[2]["metadata"].keys() >= {"external_send_id", "sent_at", "processed_at", "delivered_at"}


async def test_nobody_to_send_to_is_posted_back_as_aborted(world: WorldClient) -> None:
    await set_up(world, http_event_postback=POSTBACK)
    await world.faults({"host": "api.voucherify.io", "status": 200})

    await send(world, recipient={"external_user_id": "nobody"})

    (entry,) = [entry for entry in await world.journal() if entry["caller"] == "braze" and entry["kind"] == "call"]
    assert entry["request"]["body"]["metadata"]["reason"] == "User not emailable"


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("nope", {}, "campaign_id must be a string of the campaign api identifier"),
    (CAMPAIGN.replace("2", "9"), {}, "Campaign does not exist"),
    (
        OTHER,
        {},
        "The campaign is not a transactional campaign. Only transactional campaigns may use this endpoint",
    ),
    (CAMPAIGN, {"recipient": {}}, "Bad Request"),
    (CAMPAIGN, {"recipient": [{"external_user_id": "ann"}]}, "Bad Request"),
    (CAMPAIGN, {"external_send_id": "a b"}, "Bad Request"),
    (CAMPAIGN, {"recipient": {"external_user_id": "x", "attributes": {"email": "no"}}}, "Bad Request"),
]


@pytest.mark.parametrize(("campaign", "body", "message"), REFUSALS)
async def test_refusals(world: WorldClient, campaign: str, body: dict[str, Any], message: str) -> None:
    await set_up(world)

    response = await send(world, campaign, **body)

    assert (response.status_code, response.json()) == (400, {"message": message})
    assert await world.outbox() == []


async def test_a_paused_campaign_says_so(world: WorldClient) -> None:
    await set_up(world, status="Stopped")

    assert (await send(world)).json()["message"].startswith("The campaign is paused.")


async def test_a_wrong_key_has_a_text_of_its_own(world: WorldClient) -> None:
    path = f"/transactional/v1/campaigns/{CAMPAIGN}/send"
    response = await world.braze.post(path, json={}, headers={"Authorization": "Bearer nope"})

    assert (response.status_code, response.json()) == (401, {"message": "Error authenticating credentials"})


async def test_promotion_codes_have_no_place_in_it(world: WorldClient) -> None:
    with pytest.raises(ControlRefused, match="promotion codes are not supported"):
        await set_up(world, messages={"email": {"body": "{% promotion('s') %}"}})
