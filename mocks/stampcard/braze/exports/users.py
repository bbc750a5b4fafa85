"""User exports: profiles as Braze shows them, without the keys they have no data for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from stampcard.braze import errors, views
from stampcard.braze.state import User, Workspace
from stampcard.braze.users import identity
from stampcard.core.endpoint import Call, Reply

MAX_IDS = 50


async def export_ids(call: Call[Workspace]) -> Reply:
    """Profiles by identifier. Unknown identifiers are listed; they are no error."""
    body = call.body
    external_ids, aliases = body.get("external_ids") or [], body.get("user_aliases") or []
    if len(external_ids) + len(aliases) > MAX_IDS:
        message = "The max number of external_ids and aliases per request was exceeded"
        raise errors.refused(message if aliases else "The max number of ids per request was exceeded")
    one_of = [name for name in ("device_id", "email_address", "phone") if body.get(name) is not None]
    if len(one_of) > 1 or not (one_of or external_ids or aliases or body.get("braze_id") is not None):
        raise errors.refused("Bad Request")
    fields = read_fields(call, body.get("fields_to_export"))

    found, invalid = _resolved(call.state, _asked_for(body))
    now = call.world.clock.now
    answer: dict[str, Any] = {"users": [views.exported(call.state, user, fields, now) for user in found]}
    if invalid:
        answer["invalid_user_ids"] = invalid
    call.summary = f"{len(found)} profiles, {len(invalid)} identifiers unknown"
    return Reply(201, answer | {"message": "success"})


def read_fields(call: Call[Workspace], wanted: list[str] | None) -> Collection[str] | None:
    """The fields to show, or None for all of them."""
    if wanted is None:
        call.diagnose("no-fields", "accounts of late must name fields_to_export; all are exported", "/fields_to_export")
        return None
    for index, name in enumerate(wanted):
        if name not in views.EXPORT_FIELDS:
            call.diagnose("unknown-field", f"{name!r} is no field to export", f"/fields_to_export/{index}")
    return frozenset(wanted)


def _asked_for(body: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """What was asked for: how it is listed when unknown, and whom it identifies."""
    for external_id in body.get("external_ids") or ():
        yield str(external_id), {"external_id": external_id}
    for alias in body.get("user_aliases") or ():
        yield str(alias.get("alias_name")), {"user_alias": alias}
    for name, key in (("braze_id", "braze_id"), ("email_address", "email"), ("phone", "phone"), ("device_id", "")):
        if (value := body.get(name)) is not None:
            yield value, {key or "device_id": value}


def _resolved(workspace: Workspace, asked_for: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[list[User], list[str]]:
    """Every profile that was asked for, once, and the identifiers that lead to none."""
    found: dict[str, User] = {}
    invalid: list[str] = []
    for name, by in asked_for:
        if "device_id" in by:
            owner = workspace.by_device.get(by["device_id"])
            users: Collection[User] = () if owner is None else (owner,)
        else:
            users = identity.find_all(workspace, by)
        if not users:
            invalid.append(name)
        found |= {user.braze_id: user for user in users}
    return list(found.values()), invalid
