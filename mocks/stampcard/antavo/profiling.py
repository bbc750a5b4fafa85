"""Gamified profiling: flows of questions, one at a time, and what a member answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from stampcard.antavo.errors import BAD_REQUEST, missing, plain
from stampcard.antavo.fields import number
from stampcard.antavo.games import bad, may_see, not_found, phase, present, register
from stampcard.antavo.module_records import Flow, Question
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import find_customer
from stampcard.core.endpoint import Call, Reply

WITH_OPTIONS = ("text_options", "image_options", "color_options")


async def flows(call: Call[Brand]) -> Reply:
    """Flows the member can complete."""
    customer = find_customer(call.state, call.path["customer_id"])
    return Reply(200, {"data": rows(call.state, customer)})


def rows(brand: Brand, customer: Customer) -> list[dict[str, Any]]:
    """Flows that run or will, not completed yet."""
    found = []
    for flow in brand.modules.flows.values():
        status = phase(brand, flow.starts_at, flow.ends_at)
        if flow.id in customer.played.flows or status == "expired":
            continue
        if not may_see(brand, flow.segments, customer):
            status = "restricted"
        found.append(_flow_view(customer, flow, status))
    return found


async def next_question(call: Call[Brand]) -> Reply:
    """The first question without an answer; with none left the flow is completed and the answer is an error."""
    brand = call.state
    customer = find_customer(brand, call.path["customer_id"])
    flow = _find_flow(brand, call.path["flow_id"], customer)
    left = _left(customer, flow)
    if not left:
        _complete(brand, customer, flow, call.id)
        raise bad("There are no more questions")
    language = call.request.headers.get("accept-language").partition(",")[0].partition(";")[0].strip()
    return Reply(200, _question_view(customer, flow, left[0], language))


async def answer(call: Call[Brand]) -> Reply:
    """Register an answer; the last one completes the flow, which alone is told with a message."""
    brand = call.state
    customer = find_customer(brand, call.path["customer_id"])
    flow = _find_flow(brand, call.path["flow_id"], customer)
    question = next((one for one in flow.questions if one.id == call.path["question_id"]), None)
    if question is None:
        raise not_found("Question not found")
    answers = _read(question, (call.body or {}).get("answer"))
    customer.played.answers.setdefault(flow.id, {})[question.id] = answers
    told = {"flow": flow.id, "question": question.id, "answers": answers}
    register(brand, customer, "profiling_answer", told, call.id)
    call.summary = f"{customer.id} answered {question.id} of {flow.id}"
    if _left(customer, flow) or not _complete(brand, customer, flow, call.id):
        return Reply(200, {})
    return Reply(200, present({"message": flow.message, "cta_label": flow.cta_label}))


async def data_extension(call: Call[Brand]) -> Reply:
    """What the member answered; profiling is the only extension."""
    brand = call.state
    customer = find_customer(brand, call.path["customer_id"])
    if call.path["data_extension"] != "profiling":
        raise plain(400, BAD_REQUEST, 160401, "Not found")
    rows = []
    for name, answers in customer.played.answers.items():
        flow = brand.modules.flows.get(name)
        for question in flow.questions if flow else ():
            if flow is not None and question.id in answers:
                title = _in_language(question.title, "")
                about = {"title": flow.title, "id": flow.id}
                shown = [_answer_view(question, one) for one in answers[question.id]]
                rows.append({"answers": shown, "id": question.id, "title": title, "flow": about})
    return Reply(200, {"questions": rows})


def _find_flow(brand: Brand, name: str, customer: Customer) -> Flow:
    """A flow that runs for the member. Raises 404."""
    flow = brand.modules.flows.get(name)
    if flow is None or phase(brand, flow.starts_at, flow.ends_at) != "active":
        raise not_found()
    if not may_see(brand, flow.segments, customer):
        raise not_found()
    return flow


def _left(customer: Customer, flow: Flow) -> list[Question]:
    answers = customer.played.answers.get(flow.id, {})
    return [question for question in flow.questions if question.id not in answers]


def _complete(brand: Brand, customer: Customer, flow: Flow, cause: int) -> bool:
    """Register profiling_flow with its points, once; whether that was now."""
    if flow.id in customer.played.flows:
        return False
    customer.played.flows.append(flow.id)
    register(brand, customer, "profiling_flow", {"flow": flow.id, "points": flow.points}, cause, earned=flow.points)
    return True


def _read(question: Question, value: Any) -> list[Any]:
    """The answers sent, in the question's type. Raises ApiError."""
    given = list(value) if isinstance(value, list) else [value]
    if not given or any(one in (None, "") for one in given):
        raise missing("answer")
    if len(given) > 1 and not question.multi_choice:
        raise bad("Invalid answer")
    found = [_read_one(question, one) for one in given]
    if None in found:
        raise bad("Invalid answer")
    return found


def _read_one(question: Question, value: Any) -> Any:
    if question.type in WITH_OPTIONS:
        return value if value in {option.id for option in question.answers} else None
    if question.type == "like":
        return {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
    if question.type == "numeric_slider":
        return number(value)
    if question.type == "datepicker":
        try:
            return date.fromisoformat(value).isoformat()
        except (TypeError, ValueError):
            return None
    return value if isinstance(value, str) else None


# Views


def _flow_view(customer: Customer, flow: Flow, status: str) -> dict[str, Any]:
    found = {
        "id": flow.id,
        "title": flow.title,
        "description": flow.description,
        "status": status,
        "image": flow.image,
        "points": flow.points,
        "activity_type": "profiling",
        "questions": len(flow.questions),
    }
    if status == "active":
        url = f"/customers/{customer.id}/activities/profiling/{flow.id}/next"
        found["_actions"] = {"next": {"method": "GET", "url": url}}
    return present(found)


def _question_view(customer: Customer, flow: Flow, question: Question, language: str) -> dict[str, Any]:
    url = f"/customers/{customer.id}/activities/profiling/{flow.id}/questions/{question.id}"
    found = {
        "type": question.type,
        "title": _in_language(question.title, language),
        "description": _in_language(question.description, language),
        "position": flow.questions.index(question) + 1,
        "multi-choice": question.multi_choice,
        "_actions": {"answer": {"method": "POST", "url": url}},
    }
    if question.answers:
        found["answers"] = [{"id": one.id, "text": _in_language(one.text, language)} for one in question.answers]
    return found


def _answer_view(question: Question, answer: Any) -> Any:
    option = next((one for one in question.answers if one.id == answer), None)
    return {"id": option.id, "text": _in_language(option.text, "")} if option else answer


def _in_language(text: Any, language: str) -> str:
    """A text, or of a translated one the version asked for, else its first."""
    if not isinstance(text, dict):
        return str(text)
    names: Sequence[str] = [name for name in (language, language[:2]) if name in text] or list(text)
    return str(text[names[0]])
