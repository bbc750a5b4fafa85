"""Push, SMS, WhatsApp and Content Cards: whom each reaches, and what its message needs."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer

IOS, ANDROID = "aaaaaaaa-2222-4333-8444-555555555555", "bbbbbbbb-2222-4333-8444-555555555555"
GROUP = "cccccccc-2222-4333-8444-555555555555"
PHONE = {
    "phone": "+4179",
    "subscription_groups": [{"subscription_group_id": GROUP, "subscription_state": "subscribed"}],
}


def tokens(app: str) -> dict[str, Any]:
    return {"push_tokens": [{"app_id": app, "token": f"token-{app}"}]}


CASES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("apple_push", {"alert": "Hi {{${user_id}}}"}, tokens(IOS), "sent"),
    ("apple_push", {"alert": {"title": "a", "body": "b"}}, tokens(ANDROID), "no push token for ios"),
    ("android_push", {"alert": "Hi", "title": "t"}, tokens(ANDROID), "sent"),
    ("android_push", {"alert": "Hi", "title": "t"}, {}, "no push token for android"),
    ("android_push", {"alert": "Hi", "title": "t"}, tokens(ANDROID) | {"push_subscribe": "unsubscribed"}, "push sub"),
    ("web_push", {"alert": "Hi", "title": "t"}, {}, "no push token for web"),
    ("sms", {"body": "Hi", "subscription_group_id": GROUP, "app_id": IOS}, PHONE, "sent"),
    ("sms", {"body": "Hi", "subscription_group_id": GROUP, "app_id": IOS}, {"phone": "+4178"}, "not subscribed"),
    ("sms", {"body": "Hi", "subscription_group_id": GROUP, "app_id": IOS}, {}, "no phone number"),
    (
        "whats_app",
        {
            "message_type": "text_response_message",
            "message": {"body": "Hi {{${user_id}}}"},
            "subscription_group_id": GROUP,
            "app_id": IOS,
        },
        PHONE,
        "sent",
    ),
    ("content_card", {"type": "CLASSIC", "title": "t", "description": "d"}, {}, "sent"),
]


@pytest.mark.parametrize(("channel", "message", "user", "end"), CASES)
async def test_whom_a_channel_reaches(
    world: WorldClient, channel: str, message: dict[str, Any], user: dict[str, Any], end: str
) -> None:
    apps = [{"id": IOS, "name": "iOS", "platform": "ios"}, {"id": ANDROID, "name": "Android", "platform": "android"}]
    groups = [{"id": GROUP, "name": "Texts", "channel": "sms"}]
    users = [{"external_id": "ann", **user}]
    await world.setup({"braze": {"apps": apps, "subscription_groups": groups, "users": users}})

    body = {"external_user_ids": ["ann"], "messages": {channel: message}}
    response = await world.braze.post("/messages/send", json=body, headers=bearer(world.braze))
    assert response.status_code == 201, response.text
    await world.settle()

    (row,) = await world.outbox(channel=channel)
    assert end in (row["status"] if row["status"] == "sent" else row["reason"])
    assert "{{" not in str(row["parts"])


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("android_push", {"alert": "x"}, "Bad Request"),
    ("android_push", {"alert": "x", "title": "t", "send_to_sync": True}, "Bad Request"),
    ("apple_push", {}, "No message to send"),
    ("apple_push", {"alert": "x", "extra": {"aps": 1}}, "Bad Request"),
    ("sms", {"body": "x"}, "Bad Request"),
    ("content_card", {"type": "BANNER", "title": "t", "description": "d"}, "Bad Request"),
    ("web_push", {"alert": 5, "title": "t"}, "Bad Request"),
]


@pytest.mark.parametrize(("channel", "message", "text"), BAD)
async def test_what_a_message_lacks(world: WorldClient, channel: str, message: dict[str, Any], text: str) -> None:
    body = {"external_user_ids": ["ann"], "messages": {channel: message}}

    response = await world.braze.post("/messages/send", json=body, headers=bearer(world.braze))

    assert (response.status_code, response.json()) == (400, {"message": text})


async def test_a_silent_apple_push_needs_no_alert(world: WorldClient) -> None:
    body = {"external_user_ids": ["ann"], "messages": {"apple_push": {"content-available": True}}}

    response = await world.braze.post("/messages/send", json=body, headers=bearer(world.braze))

    assert response.status_code == 201
