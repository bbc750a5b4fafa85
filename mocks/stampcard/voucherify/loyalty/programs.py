"""Programs of the newer loyalty: drafts that become active once they have cards and a way to earn.

Card definitions, earning rules and rewards are the dashboard's here (the setup document's `loyalty_v2`); their own
operations are not emulated. https://docs.voucherify.io/api-reference/loyalty-v2-programs-overview
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.voucherify import dates, errors, lists, values
from stampcard.voucherify.loyalty.program_records import Program
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

T = TypeVar("T")

CURSOR_HOURS = 24
"""How long a cursor is good for (assumed; the vendor tells the instant)."""


def find(call: Call[Project]) -> Program:
    found = call.state.programs.programs.get(call.path["programId"])
    if found is None:
        raise errors.not_found(call, "program", call.path["programId"])
    return found


def view(record: Program) -> Json:
    return {
        "id": record.id,
        "name": record.name,
        "status": record.status,
        "start_date": record.start_date,
        "end_date": record.end_date,
        "validity_hours": {"type": "ANY_TIME"},
        "metadata": record.metadata,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "object": "program",
    }


def with_parts(record: Program) -> Json:
    """The program with what is assigned to it."""

    def stock(left: int | None) -> Json:
        return {"type": "UNLIMITED"} if left is None else {"type": "LIMITED", "limited": {"quantity": left}}

    return {
        **view(record),
        "card_definitions": [{"id": one} for one in record.card_definitions],
        "earning_rules": [{"id": one} for one in record.earning_rules],
        "rewards": [{"id": one, "stock": stock(left)} for one, left in record.rewards.items()],
        "tier_structures": [],
    }


async def create(call: Call[Project]) -> Reply:
    """A draft, or active at once. Raises 404, 423 for an active one without cards or earning rules."""
    project, body = call.state, values.given(call.body)
    if body.get("tier_structures"):
        raise errors.not_yet(call, "programs with tier_structures")
    if values.given(body.get("validity_hours")).get("type") == "DAILY":
        raise errors.not_yet(call, "programs with validity_hours")
    known = project.programs
    start, end = (read_date(call, body, name) for name in ("start_date", "end_date"))
    record = Program(project.serial_id("lprg_"), body["name"], project.now, start_date=start, end_date=end)
    record.metadata = body.get("metadata", {})
    record.card_definitions = ids(call, body, "card_definitions", "card_definition", known.definitions)
    record.earning_rules = ids(call, body, "earning_rules", "earning_rule", known.rules)
    ids(call, body, "rewards", "reward", known.rewards)
    record.rewards = {row["id"]: read_stock(call, row["stock"]) for row in body.get("rewards", ())}
    if body.get("status") == "ACTIVE":
        check_parts(call, record)
        record.status = "ACTIVE"
    known.programs[record.id] = record
    call.summary = f"program {record.name} created, {record.status}"
    return Reply(200, with_parts(record))


def read_date(call: Call[Project], body: Json, name: str) -> str | None:
    found = dates.normal(body[name]) if name in body else None
    if name in body and found is None:
        raise errors.not_a_date(call, f".{name}")
    return found


def ids(call: Call[Project], body: Json, name: str, kind: str, known: Mapping[str, Any]) -> list[str]:
    found = [str(row["id"]) for row in body.get(name, ())]
    for wanted in found:
        if wanted not in known:
            raise errors.not_found(call, kind, wanted)
    return list(dict.fromkeys(found))


def read_stock(call: Call[Project], stock: Json) -> int | None:
    if stock["type"] == "UNLIMITED":
        return None
    quantity = values.given(stock.get("limited")).get("quantity")
    if quantity is None:
        raise errors.invalid_payload(call, "Property .rewards.stock should have required property 'limited'")
    return int(quantity)


def locked(call: Call[Project], key: str, message: str, details: str) -> ApiError:
    """423: the state of a program, member or card does not allow it."""
    return errors.refusal(call, 423, key, message, details)


def check_parts(call: Call[Project], record: Program) -> None:
    """An active program has cards and a way to earn. The texts are assumed, the keys documented."""
    for name, kind in (("card_definitions", "card definition"), ("earning_rules", "earning rule")):
        if not getattr(record, name):
            key = f"missing_active_{kind.replace(' ', '_')}"
            details = f"Program requires at least one active {kind}"
            raise locked(call, key, f"Missing active {kind}", details)


async def browse(call: Call[Project]) -> Reply:
    """Newest first, by cursor."""
    found = lists.filtered(call, list(reversed(call.state.programs.programs.values())), view)
    return page(call, found, view)


async def read(call: Call[Project]) -> Reply:
    record = find(call)
    call.summary = f"program {record.name} {record.status}"
    return Reply(200, view(record))


async def activate(call: Call[Project]) -> Reply:
    """From DRAFT and INACTIVE. Raises invalid_state_transition, 423."""
    record = find(call)
    if record.status not in ("DRAFT", "INACTIVE"):
        details = f"Cannot change program status from {record.status} to ACTIVE"
        raise errors.refusal(call, 400, "invalid_state_transition", "Invalid state transition", details)
    check_parts(call, record)
    record.status, record.updated_at = "ACTIVE", call.state.now
    call.summary = f"program {record.name} is active"
    return Reply(200, view(record))


def page(call: Call[Project], found: Sequence[T], shown: Callable[[T], Json]) -> Reply:
    """One page of records that stand newest first; `cursor` goes on where the page before ended."""
    project = call.state
    rows = list(found) if call.query.get("order", "-created_at").startswith("-") else list(reversed(found))
    start = call.query.get("cursor")
    if start is not None:
        after = [number for number, row in enumerate(rows, 1) if f"lcrs_{shown(row)['id']}" == start]
        if not after:
            details = "Property .cursor is not valid"
            raise errors.refusal(call, 400, "invalid_query_params", "Invalid query params", details)
        rows = rows[after[0] :]
    limit = call.query.get("limit", lists.DEFAULT_LIMIT)
    bodies = [shown(row) for row in rows[:limit]]
    cursor = None
    if len(rows) > limit:
        end = dates.later(project.now, f"PT{CURSOR_HOURS}H")
        cursor = {"next": f"lcrs_{bodies[-1]['id']}", "expires_at": end}
    call.summary = f"{len(bodies)} entries"
    return Reply(200, {"object": "list", "data": bodies, "cursor": cursor})
