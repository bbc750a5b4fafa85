"""User exports that take a while: a job writes ZIP files of JSON lines, which are then fetched from the emulator."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from stampcard.braze import errors, views
from stampcard.braze.audience import segments
from stampcard.braze.exports.files import ExportFile
from stampcard.braze.exports.users import read_fields
from stampcard.braze.state import User, Workspace
from stampcard.core import codec
from stampcard.core.clock import Job
from stampcard.core.delivery import Delivery
from stampcard.core.endpoint import Call, Reply

TAKES = timedelta(seconds=30)
"""Assumed; Braze says minutes to hours."""

KEPT = timedelta(hours=4)
"""How long a file can be fetched: Braze says a few hours."""

MAX_RUNNING = 100
PLACE = "/stampcard/exports/"
CONTROL_GROUP = "global control group"


class Export(msgspec.Struct):
    """One export: of a segment (its id) or of the control group; `files` is the ZIP once it is ready."""

    prefix: str
    segment_id: str
    url: str
    job: Job | None = None
    files: ExportFile | None = None
    ready_at: datetime | None = None


class Wanted(msgspec.Struct, frozen=True):
    """What an export shows: fields and custom attributes (None: all), and where to tell that it is ready."""

    fields: Collection[str] | None
    attributes: Collection[str] | None
    callback: str | None
    in_control: bool


async def export_segment(call: Call[Workspace]) -> Reply:
    segment = call.state.segments.get(call.body["segment_id"])
    if segment is None:
        raise errors.refused("Bad Request")
    return _started(call, segment.id, lambda: segments.members(call.state, segment.rule))


async def export_control_group(call: Call[Workspace]) -> Reply:
    """Profiles in the global control group; nothing that was sent to them is shown."""
    return _started(call, CONTROL_GROUP, lambda: (user for user in list(call.state) if user.in_control_group))


async def cancel_segment(call: Call[Workspace]) -> Reply:
    """Stop the exports of a segment that still run."""
    if call.body["segment_id"] not in call.state.segments:
        raise errors.refused("Bad Request")
    running = [export for export in _running(call.state) if export.segment_id == call.body["segment_id"]]
    for export in running:
        if export.job is not None:
            export.job.cancel()
        del call.state.exports[export.prefix]
    call.summary = f"{len(running)} exports cancelled"
    return Reply(201, {"message": "success"})


def _running(workspace: Workspace) -> list[Export]:
    return [export for export in workspace.exports.values() if export.files is None]


def _started(call: Call[Workspace], what: str, users: Callable[[], Iterable[User]]) -> Reply:
    """Start a job. Raises ApiError while the same is exported already, or too much is."""
    body, world = call.body, call.world
    if body.get("output_format", "zip") != "zip":
        raise errors.refused("Bad Request")
    running = _running(call.state)
    if any(export.segment_id == what for export in running) or len(running) >= MAX_RUNNING:
        raise errors.refused("An export is already in progress", 429)
    attributes = body.get("custom_attributes_to_export")
    wanted = Wanted(
        read_fields(call, body.get("fields_to_export")),
        frozenset(attributes) if attributes is not None else None,
        body.get("callback_endpoint"),
        what == CONTROL_GROUP,
    )
    _forget_old(call.state)
    prefix = f"{world.chance.uuid()}-{int(world.clock.epoch)}"
    export = Export(prefix, what, f"{call.request.scheme}://{call.request.host}{PLACE}{prefix}.zip")
    call.state.exports[prefix] = export
    workspace, cause = call.state, call.id

    async def run() -> None:
        files = ExportFile(prefix, world.clock.now)
        await files.write(_rows(workspace, users(), wanted), lambda: workspace.exports.get(prefix) is export)
        if workspace.exports.get(prefix) is not export:
            return  # It was cancelled meanwhile.
        export.files, export.ready_at = files, world.clock.now
        entry = world.record("braze", "users.export", f"export {prefix} is ready", cause=cause)
        if wanted.callback:
            _tell(workspace, wanted.callback, export, entry)

    export.job = world.clock.after(TAKES, run, name="user export", vendor="braze", cause=call.id)
    call.summary = f"export {prefix} is on its way"
    return Reply(201, {"object_prefix": prefix, "url": export.url, "message": "success"})


def _forget_old(workspace: Workspace) -> None:
    """Let go of files that can be fetched no more."""
    now = workspace.world.clock.now
    for export in list(workspace.exports.values()):
        if export.ready_at is not None and now - export.ready_at > KEPT:
            del workspace.exports[export.prefix]


def _rows(workspace: Workspace, users: Iterable[User], wanted: Wanted) -> Iterator[dict[str, Any]]:
    """What is shown of each user who is still there when it is the user's turn."""
    for user in users:
        if workspace.users.get(user.braze_id) is user:
            yield _row(workspace, user, wanted)


def _row(workspace: Workspace, user: User, wanted: Wanted) -> dict[str, Any]:
    now = workspace.world.clock.now
    row = views.exported(workspace, user, wanted.fields, now, in_control=wanted.in_control)
    custom: Mapping[str, Any] | None = row.get("custom_attributes")
    if wanted.attributes is not None and custom is not None:
        row["custom_attributes"] = {name: value for name, value in custom.items() if name in wanted.attributes}
    return row


def _tell(workspace: Workspace, callback: str, export: Export, cause: int) -> None:
    """POST to the caller's endpoint, once (Braze publishes no retry rule)."""
    Delivery(
        world=workspace.world,
        vendor="braze",
        name="export callback",
        method="POST",
        url=callback,
        headers={"Content-Type": "application/json"},
        body=codec.encode({"success": True, "url": export.url}),
        cause=cause,
        retry=lambda delivery: None,
        event="export_callback",
    ).schedule()


async def download(call: Call[Workspace]) -> Reply:
    """The ZIP of an export: there once the job is done, and for a few hours."""
    export: Export | None = call.state.exports.get(call.path["file"].removesuffix(".zip"))
    now = call.world.clock.now
    if export is None or export.files is None or export.ready_at is None or now - export.ready_at > KEPT:
        raise errors.refused("Not Found", 404)
    content = export.files.read()
    call.summary = f"{content.size} bytes of {export.prefix}"
    return Reply(200, raw=content, media_type="application/zip")


def names(workspace: Workspace, path: str) -> bool:
    """Whether a path is that of one of a workspace's exports."""
    return path.startswith(PLACE) and path.removeprefix(PLACE).removesuffix(".zip") in workspace.exports
