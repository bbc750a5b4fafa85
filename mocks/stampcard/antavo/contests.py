"""Contests (Contest lite): which a member may enter, and entering them for points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stampcard.antavo.errors import missing
from stampcard.antavo.games import bad, check_affordable, may_see, not_found, phase, present, register
from stampcard.antavo.module_records import Contest
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import find_customer
from stampcard.core.endpoint import Call, Reply


async def list_all(call: Call[Brand]) -> Reply:
    """Contests the member may see; `fields` adds custom attributes by name."""
    customer = find_customer(call.state, call.path["customer_id"])
    wanted = call.query.get("fields", "").split(",")
    return Reply(200, {"data": rows(call.state, customer, wanted)})


def rows(brand: Brand, customer: Customer, wanted: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Activated contests without a restriction for the member, until their `display_until` (or end) date.

    In the manual's order: by start, by end, by name.
    """
    shown = [
        one
        for one in brand.modules.contests.values()
        if one.status != "inactive"
        and may_see(brand, one.segments, customer)
        and phase(brand, one.start_date, one.display_until or one.end_date) == "active"
    ]
    shown.sort(key=lambda one: (one.start_date, one.end_date, one.title))
    return [_view(brand, customer, one, wanted) for one in shown]


async def enter(call: Call[Brand]) -> Reply:
    """Enter `count` times (once without it), each at the price of an entry."""
    brand = call.state
    customer = find_customer(brand, call.path["customer_id"])
    contest = brand.modules.contests.get(call.path["contest_id"])
    if contest is None or not _is_open(brand, customer, contest):
        raise not_found("Contest not found")
    count = (call.body or {}).get("count", 1)
    if count is None:
        raise missing("count")
    if not may_enter(brand, customer, contest, count):
        raise bad("Customer can't enter this contest more times")
    check_affordable(brand, customer, contest.points * count)
    for _ in range(count):
        enter_once(brand, customer, contest, contest.points, call.id)
    call.summary = f"{customer.id} entered {contest.title} {count} times"
    return Reply(200, {"message": contest.completion_text})


def may_enter(brand: Brand, customer: Customer, contest: Contest, count: int) -> bool:
    """Whether the contest is open to the member, for so many entries more."""
    entries = customer.played.contests.get(contest.id, 0)
    room = contest.max_entries is None or entries + count <= contest.max_entries
    return room and _is_open(brand, customer, contest)


def _is_open(brand: Brand, customer: Customer, contest: Contest) -> bool:
    return _status(brand, contest) == "active" and may_see(brand, contest.segments, customer)


def enter_once(brand: Brand, customer: Customer, contest: Contest, price: int, cause: int | None) -> None:
    """One entry that was checked: an event of its own, at a price."""
    customer.played.contests[contest.id] = customer.played.contests.get(contest.id, 0) + 1
    register(brand, customer, "contest", {"contest": contest.id, "points": price}, cause, spent=price)


def _status(brand: Brand, contest: Contest) -> str:
    return contest.status if contest.status != "active" else phase(brand, contest.start_date, contest.end_date)


def _view(brand: Brand, customer: Customer, contest: Contest, wanted: Sequence[str]) -> dict[str, Any]:
    entries = customer.played.contests.get(contest.id, 0)
    over = contest.max_entries is not None and entries >= contest.max_entries
    found = present(
        {
            "id": contest.id,
            "title": contest.title,
            "description": contest.description,
            "start_date": contest.start_date,
            "end_date": contest.end_date,
            "display_until": contest.display_until,
            "completion_text": contest.completion_text,
            "status": _status(brand, contest),
            "image": contest.image,
            "points": contest.points,
            "terms": contest.terms,
        }
    )
    found["progress"] = {"current": entries, "is_completed": over}
    if contest.max_entries is not None:
        found["progress"]["max"] = contest.max_entries
    if found["status"] == "active" and not over:
        url = f"/customers/{customer.id}/activities/contests/{contest.id}/enter"
        found["_action"] = {"complete": {"method": "POST", "answer": url}}
    return found | {name: contest.custom_data[name] for name in wanted if name in contest.custom_data}
