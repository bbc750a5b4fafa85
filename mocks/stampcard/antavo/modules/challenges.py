"""Challenges: progress by events, completion as the event `activity` with its points, and the four lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stampcard.antavo.catalogue.records import Challenge, Progress
from stampcard.antavo.errors import BAD_REQUEST, in_envelope, plain, unsuitable
from stampcard.antavo.filters import instant, read_filters
from stampcard.antavo.paging import links
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.times import iso
from stampcard.antavo.work import Work, find_customer
from stampcard.antavo.workflows.records import Workflow, in_segments
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError

_COMPLETED_KEYS = {
    *(f"{name}.{operator}" for name in ("created_at", "last_completed_at") for operator in ("lt", "lte", "gt", "gte")),
    "id",
    "offset",
    "limit",
    "api_key",
}


# Lists


async def available(call: Call[Brand]) -> Reply:
    """Challenges that run, with the member's progress."""
    customer = find_customer(call.state, call.path["customer_id"])
    return Reply(200, {"data": [view(call.state, customer, one) for one in running(call.state)]})


async def completed(call: Call[Brand]) -> Reply:
    """Challenges the member has completed; here the limit is called max_completion."""
    customer = find_customer(call.state, call.path["customer_id"])
    rows = []
    for challenge in _completed(call.state, customer):
        row = _completed_view(call.state, customer, challenge)
        row["max_completion"] = row.pop("max_completions", None)
        row["progress"] = [row["progress"]]
        rows.append({name: value for name, value in row.items() if value is not None})
    return Reply(200, {"data": rows})


async def available_v2(call: Call[Brand]) -> Reply:
    """The same in the newer envelope, with filters and order."""
    customer = _customer_v2(call)
    rows = [view(call.state, customer, one) for one in running(call.state)]
    if "tags" in call.query:
        wanted = set(call.query["tags"].split(","))
        rows = [row for row in rows if wanted & set(row["tags"])]
    for name in ("points", "title"):
        if name in call.query:
            rows = [row for row in rows if row[name] == call.query[name]]
    if "sort" in call.query:
        rows.sort(key=lambda row: _sortable(row.get(call.query["sort"])), reverse=call.query.get("order") == "desc")
    return _enveloped(call, rows, 100)


async def completed_v2(call: Call[Brand]) -> Reply:
    """What the member has completed, between dates; limit 1 to 100."""
    customer = _customer_v2(call)
    if call.query.get("offset", 0) < 0:
        raise _bad(300121, "Offset cannot be negative")
    if not 1 <= call.query.get("limit", 20) <= 100:
        raise _bad(300123, "Limit must be between 1 and 100")
    if call.request.query.keys() - _COMPLETED_KEYS:
        raise _bad(300122, "Invalid query string parameter(s)")
    filters = read_filters(call, ("created_at", "last_completed_at", "id"))
    rows = []
    for challenge in _completed(call.state, customer):
        progress = customer.challenges[challenge.id]
        values = {"id": challenge.id, "created_at": progress.first, "last_completed_at": progress.last}
        if all(one.holds(values[one.field]) for one in filters):
            rows.append(_completed_view(call.state, customer, challenge))
    return _enveloped(call, rows, 20)


def _customer_v2(call: Call[Brand]) -> Customer:
    try:
        return find_customer(call.state, call.path["customer_id"])
    except ApiError as error:
        raise in_envelope("/v2/", error) from error


def _bad(code: int, message: str) -> Exception:
    return in_envelope("/v2/", plain(400, BAD_REQUEST, code, message))


def _enveloped(call: Call[Brand], rows: list[dict[str, Any]], limit: int) -> Reply:
    start, size = call.query.get("offset", 0), call.query.get("limit", limit)
    pagination = {"total": len(rows), "next": "", "previous": "", **links(call, len(rows), limit=limit)}
    body = {"status": "success", "metadata": {"pagination": pagination}, "payload": rows[start : start + size]}
    return Reply(200, body)


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)


# Progress


def running(brand: Brand) -> Iterator[Challenge]:
    now = brand.world.clock.now
    for challenge in brand.challenges.values():
        begin = instant(challenge.starts_at) if challenge.starts_at else None
        end = instant(challenge.ends_at) if challenge.ends_at else None
        if (begin is None or begin <= now) and (end is None or now < end):
            yield challenge


