"""Gamified profiling: question after question, and what was answered."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import authorize, call, profile

FLOW = {
    "id": "style",
    "title": "Product preferences",
    "points": 40,
    "message": "You just finished our survey.",
    "cta_label": "Back",
    "questions": [
        {
            "id": "clothes",
            "title": {"en": "What do you shop for?", "de": "Was kaufen Sie?"},
            "multi_choice": True,
            "answers": [{"id": "c", "text": {"en": "Casual", "de": "Freizeit"}}, {"id": "f", "text": "Formal"}],
        },
        {"id": "happy", "title": "How satisfied are you?", "type": "numeric_slider"},
    ],
}
PATH = "/customers/ann/activities/profiling"


@pytest.fixture
async def flow(world: WorldClient) -> WorldClient:
    await world.setup({"antavo": {"members": [{"id": "ann"}], "profiling_flows": [FLOW]}})
    return world


async def answer(world: WorldClient, question: str, value: Any) -> httpx.Response:
    return await call(world.antavo, "POST", f"{PATH}/style/questions/{question}", {"answer": value})


async def test_the_flow_leads_from_question_to_question(flow: WorldClient) -> None:
    (row,) = (await call(flow.antavo, "GET", PATH)).json()["data"]
    first = (await call(flow.antavo, "GET", row["_actions"]["next"]["url"])).json()
    await answer(flow, "clothes", ["c", "f"])
    second = (await call(flow.antavo, "GET", row["_actions"]["next"]["url"])).json()

    assert (row["questions"], row["points"], row["activity_type"]) == (2, 40, "profiling")
    assert (first["type"], first["position"], first["multi-choice"]) == ("text_options", 1, True)
    assert first["answers"] == [{"id": "c", "text": "Casual"}, {"id": "f", "text": "Formal"}]
    assert (second["type"], second["position"]) == ("numeric_slider", 2)
    assert "answers" not in second


async def test_accept_language_picks_a_translation(flow: WorldClient) -> None:
    headers = authorize(flow.antavo, "GET", f"{PATH}/style/next", b"", {"Accept-Language": "de-AT,en;q=0.5"})

    found = (await flow.antavo.request("GET", f"{PATH}/style/next", headers=headers)).json()

    assert (found["title"], found["answers"][0]["text"]) == ("Was kaufen Sie?", "Freizeit")


async def test_the_last_answer_completes_the_flow_once(flow: WorldClient) -> None:
    assert (await answer(flow, "clothes", ["c"])).json() == {}
    done = (await answer(flow, "happy", 3)).json()
    again = (await answer(flow, "happy", 4)).json()
    left = await call(flow.antavo, "GET", f"{PATH}/style/next")

    assert done == {"message": "You just finished our survey.", "cta_label": "Back"}
    assert again == {}
    assert (left.status_code, left.json()["error"]["message"]) == (400, "There are no more questions")
    assert (await profile(flow.antavo))["score"] == 40
    actions = [row.action for row in flow.inside.tenants["antavo"].customers["ann"].events]
    assert actions == ["profiling_answer", "profiling_answer", "profiling_flow", "profiling_answer"]
    assert (await call(flow.antavo, "GET", PATH)).json()["data"] == []


async def test_asking_on_completes_a_flow_whose_questions_are_answered(flow: WorldClient) -> None:
    """As the reference says: with no question left the call itself registers profiling_flow."""
    brand = flow.inside.tenants["antavo"]
    brand.customers["ann"].played.answers["style"] = {"clothes": ["c"], "happy": [3]}

    response = await call(flow.antavo, "GET", f"{PATH}/style/next")

    assert response.status_code == 400
    assert (await profile(flow.antavo))["score"] == 40


@pytest.mark.parametrize(
    ("question", "value"),
    [("clothes", "z"), ("clothes", ["c", "z"]), ("happy", "very"), ("happy", [1, 2]), ("happy", True)],
)
async def test_what_is_no_answer(flow: WorldClient, question: str, value: Any) -> None:
    response = await answer(flow, question, value)

    detail = {"type": "BadRequestException", "code": 0, "message": "Invalid answer"}
    assert (response.status_code, response.json()) == (400, {"error": detail})
    assert flow.inside.tenants["antavo"].customers["ann"].events == []


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [("like", "false", False), ("datepicker", "2026-02-01", "2026-02-01"), ("feedback", "good", "good")],
)
async def test_each_type_keeps_its_own_answers(world: WorldClient, kind: str, value: Any, kept: Any) -> None:
    flow = {"id": "style", "title": "T", "questions": [{"id": "q", "title": "Q", "type": kind}]}
    await world.setup({"antavo": {"members": [{"id": "ann"}], "profiling_flows": [flow]}})

    await answer(world, "q", value)

    found = (await call(world.antavo, "GET", "/customers/ann/data/profiling")).json()
    assert found == {"questions": [{"answers": [kept], "id": "q", "title": "Q", "flow": {"title": "T", "id": "style"}}]}


async def test_the_data_extension_shows_options_as_objects(flow: WorldClient) -> None:
    await answer(flow, "clothes", "c")

    found = (await call(flow.antavo, "GET", "/customers/ann/data/profiling")).json()

    assert found["questions"][0]["answers"] == [{"id": "c", "text": "Casual"}]
