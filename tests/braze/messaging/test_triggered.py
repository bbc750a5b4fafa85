"""POST /campaigns/trigger/send: who gets what, and every refusal."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import WorldClient
from tests.braze.messaging.test_messages import API_CAMPAIGN, TRIGGERED, post, receivers, shop

__all__ = ["shop"]


async def trigger(world: WorldClient, **body: Any) -> httpx.Response:
    return await post(world, "/campaigns/trigger/send", {"campaign_id": TRIGGERED} | body)


async def test_trigger_reaches_recipients_with_their_own_properties(shop: WorldClient) -> None:
    recipients = [{"external_user_id": "ann", "trigger_properties": {"x": 2}}, {"external_user_id": "bob"}]

    response = await trigger(shop, trigger_properties={"x": 1}, recipients=recipients)

    assert response.status_code == 201
    assert [message["parts"]["body"] for message in await shop.outbox()] == ["2 ", "1 "]


async def test_trigger_writes_attributes_before_the_send(shop: WorldClient) -> None:
    recipients = [{"external_user_id": "ann", "attributes": {"first_name": "Ann"}}]

    await trigger(shop, recipients=recipients)

    assert (await shop.outbox())[0]["parts"]["body"] == " Ann"


async def test_trigger_creates_users_only_when_told_so(shop: WorldClient) -> None:
    new = {"external_user_id": "dan", "attributes": {"email": "dan@example.com", "first_name": "Dan"}}

    response = await trigger(shop, recipients=[new])
    assert "unknown-user" in response.headers["x-stampcard-diagnostics"]
    await trigger(shop, recipients=[new | {"send_to_existing_only": False}])

    assert await receivers(shop) == ["dan"]


async def test_trigger_finds_users_by_alias_braze_id_and_email(shop: WorldClient) -> None:
    ann = shop.inside.tenants["braze"].by_external_id["ann"]
    recipients = [
        {"braze_id": ann.braze_id},
        {"email": "Bob@Example.com", "prioritization": ["identified"]},
        {"user_alias": {"alias_name": "cat", "alias_label": "pet"}},
    ]

    await trigger(shop, recipients=recipients)

    assert (await receivers(shop))[:2] == ["ann", "bob"]
    assert len(await receivers(shop)) == 3


async def test_trigger_broadcasts_to_the_audience(shop: WorldClient) -> None:
    level = {"custom_attribute": {"custom_attribute_name": "level", "comparison": "exists"}}

    await trigger(shop, broadcast=True, audience=level)

    assert await receivers(shop) == ["ann", "bob"]
    assert len({message["detail"]["dispatch_id"] for message in await shop.outbox()}) == 1


TRIGGER_REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"campaign_id": "unknown", "broadcast": True}, "Invalid Campaign ID"),
    ({"campaign_id": API_CAMPAIGN, "broadcast": True}, "Invalid Campaign ID"),
    ({}, "No Recipients"),
    ({"recipients": []}, "No Recipients"),
    ({"recipients": [{"external_user_id": "ann"}], "broadcast": True}, "Bad Request"),
    (
        {"recipients": [{"external_user_id": "ann"}] * 51},
        "The max number of external_ids and aliases per request was exceeded",
    ),
    ({"recipients": [{}]}, "Bad Request"),
    ({"recipients": [{"external_user_id": "ann", "braze_id": "x"}]}, "Bad Request"),
    ({"recipients": [{"email": "ann@example.com"}]}, "Bad Request"),
    ({"recipients": [{"external_user_id": "x", "send_to_existing_only": False}]}, "Bad Request"),
    ({"recipients": [{"external_user_id": "ann"}], "trigger_properties": {"x": "y" * 52000}}, "Bad Request"),
    ({"broadcast": True, "attachments": [{"file_name": "a", "url": "https://x.y"}]}, "Bad Request"),
    ({"recipients": [{"external_user_id": "ann", "attributes": {"email": "no"}}]}, "Bad Request"),
    ({"campaign_id": None}, "Bad Request"),
]


@pytest.mark.parametrize(("body", "message"), TRIGGER_REFUSALS)
async def test_trigger_is_refused_whole(shop: WorldClient, body: dict[str, Any], message: str) -> None:
    response = await trigger(shop, **body)

    assert (response.status_code, response.json()) == (400, {"message": message})
    assert await shop.outbox() == []