def advance(work: Work) -> Iterator[Challenge]:
    """Count the event's rows; yields each challenge that moved."""
    brand, customer = work.brand, work.customer
    for challenge in running(brand):
        progress = customer.challenges.get(challenge.id) or Progress([0] * len(challenge.criteria))
        if is_over(challenge, progress) or not in_segments(brand, challenge.segments, customer):
            continue
        steps = [sum(row.action == one.action for row in work.rows) for one in challenge.criteria]
        if any(steps):
            progress.current = [now + step for now, step in zip(progress.current, steps, strict=True)]
            customer.challenges[challenge.id] = progress
            yield challenge


def is_over(challenge: Challenge, progress: Progress) -> bool:
    return challenge.max_completions is not None and progress.completions >= challenge.max_completions


def is_complete(challenge: Challenge, progress: Progress) -> bool:
    return all(now >= one.threshold for now, one in zip(progress.current, challenge.criteria, strict=True))


def complete(brand: Brand, customer: Customer, challenge: Challenge) -> None:
    """Note a completion; progress begins again."""
    progress = customer.challenges.setdefault(challenge.id, Progress([0] * len(challenge.criteria)))
    progress.completions += 1
    progress.first = progress.first or brand.world.clock.now
    progress.last = brand.world.clock.now
    if not is_over(challenge, progress):
        progress.current = [0] * len(challenge.criteria)


def reset(work: Work) -> None:
    """The event challenge_reset: progress back to 0, for challenges that are flagged resettable."""
    challenge = work.brand.challenges.get(work.text("challenge"))
    if challenge is None:
        raise unsuitable("Challenge not found")
    if not challenge.resettable:
        raise unsuitable("Challenge cannot be reset")
    progress = work.customer.challenges.get(challenge.id)
    if progress is not None:
        progress.current = [0] * len(challenge.criteria)
    work.register()


def overall(challenge: Challenge, progress: Progress) -> float:
    """100 x what is done / what is asked, each criterion at most its threshold."""
    asked = sum(one.threshold for one in challenge.criteria)
    done = sum(min(now, one.threshold) for now, one in zip(progress.current, challenge.criteria, strict=True))
    return round(100 * done / asked, 2) if asked else 0


def started_by(brand: Brand, challenge: Challenge) -> list[Workflow]:
    """Workflows whose trigger is a change of this challenge's progress."""
    return [
        one for one in brand.workflows.values() if (one.trigger.type, one.trigger.event) == ("challenge", challenge.id)
    ]


# Views


def _completed(brand: Brand, customer: Customer) -> list[Challenge]:
    found = [brand.challenges[name] for name in customer.challenges if name in brand.challenges]
    return [challenge for challenge in found if customer.challenges[challenge.id].completions]


def _completed_view(brand: Brand, customer: Customer, challenge: Challenge) -> dict[str, Any]:
    progress = customer.challenges[challenge.id]
    assert progress.first is not None and progress.last is not None
    times = {"created_at": iso(progress.first), "last_completed_at": iso(progress.last)}
    return {**view(brand, customer, challenge), **times}


def view(brand: Brand, customer: Customer, challenge: Challenge) -> dict[str, Any]:
    progress = customer.challenges.get(challenge.id) or Progress([0] * len(challenge.criteria))
    criteria: list[Mapping[str, Any]] = [
        {
            "action": one.action,
            "current": min(now, one.threshold),
            "threshold": one.threshold,
            "message": one.message,
            "is_completed": now >= one.threshold,
        }
        for now, one in zip(progress.current, challenge.criteria, strict=True)
    ]
    found: dict[str, Any] = {
        "id": challenge.id,
        "title": challenge.title,
        "description": challenge.description,
        "status": "active" if in_segments(brand, challenge.segments, customer) else "restricted",
        "points": challenge.points,
        "progress": {"overall": overall(challenge, progress), "criteria": criteria},
        "starts_at": challenge.starts_at or None,
        "ends_at": challenge.ends_at or None,
        "completions": progress.completions,
        "max_completions": challenge.max_completions,
        "tags": list(challenge.tags),
        "category": challenge.category or None,
    }
    if progress.last is not None:
        found["progress"]["last_completed_at"] = iso(progress.last)
    return {name: value for name, value in found.items() if value is not None}
