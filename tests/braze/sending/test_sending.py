"""Webhooks with their retries, previews, and that nothing intended is lost."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.braze.campaigns import records
from stampcard.braze.dashboard import trying
from stampcard.client import WorldClient
from tests.braze.calls import bearer

API = "https://rest.iad-01.braze.com"


async def webhook(world: WorldClient, **content: Any) -> dict[str, Any]:
    """The outbox message after a webhook to ann was triggered and settled."""
    parts = {"url": f"{API}/events/list", "method": "GET", "headers": bearer(world.braze)} | content
    row = {"name": "Hook", "delivery": "api_triggered", "messages": {"webhook": parts}}
    users = [{"external_id": "ann", "custom_attributes": {"punchh_user_id": 77}}]
    await world.setup({"braze": {"users": users, "campaigns": [row]}})
    campaign = records.find_campaign(world.inside.tenants["braze"], "Hook")
    assert campaign is not None
    body = {"campaign_id": campaign.id, "recipients": [{"external_user_id": "ann"}]}
    response = await world.braze.post("/campaigns/trigger/send", json=body, headers=bearer(world.braze))
    assert response.status_code == 201, response.text
    await world.settle()
    return (await world.outbox())[-1]


async def test_key_value_pairs_are_sent_as_json_strings(world: WorldClient) -> None:
    pairs = {"custom_segment_id": 11646, "user_id": "{{custom_attribute.${punchh_user_id}}}"}

    message = await webhook(world, url=f"{API}/users/track", method="POST", key_value_pairs=pairs)

    (entry,) = await world.journal(operation="users_track")
    assert entry["request"]["body"] == {"custom_segment_id": "11646", "user_id": "77"}
    assert entry["request"]["headers"]["Content-Type"] == "application/json"
    assert entry["cause"] == message["entry"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [('{"a":1}', "application/json"), ("a=1&b=2", "application/x-www-form-urlencoded"), ("x", "text/plain")],
)
async def test_the_content_type_is_inferred_from_the_body(world: WorldClient, body: str, kind: str) -> None:
    await webhook(world, url=f"{API}/users/track", method="POST", body=body)

    (entry,) = await world.journal(operation="users_track")
    assert entry["request"]["headers"]["Content-Type"] == kind


async def test_a_received_webhook_is_sent_and_shows_its_attempt(world: WorldClient) -> None:
    message = await webhook(world)

    assert message["status"] == "sent"
    assert message["detail"]["delivery"]["state"] == "delivered"
    assert [attempt["status"] for attempt in message["detail"]["delivery"]["attempts"]] == [200]


@pytest.mark.parametrize("status", [408, 429, 500, 503])
async def test_a_webhook_is_retried_until_it_is_received(world: WorldClient, status: int) -> None:
    await world.faults({"operation": "events_list", "status": status, "times": 2})

    message = await webhook(world)
    assert message["status"] == "waiting"
    await world.advance("5m")

    (message,) = await world.outbox()
    assert message["status"] == "sent"
    assert [attempt["status"] for attempt in message["detail"]["delivery"]["attempts"]] == [status, status, 200]


async def test_five_retries_within_thirty_minutes_then_it_is_aborted(world: WorldClient) -> None:
    await world.faults({"operation": "events_list", "status": 500})

    await webhook(world)
    await world.advance("30m")

    (message,) = await world.outbox()
    assert (message["status"], message["detail"]["abort_type"]) == ("aborted", "exhausted_retries")
    assert len(message["detail"]["delivery"]["attempts"]) == 6


@pytest.mark.parametrize("status", [302, 400, 404])
async def test_other_answers_are_not_retried(world: WorldClient, status: int) -> None:
    await world.faults({"operation": "events_list", "status": status})

    message = await webhook(world)

    assert (message["status"], message["detail"]["abort_type"]) == ("aborted", "invalid_http_status")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("{{custom_attribute.${none}}}", "missing_hostname"),
        ("https:///path", "missing_hostname"),
        ("https://rest.iad-01.braze.com:8443/x", "blocked_webhook_url"),
        ("ftp://example.com/x", "blocked_webhook_url"),
        ("https://example.com/x", "stampcard_host_refused"),
    ],
)
async def test_a_url_that_cannot_be_called_aborts(world: WorldClient, url: str, kind: str) -> None:
    message = await webhook(world, url=url)

    assert (message["status"], message["detail"]["abort_type"]) == ("aborted", kind)


async def test_a_failed_webhook_is_no_receipt(world: WorldClient) -> None:
    await world.faults({"operation": "events_list", "status": 404})
    await webhook(world)
    await world.faults()

    message = await webhook(world)

    assert message["status"] == "sent", "never received, so eligible still"


async def previewed(world: WorldClient, body: str) -> dict[str, Any]:
    row = {"name": "P", "delivery": "api_triggered", "messages": {"email": {"subject": "s", "body": body}}}
    users = [{"external_id": "ann", "email": "ann@example.com"}]
    await world.setup({"braze": {"users": users, "campaigns": [row]}})
    workspace = world.inside.tenants["braze"]
    campaign = records.find_campaign(workspace, "P")
    assert campaign is not None
    (shown,) = await trying.preview(workspace, campaign, workspace.by_external_id["ann"], 0)
    return shown


async def test_a_preview_renders_and_sends_nothing(world: WorldClient) -> None:
    shown = await previewed(world, "{{${user_id}}} {{campaign.${dispatch_id}}}")

    assert shown["parts"]["body"] == "ann dispatch_id_for_unsent_campaign"
    assert await world.outbox() == []
    assert world.inside.tenants["braze"].by_external_id["ann"].campaigns == {}


async def test_a_preview_shows_an_abort(world: WorldClient) -> None:
    shown = await previewed(world, "{% abort_message('no') %}")

    assert (shown["status"], shown["reason"]) == ("aborted", "no")


async def test_previews_cache_posts_until_the_query_changes(world: WorldClient) -> None:
    """Voucherify's partner page: at least five minutes, and `?t=1` with a growing number for each test."""
    tag = f"""{{% connected_content {API}/users/track :method post
        :headers {{"Authorization": "Bearer {world.braze["api_key"]}"}}
        :body {{"attributes":[{{"external_id":"x"}}]}} :content_type application/json %}}"""

    for body in (tag, tag, tag.replace("/track", "/track?t=1"), tag.replace("/track", "/track?t=2")):
        await previewed(world, body)

    calls = await world.journal(operation="users_track")
    assert [call["request"]["url"] for call in calls] == ["/users/track", "/users/track?t=1", "/users/track?t=2"]
