"""Canvases as exports show them: listed, in detail, and what happened in them day by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from stampcard.braze import errors
from stampcard.braze.canvas.records import Canvas, Path, Step
from stampcard.braze.content.templating import checked_tags
from stampcard.braze.exports import series
from stampcard.braze.exports.campaigns import (
    SCHEDULE_TYPES,
    converted,
    edited_after,
    message_view,
    page_of,
    variation_view,
)
from stampcard.braze.sending.counting import ENTRIES
from stampcard.braze.state import Workspace
from stampcard.braze.values import read_time
from stampcard.core.clock import iso
from stampcard.core.endpoint import Call, Reply

UNKNOWN = "canvas_id must be a string of the Canvas api identifier"
MAX_DAYS = 14
BRANCHES = {
    "yes_next": "Yes",
    "no_next": "No",
    "everybody_else": "Everybody else",
    "everyone_else": "Everyone else",
    "control_next": "Control",
}
"""Members of a split's row that lead on, and what the way is called."""


async def list_canvases(call: Call[Workspace]) -> Reply:
    """100 on a page, oldest first unless asked otherwise."""
    after, archived = edited_after(call), call.query.get("include_archived", False)
    found = [
        canvas
        for canvas in call.state.canvases.values()
        if (after is None or canvas.updated_at > after) and (archived or canvas.status != "Archived")
    ]
    rows = [
        {"id": canvas.id, "last_edited": iso(canvas.updated_at), "name": canvas.name, "tags": list(canvas.tags)}
        for canvas in page_of(call, found)
    ]
    call.summary = f"{len(rows)} of {len(found)} Canvases"
    return Reply(200, {"canvases": rows, "message": "success"})


def _find(call: Call[Workspace], canvas_id: str) -> Canvas:
    """Raises ApiError."""
    canvas: Canvas | None = call.state.canvases.get(canvas_id)
    if canvas is None:
        raise errors.refused(UNKNOWN)
    return canvas


async def canvas_details(call: Call[Workspace]) -> Reply:
    canvas = _find(call, call.query["canvas_id"])
    first, last = call.state.canvas_entries.get(canvas.id, (None, None))
    steps = [_step(path, step) for path in canvas.variants for step in path.steps.values()]
    body: dict[str, Any] = {
        "created_at": iso(canvas.created_at),
        "updated_at": iso(canvas.updated_at),
        "name": canvas.name,
        "description": canvas.description,
        "archived": canvas.status == "Archived",
        "draft": canvas.status == "Draft",
        "enabled": canvas.status == "Active",
        "has_post_launch_draft": False,
        "schedule_type": SCHEDULE_TYPES.get(canvas.delivery, "time_based"),
        "first_entry": iso(first) if first else None,
        "last_entry": iso(last) if last else None,
        "channels": list(dict.fromkeys(channel for step in steps for channel in step["channels"])),
        "variants": [_variant(path) for path in canvas.variants],
        "tags": list(canvas.tags),
        "teams": [],
        "steps": steps,
    }
    call.summary = f"Canvas {canvas.name!r}"
    return Reply(200, body | {"message": "success"})


def _variant(path: Path) -> dict[str, Any]:
    first = next(iter(path.steps.values()), None)
    ids = [first.id] if first else []
    return {"name": path.name, "id": path.id, "first_step_ids": ids, "first_step_id": first.id if first else None}


def _step(path: Path, step: Step) -> dict[str, Any]:
    ways = [(name, path.steps[target].id) for name, target in _ways(step)]
    contents = step.message.contents if step.message else []
    return {
        "name": step.name,
        "type": step.type,
        "id": step.id,
        "next_step_ids": list(dict.fromkeys(target for _, target in ways)),
        "next_paths": [{"name": name, "next_step_id": target} for name, target in ways],
        "channels": list(dict.fromkeys(content.channel for content in contents)),
        "messages": {content.id: message_view(content) for content in contents},
    }


def _ways(step: Step) -> Iterator[tuple[str, str]]:
    """Where a step may lead: the name of the way, and of the step."""
    branches = [(name, step.row[key]) for key, name in BRANCHES.items() if step.row.get(key)]
    branches += [
        (branch.get("name", ""), branch["next"])
        for branch in (*step.row.get("groups", ()), *step.row.get("paths", ()))
        if branch.get("next")
    ]
    yield from branches
    if not branches and step.following is not None:
        yield "Next", step.following


