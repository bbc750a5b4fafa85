"""Quizzes: one question each, answered once by the index of an answer."""

from __future__ import annotations

from typing import Any

from stampcard.antavo.errors import RUNTIME
from stampcard.antavo.fields import number
from stampcard.antavo.games import bad, find_player, may_see, not_found, present, register
from stampcard.antavo.module_records import Quiz
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import find_customer
from stampcard.core.endpoint import Call, Reply


async def list_all(call: Call[Brand]) -> Reply:
    """Quizzes the member may answer: active, not answered yet."""
    brand = call.state
    customer = find_player(brand, call.path["customer_id"])
    shown = rows(brand, customer)
    start, size = call.query.get("offset", 0), call.query.get("limit", 20)
    return Reply(200, {"data": shown[start : start + size], "total": len(shown)})


def rows(brand: Brand, customer: Customer) -> list[dict[str, Any]]:
    """What the member may answer, with the links to it."""
    shown = [one for one in brand.modules.quizzes.values() if _is_for(brand, one, customer)]
    return [
        _view(one) | {"quiz_url": f"/customers/{customer.id}/activities/quizzes/{one.id}"}
        for one in shown
        if one.id not in customer.played.quizzes
    ]


async def get(call: Call[Brand]) -> Reply:
    """A quiz with its answers, the right one included; `quiz_url` here is where an answer goes."""
    brand = call.state
    customer = find_player(brand, call.path["customer_id"])
    quiz = _find(brand, call.path["quiz_id"], customer)
    url = f"/customers/{customer.id}/activities/quizzes/{quiz.id}/earn"
    more = {"quiz_url": url, "answers": list(quiz.answers), "correct_answer": quiz.answers[quiz.correct]}
    return Reply(200, _view(quiz) | more)


async def answer(call: Call[Brand]) -> Reply:
    """Right or wrong; the right answer earns the points. A second answer is refused with HTTP 200."""
    brand = call.state
    customer = find_customer(brand, call.path["customer_id"])
    quiz = _find(brand, call.path["quiz_id"], customer)
    if quiz.id in customer.played.quizzes:
        detail = {"type": RUNTIME, "code": 0, "message": "This quiz is already answered by the customer."}
        return Reply(200, {"error": detail})
    chosen = number((call.body or {}).get("answer"))
    if not isinstance(chosen, int) or not 0 <= chosen < len(quiz.answers):
        raise bad("Invalid answer")
    right = chosen == quiz.correct
    customer.played.quizzes[quiz.id] = right
    data = {"quiz": quiz.id, "answer": quiz.answers[chosen], "correct": right}
    register(brand, customer, "quiz", data, call.id, earned=quiz.points if right else 0)
    call.summary = f"{customer.id} answered {quiz.title}: {'right' if right else 'wrong'}"
    message = quiz.success_message or f"Well done! You've just earned {quiz.points} points!"
    return Reply(200, {"correct_answer": right, "message": message if right else quiz.failure_message})


def _is_for(brand: Brand, quiz: Quiz, customer: Customer) -> bool:
    return quiz.status == "active" and may_see(brand, quiz.segments, customer)


def _find(brand: Brand, name: str, customer: Customer) -> Quiz:
    found = brand.modules.quizzes.get(name)
    if found is None or not _is_for(brand, found, customer):
        raise not_found()
    return found


def _view(quiz: Quiz) -> dict[str, Any]:
    found = {
        "id": quiz.id,
        "title": quiz.title,
        "description": quiz.description,
        "status": quiz.status,
        "image": quiz.image,
        "points": quiz.points,
    }
    return present(found)
