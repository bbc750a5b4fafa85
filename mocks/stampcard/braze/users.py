"""User data: what happened to users, and who they are."""

from __future__ import annotations

from typing import Any

from stampcard.braze import errors
from stampcard.braze.state import Workspace
from stampcard.braze.tracking import APPLY, Tracking
from stampcard.core.endpoint import Call, Reply

TRACK_LIMIT = 75
NOTHING_VALID = "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields."

Minor = dict[str, Any]


async def track(call: Call[Workspace]) -> Reply:
    """Attributes, then events, then purchases; an object that is refused leaves the others alone."""
    arrays = {name: call.body[name] for name in APPLY if call.body.get(name)}
    sizes = [len(objects) for objects in arrays.values()]
    counted = sum(sizes) if call.state.switches.track_limit == "total" else max(sizes, default=0)
    if counted > TRACK_LIMIT:
        raise errors.refused("Max Input Length Exceeded")

    minor = [error for name, objects in arrays.items() for error in faults(name, objects)]
    if len(minor) == sum(sizes):
        raise errors.refused(NOTHING_VALID, errors=minor)
    return Reply(201, record(call, arrays, minor))


def faults(name: str, objects: list[Any]) -> list[Minor]:
    """The minor errors of one array: type, input_array, index."""
    fault_of, _ = APPLY[name]
    return [
        {"type": fault, "input_array": name, "index": index}
        for index, sent in enumerate(objects)
        if (fault := fault_of(sent)) is not None
    ]


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
