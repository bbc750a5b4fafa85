"""Canvases as exports show them, and what was counted in them."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer, exported, workspace

CANVAS = "00000000-0000-4000-8000-0000000000d1"
EMAIL = {"from": "A <a@example.com>", "subject": "Hi", "body": "Hello"}
GOLD = {"filters": [{"filter": "Custom Attribute", "name": "plan", "comparison": "equals", "value": "gold"}]}
ROW: dict[str, Any] = {
    "name": "Journey",
    "id": CANVAS,
    "entry": {"delivery": "api_triggered", "re_entry": 0},
    "tags": ["t"],
    "variants": [
        {
            "name": "A",
            "percentage": 100,
            "steps": [
                {"name": "Split", "type": "decision_split", "if": GOLD, "yes_next": "Hello", "no_next": "Bye"},
                {"name": "Hello", "type": "message", "messages": {"email": EMAIL}},
                {"name": "Bye", "type": "message", "messages": {"email": EMAIL | {"subject": "Bye"}}},
            ],
        }
    ],
}


@pytest.fixture
async def journey(world: WorldClient) -> WorldClient:
    """A world with a Canvas, and two users who are in it and got a message each."""
    users = [{"external_id": name, "email": f"{name}@example.com"} for name in ("ann", "bob")]
    await world.setup({"braze": {"users": users, "canvases": [ROW], "tags": ["t", "u"]}})
    recipients = [{"external_user_id": name} for name in ("ann", "bob")]
    body = {"canvas_id": CANVAS, "recipients": recipients}
    response = await world.braze.post("/canvas/trigger/send", json=body, headers=bearer(world.braze))
    assert response.status_code == 201
    await world.settle()
    return world


async def get(world: WorldClient, path: str, **query: Any) -> Any:
    response = await world.braze.get(path, params=query, headers=bearer(world.braze))
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_canvas_is_listed(journey: WorldClient) -> None:
    row = {"id": CANVAS, "last_edited": "2026-01-15T09:00:00.000Z", "name": "Journey", "tags": ["t"]}
    assert await get(journey, "/canvas/list") == {"canvases": [row], "message": "success"}


async def test_details_show_the_steps_and_where_they_lead(journey: WorldClient) -> None:
    body = await get(journey, "/canvas/details", canvas_id=CANVAS)
    steps = {step["name"]: step for step in body["steps"]}
    assert body["variants"][0]["first_step_ids"] == [steps["Split"]["id"]]
    assert steps["Split"]["next_paths"] == [
        {"name": "Yes", "next_step_id": steps["Hello"]["id"]},
        {"name": "No", "next_step_id": steps["Bye"]["id"]},
    ]
    assert [message["subject"] for message in steps["Bye"]["messages"].values()] == ["Bye"]
    assert body["first_entry"] == body["last_entry"] == "2026-01-15T09:00:00.000Z"


async def test_entries_and_messages_are_counted_per_day(journey: WorldClient) -> None:
    query = {"canvas_id": CANVAS, "ending_at": "2026-01-16T00:00:00Z", "length": 2}
    breakdown = {"include_variant_breakdown": "true", "include_step_breakdown": "true"}
    data = (await get(journey, "/canvas/data_series", **query, **breakdown))["data"]
    assert [(row["time"], row["total_stats"]["entries"]) for row in data["stats"]] == [
        ("2026-01-15", 2),
        ("2026-01-16", 0),
    ]
    row = data["stats"][0]
    assert [variant["entries"] for variant in row["variant_stats"].values()] == [2]
    sent = {step["name"]: step["messages"].get("email", [{}])[0].get("sent") for step in row["step_stats"].values()}
    assert sent == {"Split": None, "Hello": 0, "Bye": 2}


async def test_a_summary_is_the_sum_of_its_days(journey: WorldClient) -> None:
    query = {"canvas_id": CANVAS, "starting_at": "2026-01-10T00:00:00Z", "ending_at": "2026-01-20T00:00:00Z"}
    data = (await get(journey, "/canvas/data_summary", **query))["data"]
    zero = {"revenue": 0.0, "conversions": 0, "conversions_by_entry_time": 0}
    assert data == {"name": "Journey", "total_stats": zero | {"entries": 2}}


@pytest.mark.parametrize(
    "query",
    [
        {"ending_at": "2026-01-16T00:00:00Z"},
        {"length": 2},
        {"ending_at": "soon", "length": 2},
        {"ending_at": "2026-01-16T00:00:00Z", "length": 15},
        {"ending_at": "2026-01-16T00:00:00Z", "starting_at": "2026-01-01T00:00:00Z"},
        {"ending_at": "2026-01-16T00:00:00Z", "starting_at": "2026-01-17T00:00:00Z"},
    ],
)
async def test_a_span_has_two_ends_and_up_to_14_days(journey: WorldClient, query: dict[str, Any]) -> None:
    response = await journey.braze.get(
        "/canvas/data_series", params={"canvas_id": CANVAS, **query}, headers=bearer(journey.braze)
    )
    assert (response.status_code, response.json()) == (400, {"message": "Bad Request"})


async def test_a_copy_is_a_draft_with_ids_of_its_own(journey: WorldClient) -> None:
    body = {"canvas_id": CANVAS, "name": "Copy", "tag_names": ["u"]}
    response = await journey.braze.post("/canvas/duplicate", json=body, headers=bearer(journey.braze))
    assert response.status_code == 202
    first, second = workspace(journey).canvases.values()
    assert (second.name, second.status, second.tags) == ("Copy", "Draft", ("u",))
    assert {step.id for step in first.variants[0].steps.values()}.isdisjoint(
        step.id for step in second.variants[0].steps.values()
    )


async def test_a_users_export_tells_of_the_canvas(journey: WorldClient) -> None:
    (visit,) = (await exported(journey.braze, "ann", "canvases_received"))["canvases_received"]
    steps = visit.pop("steps_received")
    assert visit == {
        "name": "Journey",
        "api_canvas_id": CANVAS,
        "last_received_message": "2026-01-15T09:00:00.000Z",
        "last_entered": "2026-01-15T09:00:00.000Z",
        "variation_name": "A",
        "in_control": False,
    }
    assert [(step["name"], step["last_received"]) for step in steps] == [("Bye", "2026-01-15T09:00:00.000Z")]