# What happened


async def canvas_series(call: Call[Workspace]) -> Reply:
    """One row a day, oldest first."""
    canvas = _find(call, call.query["canvas_id"])
    rows = [{"time": series.shown(hour), **_stats(call, canvas, hour, hour + series.DAY)} for hour in _days(call)]
    return Reply(200, {"data": {"name": canvas.name, "stats": rows}, "message": "success"})


async def canvas_summary(call: Call[Workspace]) -> Reply:
    """The whole time asked for as one."""
    canvas = _find(call, call.query["canvas_id"])
    days = _days(call)
    totals = _stats(call, canvas, days[0], days[-1] + series.DAY)
    return Reply(200, {"data": {"name": canvas.name, **totals}, "message": "success"})


def _days(call: Call[Workspace]) -> list[int]:
    """The first hour of each day asked for, up to 14. Raises ApiError."""
    ending_at, text = read_time(call.query["ending_at"]), call.query.get("starting_at")
    starting_at, length = read_time(text), call.query.get("length")
    if ending_at is None or ending_at.year < 1971 or (starting_at is None) == (length is None):
        raise errors.refused("Bad Request")
    last = _day(ending_at)
    first = last - timedelta(days=length - 1) if length is not None else _day(starting_at or ending_at)
    count = (last - first).days + 1
    if not 1 <= count <= MAX_DAYS:
        raise errors.refused("Bad Request")
    start = int(first.timestamp()) // 3600
    return [start + series.DAY * number for number in range(count)]


def _day(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _stats(call: Call[Workspace], canvas: Canvas, first: int, end: int) -> dict[str, Any]:
    """Totals of some hours, and what the call asks for beside them."""
    workspace, hours = call.state, end - first

    def counted(name: str) -> dict[str, Any]:
        entries = int(series.counted(workspace, [(ENTRIES, name)], first, hours))
        return {**converted(workspace, 1, name, first, hours, by="entry"), "entries": entries}

    stats: dict[str, Any] = {"total_stats": counted(canvas.id)}
    if call.query.get("include_variant_breakdown"):
        stats["variant_stats"] = {path.id: {"name": path.name, **counted(path.id)} for path in canvas.variants}
    if call.query.get("include_step_breakdown"):
        stats["step_stats"] = {
            step.id: _step_stats(workspace, step, first, hours)
            for path in canvas.variants
            for step in path.steps.values()
        }
    return stats


def _step_stats(workspace: Workspace, step: Step, first: int, hours: int) -> dict[str, Any]:
    messages: dict[str, list[Mapping[str, Any]]] = {}
    for content in step.message.contents if step.message else ():
        messages.setdefault(content.channel, []).append(variation_view(workspace, content, first, hours=hours))
    found = converted(workspace, 1, step.id, first, hours, by="entry")
    return {"name": step.name, **found, "messages": messages}


# Copies


async def duplicate_canvas(call: Call[Workspace]) -> Reply:
    """A copy as a draft (assumed), made when the answer is given; the answer does not name it."""
    original, chance = _find(call, call.body["canvas_id"]), call.world.chance
    tags = checked_tags(call.state, call.body["tag_names"]) if "tag_names" in call.body else original.tags

    def copied(step: Step) -> Step:
        key = chance.uuid()
        message = replace(step.message, id=key, sends={}) if step.message else None
        return replace(step, id=key, message=message)

    copy = replace(
        original,
        id=chance.uuid(),
        name=call.body["name"],
        description=call.body.get("description", original.description),
        tags=tags,
        variants=tuple(
            replace(path, id=chance.uuid(), steps={name: copied(step) for name, step in path.steps.items()})
            for path in original.variants
        ),
        created_at=call.world.clock.now,
        updated_at=call.world.clock.now,
        status="Draft",
        entries={},
    )
    call.state.canvases[copy.id] = copy
    call.summary = f"{copy.name!r} is a copy of {original.name!r}"
    return Reply(202, {"message": "success"})
