"""Live Activities: what the devices of users are told."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer, track


def activity(world: WorldClient, **more: Any) -> dict[str, Any]:
    return {
        "app_id": world.braze["app_id"],
        "activity_id": "match",
        "activity_attributes_type": "Match",
        "activity_attributes": {"home": "A"},
        "content_state": {"score": 0},
        "notification": {"alert": {"title": "Kick-off"}},
        "external_user_ids": ["ann", "bob"],
        **more,
    }


@pytest.fixture
async def users(world: WorldClient) -> WorldClient:
    """A world with ann, who has a push token, and bob, who has none."""
    tokens = [{"app_id": world.braze["app_id"], "token": "t1"}]
    await track(world.braze, attributes=[{"external_id": "ann", "push_tokens": tokens}, {"external_id": "bob"}])
    return world


async def post(world: WorldClient, what: str, body: dict[str, Any]) -> Any:
    return await world.braze.post(f"/messages/live_activity/{what}", json=body, headers=bearer(world.braze))


async def test_users_with_a_token_are_told(users: WorldClient) -> None:
    response = await post(users, "start", activity(users))
    assert (response.status_code, response.json()) == (201, {"message": "success"})
    told = [(message["user"], message["status"]) for message in await users.outbox(channel="live_activity")]
    assert told == [("ann", "sent"), ("bob", "aborted")]


async def test_an_update_reaches_those_it_was_started_for_until_it_ends(users: WorldClient) -> None:
    await post(users, "start", activity(users))
    change = {"app_id": users.braze["app_id"], "activity_id": "match", "content_state": {"score": 1}}
    await post(users, "update", change)
    await post(users, "update", change | {"end_activity": True})
    response = await post(users, "update", change)
    assert response.headers["X-Stampcard-Diagnostics"] == "unknown-activity /activity_id"
    told = [message["detail"]["why"] for message in await users.outbox(channel="live_activity", user="ann")]
    assert told == ["live activity started", "live activity updated", "live activity ended"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"external_user_ids": None}, "Bad Request"),
        ({"segment_id": "x"}, "Bad Request"),
        ({"app_id": "x"}, "Bad Request"),
        ({"external_user_ids": ["x"] * 51}, "The max number of ids per request was exceeded"),
        ({"content_state": []}, "Bad Request"),
    ],
)
async def test_a_bad_start_is_refused(users: WorldClient, change: dict[str, Any], message: str) -> None:
    response = await post(users, "start", activity(users, **change))
    assert (response.status_code, response.json()) == (400, {"message": message})


async def test_nobody_named_is_refused(users: WorldClient) -> None:
    body = activity(users)
    del body["external_user_ids"]
    assert (await post(users, "start", body)).json() == {"message": "No Recipients"}
