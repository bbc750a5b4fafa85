"""User data: what happened to users."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from stampcard.braze import errors, views
from stampcard.braze.state import User, Workspace
from stampcard.braze.tracking.objects import APPLY, Tracking, check_of
from stampcard.braze.users import identity
from stampcard.core.endpoint import Call, Reply

TRACK_LIMIT = 75
BULK_LIMIT, BULK_PROFILE_LIMIT, BULK_BYTES = 1000, 100, 2 * 1024 * 1024
NOTHING_VALID = "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields."

DUMMY = "provided external_id is blacklisted and disallowed"

Minor = dict[str, Any]


async def track(call: Call[Workspace]) -> Reply:
    """Attributes, then events, then purchases; an object that is refused leaves the others alone."""
    arrays = sent_arrays(call)
    sizes = [len(objects) for objects in arrays.values()]
    limit = call.state.switches.track_limit
    counted = max(sizes, default=0) if limit == "per_array" else sum(sizes)
    return _recorded(call, arrays, counted > (50 if limit == "total_50" else TRACK_LIMIT))


async def track_bulk(call: Call[Workspace]) -> Reply:
    """As track, for backfills: more objects, but not too many of one profile (the answer's form is assumed)."""
    arrays = sent_arrays(call)
    objects = [sent for sent_objects in arrays.values() for sent in sent_objects]
    profiles = Counter(_profile_of(sent) for sent in objects if isinstance(sent, dict))
    crowded = max(profiles.values(), default=0) > BULK_PROFILE_LIMIT
    too_much = len(objects) > BULK_LIMIT or len(call.request.body) > BULK_BYTES or crowded
    return _recorded(call, arrays, too_much)


def _profile_of(sent: Mapping[str, Any]) -> str:
    """What tells the profiles of a request apart."""
    name = next((name for name in identity.IDENTIFIERS if sent.get(name) is not None), "")
    return f"{name}:{sent.get(name)}"


def sent_arrays(call: Call[Workspace]) -> dict[str, list[Any]]:
    """The arrays that hold anything, in the order in which they are worked off."""
    return {name: call.body[name] for name in APPLY if call.body.get(name)}


def _recorded(call: Call[Workspace], arrays: dict[str, list[Any]], too_much: bool) -> Reply:
    if too_much:
        raise errors.refused("Max Input Length Exceeded")
    minor = [error for name, objects in arrays.items() for error in faults(call.state, name, objects)]
    if len(minor) == sum(len(objects) for objects in arrays.values()):
        raise errors.refused(NOTHING_VALID, errors=minor)
    return Reply(201, record(call, arrays, minor))


async def track_sync(call: Call[Workspace]) -> Reply:
    """One object, and what the profile holds of it afterwards."""
    arrays = sent_arrays(call)
    if sum(len(objects) for objects in arrays.values()) != 1:
        raise errors.refused("Max Input Length Exceeded" if arrays else NOTHING_VALID)
    ((name, (sent,)),) = arrays.items()
    if minor := faults(call.state, name, [sent]):
        raise errors.refused(NOTHING_VALID, errors=minor)
    _, apply = APPLY[name]
    user = apply(Tracking(call.state, call.diagnose, call.id), sent, f"/{name}/0")
    call.summary = f"one of {name}, for {'nobody' if user is None else 'one profile'}"
    return Reply(201, {"users": [_written(name, sent, user)] if user else [], "message": "success"})


def _written(name: str, sent: Mapping[str, Any], user: User) -> dict[str, Any]:
    """What one call wrote, read back."""
    by = next(key for key in identity.IDENTIFIERS if sent.get(key) is not None)
    shown: dict[str, Any] = {by: sent[by]}
    if name == "attributes":
        written = {key: views.shown(user.custom[key]) for key in sent if key in user.custom}
        return shown | ({"custom_attributes": written} if written else {})
    tallies, key = (user.events, "name") if name == "events" else (user.purchases, "product_id")
    found = tallies.get(sent[key])
    rows = [{key: sent[key], **views.tally(found)}] if found else []
    return shown | {"custom_events" if name == "events" else "purchase_events": rows}


def faults(workspace: Workspace, name: str, objects: list[Any]) -> list[Minor]:
    """The minor errors of one array: type, input_array, index."""
    found = list(map(check_of(workspace, name), objects))
    if dummies := workspace.dummy_ids:
        checked = zip(found, objects, strict=True)
        found = [fault or (DUMMY if _is_dummy(dummies, sent) else None) for fault, sent in checked]
    rows = enumerate(found)
    return [{"type": fault, "input_array": name, "index": index} for index, fault in rows if fault is not None]


def _is_dummy(dummies: Collection[str], sent: Mapping[str, Any]) -> bool:
    return str(sent.get("external_id")) in dummies


def record(call: Call[Workspace], arrays: dict[str, list[Any]], minor: list[Minor]) -> dict[str, Any]:
    """Apply every object without a fault; returns the body of the answer."""
    tracking = Tracking(call.state, call.diagnose, call.id)
    dropped = {(error["input_array"], error["index"]) for error in minor}
    body: dict[str, Any] = {}
    for name, objects in arrays.items():
        _, apply = APPLY[name]
        processed = 0
        for index, sent in enumerate(objects):
            if not dropped or (name, index) not in dropped:
                apply(tracking, sent, f"/{name}/{index}")
                processed += 1
        body[f"{name}_processed"] = processed
    call.summary = "tracked " + ", ".join(f"{body[f'{name}_processed']} {name}" for name in arrays)
    body["message"] = "success"
    if minor:
        body["errors"] = minor
        call.summary += f"; {len(minor)} refused"
    return body
