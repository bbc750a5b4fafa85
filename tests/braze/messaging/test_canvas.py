"""POST /canvas/trigger/send and the schedules of Canvases."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer
from tests.braze.canvas.test_journeys import CANVAS, bodies, canvas, mail

TOO_MANY = "The max number of external_ids and aliases per request was exceeded"
UNKNOWN = "canvas_id must be a string of the Canvas api identifier"


@pytest.fixture
async def shop(world: WorldClient) -> WorldClient:
    users = [{"external_id": name, "email": f"{name}@example.com"} for name in ("ann", "bob")]
    row = canvas(mail("Hi", "{{context.${x}}}"), entry={"delivery": "api_triggered", "re_entry": 0})
    await world.setup({"braze": {"users": users, "canvases": [row]}})
    return world


async def post(world: WorldClient, path: str, **body: Any) -> httpx.Response:
    response = await world.braze.post(path, json={"canvas_id": CANVAS} | body, headers=bearer(world.braze))
    await world.settle()
    return response


async def test_recipients_enter_with_their_own_context(shop: WorldClient) -> None:
    rows = [{"external_user_id": "ann", "context": {"x": 2}}, {"external_user_id": "bob"}]

    response = await post(shop, "/canvas/trigger/send", canvas_entry_properties={"x": 1}, recipients=rows)

    assert (response.status_code, response.json()["message"]) == (201, "success")
    assert await bodies(shop) == ["2", "1"]


async def test_a_broadcast_lets_everybody_in(shop: WorldClient) -> None:
    await post(shop, "/canvas/trigger/send", broadcast=True, context={"x": 3})
    assert await bodies(shop) == ["3", "3"]


@pytest.mark.parametrize(("status", "word"), [("Archived", "archived"), ("Stopped", "paused")])
async def test_a_canvas_that_is_off_answers_with_a_notice(shop: WorldClient, status: str, word: str) -> None:
    row = canvas(mail("Hi"), entry={"delivery": "api_triggered"}, status=status)
    await shop.setup({"braze": {"canvases": [row]}})

    response = await post(shop, "/canvas/trigger/send", recipients=[{"external_user_id": "ann"}])

    assert response.status_code == 201
    assert response.json()["notice"].startswith(f"The Canvas is {word}.")
    assert await bodies(shop) == []


BAD: list[tuple[dict[str, Any], str]] = [
    ({"canvas_id": "nope", "broadcast": True}, UNKNOWN),
    ({}, "No Recipients"),
    (
        {"recipients": [{"external_user_id": "ann"}] * 51},
        "The max number of external_ids and aliases per request was exceeded",
    ),
    ({"recipients": [{}]}, "Bad Request"),
    ({"canvas_id": 5}, "Bad Request"),
    ({"broadcast": True, "context": {"x": "y" * 52000}}, "Bad Request"),
]


@pytest.mark.parametrize(("body", "message"), BAD)
async def test_a_request_is_refused_whole(shop: WorldClient, body: dict[str, Any], message: str) -> None:
    response = await post(shop, "/canvas/trigger/send", **body)

    assert (response.status_code, response.json()) == (400, {"message": message})
    assert await bodies(shop) == []


async def test_an_entry_can_be_scheduled_moved_and_dropped(shop: WorldClient) -> None:
    asked = {"recipients": [{"external_user_id": "ann"}], "context": {"x": 1}}
    path = "/canvas/trigger/schedule"
    first = await post(shop, f"{path}/create", schedule={"time": "2026-01-15T10:00:00Z"}, **asked)
    second = await post(shop, f"{path}/create", schedule={"time": "2026-01-15T10:00:00Z"}, **asked)
    assert first.status_code == 201, first.text

    moved = {"schedule_id": first.json()["schedule_id"], "schedule": {"time": "2026-01-15T12:00:00Z"}}
    assert (await post(shop, f"{path}/update", **moved)).json() == {"message": "success"}
    dropped = await post(shop, f"{path}/delete", schedule_id=second.json()["schedule_id"])
    assert dropped.json() == {"message": "success"}
    await shop.advance("2h")
    assert await bodies(shop) == []
    await shop.advance("1h")

    assert await bodies(shop) == ["1"]
