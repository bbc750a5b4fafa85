"""Quizzes: one answer each."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import authorize, call, profile

QUIZ = {
    "id": "fashion",
    "title": "Fashion quiz",
    "description": "Select the correct answer.",
    "answers": ["Coco Chanel", "Gianni Versace"],
    "correct": 0,
    "points": 100,
    "failure_message": "Not this time.",
}
PATH = "/customers/ann/activities/quizzes"


@pytest.fixture
async def quiz(world: WorldClient) -> WorldClient:
    await world.setup({"antavo": {"members": [{"id": "ann"}], "quizzes": [QUIZ]}})
    return world


async def answer(world: WorldClient, value: Any) -> httpx.Response:
    return await call(world.antavo, "POST", f"{PATH}/fashion/earn", {"answer": value})


async def test_the_list_leads_to_the_quiz_and_the_quiz_to_its_answer(quiz: WorldClient) -> None:
    found = (await call(quiz.antavo, "GET", PATH)).json()
    one = (await call(quiz.antavo, "GET", found["data"][0]["quiz_url"])).json()

    assert (found["total"], found["data"][0]["points"]) == (1, 100)
    assert (one["answers"], one["correct_answer"]) == (["Coco Chanel", "Gianni Versace"], "Coco Chanel")
    assert one["quiz_url"] == f"{PATH}/fashion/earn"


async def test_the_right_answer_earns(quiz: WorldClient) -> None:
    response = await answer(quiz, 0)

    assert response.json() == {"correct_answer": True, "message": "Well done! You've just earned 100 points!"}
    assert (await profile(quiz.antavo))["score"] == 100
    row = quiz.inside.tenants["antavo"].customers["ann"].events[-1]
    assert (row.action, row.points, row.data["answer"]) == ("quiz", 100, "Coco Chanel")


async def test_a_form_answers_as_well(quiz: WorldClient) -> None:
    body, kind = b"answer=1", {"Content-Type": "application/x-www-form-urlencoded"}
    headers = authorize(quiz.antavo, "POST", f"{PATH}/fashion/earn", body, kind)

    response = await quiz.antavo.request("POST", f"{PATH}/fashion/earn", content=body, headers=headers)

    assert response.json() == {"correct_answer": False, "message": "Not this time."}
    assert (await profile(quiz.antavo))["score"] == 0


async def test_a_quiz_is_answered_once(quiz: WorldClient) -> None:
    await answer(quiz, 1)

    response = await answer(quiz, 0)

    detail = {"type": "RuntimeException", "code": 0, "message": "This quiz is already answered by the customer."}
    assert (response.status_code, response.json()) == (200, {"error": detail})
    assert (await profile(quiz.antavo))["score"] == 0
    assert (await call(quiz.antavo, "GET", PATH)).json() == {"data": [], "total": 0}


@pytest.mark.parametrize("value", [2, -1, "x", None, 0.5])
async def test_an_answer_that_is_none_leaves_the_quiz_open(quiz: WorldClient, value: Any) -> None:
    response = await answer(quiz, value)

    assert response.status_code == 400
    assert (await answer(quiz, 0)).json()["correct_answer"] is True


async def test_an_event_name_of_the_workspace(world: WorldClient) -> None:
    names = {"events": {"names": {"quiz": "quiz_filled"}}}
    await world.setup({"antavo": {"members": [{"id": "ann"}], "quizzes": [QUIZ], **names}})

    await answer(world, 0)

    assert world.inside.tenants["antavo"].customers["ann"].events[-1].action == "quiz_filled"
