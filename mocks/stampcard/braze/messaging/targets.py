"""Whom an API call names: ids, aliases, recipients, a segment, an audience, or everybody.

Source: Braze docs, "Recipient object", "Broadcast", "Connected audience object" and the table of fatal errors
(braze-inc/braze-docs). Errors that Braze documents without a text are answered "Bad Request" and told in diagnostics.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stampcard.braze import errors
from stampcard.braze.access import limits
from stampcard.braze.audience import connected, segments
from stampcard.braze.state import User, Workspace
from stampcard.braze.tracking import attributes
from stampcard.braze.tracking.objects import fault_of_attributes
from stampcard.braze.users import identity
from stampcard.braze.values import size_of
from stampcard.core.endpoint import Call, named
from stampcard.core.errors import ApiError

MAX_RECIPIENTS = 50
MAX_PROPERTIES = 50 * 1024
TOO_MANY = "The max number of external_ids and aliases per request was exceeded"
TOO_MANY_IDS = {"external_ids_and_aliases": TOO_MANY, "ids": "The max number of ids per request was exceeded"}
"""What too many ids are told, by the workspace's switch."""
BY = ("external_user_id", "user_alias", "braze_id", "email")

Row = Mapping[str, Any]
Asked = Call[Workspace]


def bad(call: Asked, why: str, pointer: str) -> ApiError:
    """What Braze's documentation calls an error without giving a text; the reason is a diagnostic."""
    call.diagnose("invalid", why, pointer, "error")
    return errors.refused("Bad Request")


def not_emulated(call: Asked, what: str) -> ApiError:
    """Ours, not Braze's: a part of the request is not emulated."""
    return ApiError(501, {"message": f"stampcard does not emulate {what} yet", **named(call.operation)})


def check_broadcast(call: Asked, explicit: bool) -> None:
    """`broadcast` must be true when nobody is named, and must not be when somebody is. Raises ApiError."""
    broadcast = call.body.get("broadcast") is True
    if explicit and broadcast:
        raise bad(call, "broadcast must not be true together with recipients", "/broadcast")
    if not explicit and not broadcast:
        raise bad(call, "broadcast must be true when no recipients are named", "/broadcast")


def check_audience(call: Asked) -> None:
    """The connected audience and the segment. Raises ApiError."""
    given = call.body.get("audience")
    if given is not None and (why := connected.fault(given)):
        raise bad(call, why, "/audience")
    segment_id = call.body.get("segment_id")
    if segment_id is not None and segment_id not in call.state.segments:
        raise bad(call, "no segment has this id", "/segment_id")


def check_size(call: Asked, properties: Any, pointer: str) -> None:
    """Trigger properties and context. Raises ApiError."""
    if properties is not None and size_of(properties) > MAX_PROPERTIES:
        raise bad(call, "holds up to 50 KB", pointer)


def check_recipients(call: Asked, properties: tuple[str, ...]) -> bool:
    """The recipients of a triggered send, or that it is a broadcast; returns whether any are named. Raises ApiError.

    `properties` are the names of a recipient's own values for templates.
    """
    rows = call.body.get("recipients") or []
    if len(rows) > MAX_RECIPIENTS:
        raise errors.refused(TOO_MANY)
    if not rows and call.body.get("broadcast") is not True:
        raise errors.refused("No Recipients")
    check_broadcast(call, bool(rows))
    for name in properties:
        check_size(call, call.body.get(name), f"/{name}")
    for index, row in enumerate(rows):
        _check_recipient(call, row, properties, f"/recipients/{index}")
    check_audience(call)
    if not rows:
        limits.take(call, "broadcast")
    return bool(rows)


def _check_recipient(call: Asked, row: Row, properties: tuple[str, ...], pointer: str) -> None:
    """Exactly one identifier; an e-mail address with its prioritization; who may be created."""
    given = [name for name in BY if row.get(name) is not None]
    if len(given) != 1:
        raise bad(call, f"a recipient has exactly one of {', '.join(BY)}", pointer)
    if given == ["email"] and not row.get("prioritization"):
        raise bad(call, "a recipient by email needs prioritization", f"{pointer}/prioritization")
    for name in properties:
        check_size(call, row.get(name), f"{pointer}/{name}")
    written = row.get("attributes")
    if row.get("send_to_existing_only") is False:
        if given != ["external_user_id"]:
            raise bad(call, "only an external_user_id can be created", f"{pointer}/send_to_existing_only")
        if written is None:
            raise bad(call, "send_to_existing_only false needs attributes", f"{pointer}/attributes")
    if given == ["external_user_id"] or written is not None:
        fault = fault_of_attributes({**(written or {}), "external_id": row.get("external_user_id") or "known"})
        if fault:
            raise bad(call, fault, f"{pointer}/attributes")


def recipients(call: Asked) -> list[tuple[User, Row]]:
    """The users meant and their rows, created and written to as asked, each user once."""
    found: dict[str, tuple[User, Row]] = {}
    for index, row in enumerate(call.body.get("recipients") or []):
        pointer = f"/recipients/{index}"
        user = _recipient(call.state, row)
        if user is None:
            if row.get("send_to_existing_only") is not False:
                call.diagnose("unknown-user", "nobody has this identifier; nothing is sent", pointer)
                continue
            user = identity.add_user(call.state, {"external_id": row["external_user_id"]})
        if user.braze_id in found:
            call.diagnose("duplicate-recipient", "named twice; one message is sent", pointer)
            continue
        if row.get("attributes"):
            writing = attributes.Writing(call.state, user, call.diagnose, f"{pointer}/attributes")
            attributes.apply(writing, row["attributes"], call.id)
        found[user.braze_id] = (user, row)
    return list(found.values())


def _recipient(workspace: Workspace, row: Row) -> User | None:
    if row.get("email") is not None:
        return identity.prioritized(identity.find_all(workspace, {"email": row["email"]}), row["prioritization"])
    by = {"external_id": row.get("external_user_id"), "user_alias": row.get("user_alias")}
    return identity.find_tracked(workspace, {**by, "braze_id": row.get("braze_id")})


def named_users(call: Asked) -> list[User]:
    """The users of `external_user_ids` and `user_aliases`, each once."""
    rows: list[tuple[Row, str]] = []
    for index, external_id in enumerate(call.body.get("external_user_ids") or ()):
        rows.append(({"external_id": external_id}, f"/external_user_ids/{index}"))
    for index, alias in enumerate(call.body.get("user_aliases") or ()):
        rows.append(({"user_alias": alias}, f"/user_aliases/{index}"))
    found: dict[str, User] = {}
    for by, pointer in rows:
        user = identity.find_tracked(call.state, by)
        if user is None:
            call.diagnose("unknown-user", "nobody has this identifier; nothing is sent", pointer)
        elif user.braze_id in found:
            call.diagnose("duplicate-recipient", "named twice; one message is sent", pointer)
        else:
            found[user.braze_id] = user
    return list(found.values())


def filtered(workspace: Workspace, body: Row, users: Iterable[User]) -> Iterable[User]:
    """Users that are still there and in the request's segment and audience."""
    segment_id, given = body.get("segment_id"), body.get("audience")
    segment = workspace.segments.get(segment_id) if segment_id is not None else None
    for user in users:
        if workspace.users.get(user.braze_id) is not user:
            continue
        if segment is not None and not segments.holds(workspace, segment.rule, user):
            continue
        if given is None or connected.matches(workspace, given, user):
            yield user
