"""POST /messages/send: who gets what, and every refusal."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer

API_CAMPAIGN = "11111111-2222-4333-8444-555555555555"
TRIGGERED = "22222222-2222-4333-8444-555555555555"
VARIATION = "33333333-2222-4333-8444-555555555555"
SEGMENT = "44444444-2222-4333-8444-555555555555"
USERS = [
    {"external_id": "ann", "email": "ann@example.com", "custom_attributes": {"level": 1}},
    {"external_id": "bob", "email": "bob@example.com", "custom_attributes": {"level": 2}},
    {"user_aliases": [{"alias_name": "cat", "alias_label": "pet"}], "email": "cat@example.com"},
]


@pytest.fixture
async def shop(world: WorldClient) -> WorldClient:
    level = {"filter": "Custom Attribute", "name": "level", "comparison": "more than", "value": 1}
    api = {"name": "Tracked", "id": API_CAMPAIGN, "delivery": "api"}
    triggered = {"name": "Triggered", "id": TRIGGERED, "delivery": "api_triggered", "re_eligibility": 0}
    campaigns = [
        api | {"messages": {"email": {"message_variation_id": VARIATION}}},
        triggered | {"messages": {"email": {"body": "{{api_trigger_properties.${x}}} {{${first_name}}}"}}},
    ]
    segments = [{"name": "High", "id": SEGMENT, "filters": [level]}]
    await world.setup({"braze": {"users": USERS, "segments": segments, "campaigns": campaigns}})
    return world


def email(world: WorldClient, **more: Any) -> dict[str, Any]:
    return {"email": {"app_id": world.braze["app_id"], "from": "A <a@b.ch>", "subject": "s", "body": "b"} | more}


async def post(world: WorldClient, path: str, body: Any) -> httpx.Response:
    response = await world.braze.post(path, json=body, headers=bearer(world.braze))
    await world.settle()
    return response


async def send(world: WorldClient, **body: Any) -> httpx.Response:
    return await post(world, "/messages/send", {"messages": email(world)} | body)


async def receivers(world: WorldClient) -> list[str]:
    return [message["user"] for message in await world.outbox() if message["status"] == "sent"]


async def test_send_reaches_ids_and_aliases_once_each(shop: WorldClient) -> None:
    alias = {"alias_name": "cat", "alias_label": "pet"}

    response = await send(shop, external_user_ids=["ann", "ann", "nobody"], user_aliases=[alias])

    assert response.status_code == 201
    assert response.json().keys() == {"dispatch_id", "message"}
    assert len(response.json()["dispatch_id"]) == 32
    cat = shop.inside.tenants["braze"].by_alias["pet", "cat"]
    assert await receivers(shop) == ["ann", cat.braze_id]
    assert "unknown-user /external_user_ids/2" in response.headers["x-stampcard-diagnostics"]
    assert "duplicate-recipient /external_user_ids/1" in response.headers["x-stampcard-diagnostics"]


async def test_nothing_is_sent_within_the_request(shop: WorldClient) -> None:
    body = {"messages": email(shop), "external_user_ids": ["ann"]}
    await shop.braze.post("/messages/send", json=body, headers=bearer(shop.braze))
    assert await shop.outbox() == []


async def test_send_to_a_segment_or_audience_is_a_broadcast(shop: WorldClient) -> None:
    await send(shop, broadcast=True, segment_id=SEGMENT)
    assert await receivers(shop) == ["bob"]

    level = {"custom_attribute": {"custom_attribute_name": "level", "comparison": "less_than", "value": 2}}
    await send(shop, broadcast=True, audience={"AND": [level, {"OR": [level]}]})
    assert await receivers(shop) == ["bob", "ann"]


async def test_named_users_are_filtered_by_segment_and_audience(shop: WorldClient) -> None:
    await send(shop, external_user_ids=["ann", "bob"], segment_id=SEGMENT)
    assert await receivers(shop) == ["bob"]


async def test_a_send_is_counted_for_its_api_campaign(shop: WorldClient) -> None:
    messages = email(shop, message_variation_id=VARIATION, body="{{campaign.${name}}}")

    await send(shop, external_user_ids=["ann"], campaign_id=API_CAMPAIGN, messages=messages)

    (message,) = await shop.outbox(campaign="Tracked")
    assert message["parts"]["body"] == "Tracked"
    assert API_CAMPAIGN in shop.inside.tenants["braze"].by_external_id["ann"].campaigns


async def test_the_subscription_state_of_the_request_decides(shop: WorldClient) -> None:
    shop.inside.tenants["braze"].by_external_id["ann"].profile["email_subscribe"] = "unsubscribed"

    await send(shop, external_user_ids=["ann"])
    await send(shop, external_user_ids=["ann"], recipient_subscription_state="all")

    assert [message["status"] for message in await shop.outbox()] == ["aborted", "sent"]


async def test_an_email_template_gives_its_texts(shop: WorldClient) -> None:
    row = {"template_name": "T", "id": API_CAMPAIGN, "subject": "from template", "body": "Hi {{${user_id}}}"}
    await shop.setup({"braze": {"templates": [row]}})
    messages = {"email": {"app_id": shop.braze["app_id"], "from": "A <a@b.ch>", "email_template_id": API_CAMPAIGN}}

    await send(shop, external_user_ids=["ann"], messages=messages)
    response = await send(shop, external_user_ids=["ann"], messages=email(shop, email_template_id="unknown"))

    (message,) = await shop.outbox()
    assert (message["parts"]["subject"], message["parts"]["body"]) == ("from template", "Hi ann")
    assert response.status_code == 400


SEND_REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({}, "No Recipients"),
    ({"external_user_ids": []}, "No Recipients"),
    ({"broadcast": True}, "No Recipients"),
    ({"external_user_ids": ["ann"], "broadcast": True}, "Bad Request"),
    ({"segment_id": SEGMENT}, "Bad Request"),
    ({"broadcast": True, "segment_id": API_CAMPAIGN}, "Bad Request"),
    (
        {"external_user_ids": [f"u{n}" for n in range(51)]},
        "The max number of external_ids and aliases per request was exceeded",
    ),
    ({"external_user_ids": ["ann"], "messages": {}}, "No message to send"),
    ({"external_user_ids": ["ann"], "messages": None}, "No message to send"),
    ({"external_user_ids": ["ann"], "campaign_id": "unknown"}, "Invalid Campaign ID"),
    ({"external_user_ids": ["ann"], "campaign_id": TRIGGERED}, "Invalid Campaign ID"),
    ({"external_user_ids": ["ann"], "campaign_id": API_CAMPAIGN}, "Message Variant Unspecified"),
    ({"external_user_ids": ["ann"], "send_id": "s1"}, "Bad Request"),
    ({"external_user_ids": ["ann"], "messages": {"android_push": {"extra": "x"}}}, "Invalid Extra Push Payload"),
    ({"external_user_ids": ["ann"], "messages": {"apple_push": {"alert": "x" * 2000}}}, "Apple Push Length Exceeded"),
    (
        {"external_user_ids": ["ann"], "messages": {"android_push": {"alert": "x" * 5000}}},
        "Android Push Length Exceeded",
    ),
    ({"external_user_ids": ["ann"], "messages": {"email": {"from": "a@b.ch", "body": "x"}}}, "Bad Request"),
    ({"external_user_ids": ["ann"], "messages": {"webhook": {"url": "https://x.y"}}}, "Bad Request"),
    ({"external_user_ids": ["ann"], "audience": {"custom_attribute": {}}}, "Bad Request"),
    ({"external_user_ids": ["ann"], "audience": {}}, "Bad Request"),
    ({"external_user_ids": "ann"}, "Bad Request"),
]


@pytest.mark.parametrize(("body", "message"), SEND_REFUSALS)
async def test_send_is_refused_whole(shop: WorldClient, body: dict[str, Any], message: str) -> None:
    response = await send(shop, **body)

    assert (response.status_code, response.json()) == (400, {"message": message})
    assert await shop.outbox() == []


@pytest.mark.parametrize(
    ("variation", "channel", "message"),
    [("nope", "email", "Invalid Message Variant"), (VARIATION, "webhook", "Mismatched Message Type")],
)
async def test_a_variation_must_fit(shop: WorldClient, variation: str, channel: str, message: str) -> None:
    contents = email(shop) | {"webhook": {"url": "https://x.braze.com", "request_method": "POST"}}
    messages = {channel: contents[channel] | {"message_variation_id": variation}}

    response = await send(shop, external_user_ids=["ann"], campaign_id=API_CAMPAIGN, messages=messages)

    assert (response.status_code, response.json()) == (400, {"message": message})


@pytest.mark.parametrize("path", ["/messages/send", "/campaigns/trigger/send"])
@pytest.mark.parametrize("raw", [b"{", b"[]", b"null", b'"x"', b"\xff", b'{"recipients": {"a": 1}}', b"", b"1" * 400])
async def test_bad_input_is_a_documented_400(shop: WorldClient, path: str, raw: bytes) -> None:
    response = await shop.braze.post(path, content=raw, headers=bearer(shop.braze))
    assert response.status_code == 400
    assert response.json().keys() <= {"message", "error"}
