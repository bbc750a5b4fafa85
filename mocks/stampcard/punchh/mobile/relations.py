"""The guest's family."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import events, guests, params
from stampcard.punchh.errors import MOBILE, NEWER_MOBILE
from stampcard.punchh.mobile import views
from stampcard.punchh.mobile.users import owner
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business
from stampcard.punchh.times import caller_zone

NAMES = ("relation", "name", "birthday")


def _checked(call: Call[Business], values: dict[str, Any]) -> dict[str, Any]:
    """Raises ApiError for a relation or date that is none."""
    wrong: list[tuple[str, str]] = []
    found = guests.relation(call.state, values, wrong.append)
    if wrong:
        raise MOBILE.invalid_all(wrong)
    return found


def _find(call: Call[Business], guest: Guest) -> dict[str, Any]:
    number = params.integer(call.path["id"])
    row = next((row for row in guest.relations if row["id"] == number), None)
    if row is None:
        raise ApiError(404, {"errors": "User Relation Not Found"})
    return row


async def create(call: Call[Business]) -> Reply:
    (guest, _), values = owner(call), params.given(call)
    for name in NAMES:
        params.required(values, name, NEWER_MOBILE)
    row = {"id": call.state.next_id("relations"), **_checked(call, values)}
    guest.relations += (row,)
    events.guest(call.state, guest, "update", changed=["user_relations"], cause=call.id)
    call.summary = f"guest {guest.id} has a {row['relation']}"
    return Reply(200, views.relation(row, caller_zone(call)))


async def update(call: Call[Business]) -> Reply:
    (guest, _), values = owner(call), params.given(call)
    row = _find(call, guest)
    wanted = {name: values.get(name, row[name]) for name in NAMES}
    found = _checked(call, wanted)
    row.update({**found, "created_at": row["created_at"]})
    events.guest(call.state, guest, "update", changed=["user_relations"], cause=call.id)
    call.summary = f"guest {guest.id} changes a relation"
    return Reply(200, views.relation(row, caller_zone(call)))


async def delete(call: Call[Business]) -> Reply:
    guest, _ = owner(call)
    row = _find(call, guest)
    guest.relations = tuple(other for other in guest.relations if other is not row)
    events.guest(call.state, guest, "update", changed=["user_relations"], cause=call.id)
    call.summary = f"guest {guest.id} takes a relation away"
    return Reply(200, {"message": "User Relation deleted successfully"})
