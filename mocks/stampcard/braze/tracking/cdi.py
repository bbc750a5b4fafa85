"""Cloud Data Ingestion: integrations that read rows of a warehouse table; the table is part of the setup document."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from stampcard.braze.errors import refused
from stampcard.braze.paging import page_links, read_cursor
from stampcard.braze.state import Workspace
from stampcard.braze.tracking.objects import APPLY, Tracking, check_of
from stampcard.core.clock import iso
from stampcard.core.endpoint import Call, Reply

PER_PAGE = 10
KINDS = {"attributes": "attributes", "custom_events": "events", "purchase_events": "purchases"}
"""Integration type -> the array of /users/track whose objects the rows are."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Job(msgspec.Struct):
    """One run of an integration."""

    started: datetime
    finished: datetime | None = None
    status: str = "running"
    synced: int = 0
    failed: int = 0


class Integration(msgspec.Struct):
    """One integration; `rows` are objects as /users/track takes them, each read once. Newest job last."""

    id: str
    name: str
    kind: str
    warehouse: str
    emails: str
    updated_at: datetime
    rows: Sequence[Mapping[str, Any]] = ()
    takes: timedelta = timedelta(minutes=1)
    jobs: list[Job] = []
    read: int = 0


def _find(call: Call[Workspace]) -> Integration:
    """Raises ApiError."""
    key = call.path["integration_id"]
    if not _UUID.fullmatch(key):
        raise refused("Invalid integration ID")
    integration: Integration | None = call.state.integrations.get(key.lower())
    if integration is None:
        raise refused("Integration not found", 404)
    return integration


def _page(call: Call[Workspace], rows: Sequence[Any]) -> tuple[Sequence[Any], list[tuple[str, str]]]:
    skip = read_cursor(call.query.get("cursor"))
    if skip is None:
        raise refused("Invalid cursor")
    return rows[skip : skip + PER_PAGE], page_links(call.request.raw_path, skip, len(rows), PER_PAGE)


async def list_integrations(call: Call[Workspace]) -> Reply:
    page, headers = _page(call, list(call.state.integrations.values()))
    world = call.world
    rows = [_view(integration, world.secrets.hex("braze.app_group_id", 24)) for integration in page]
    return Reply(200, {"results": rows, "message": "success"}, headers)


def _view(integration: Integration, workspace_id: str) -> dict[str, Any]:
    last = integration.jobs[-1] if integration.jobs else None
    return {
        "integration_id": integration.id,
        "app_group_id": workspace_id,
        "integration_name": integration.name,
        "integration_type": integration.kind,
        "integration_status": "Active",
        "contact_emails": integration.emails,
        "last_updated_at": iso(integration.updated_at),
        "warehouse_type": integration.warehouse,
        "last_job_start_time": iso(last.started) if last else None,
        "last_job_status": last.status if last else None,
        "next_scheduled_run": None,
    }


async def sync(call: Call[Workspace]) -> Reply:
    """Start a job: it reads the rows that no job has read yet and ends a while later."""
    integration = _find(call)
    if integration.jobs and integration.jobs[-1].status == "running":
        raise refused("Another job is in progress", 429)
    job = Job(call.world.clock.now)
    integration.jobs.append(job)
    workspace, cause = call.state, call.id

    async def finish() -> None:
        entry = workspace.world.record("braze", "cdi.job", f"sync of {integration.name!r}", cause=cause)
        _read_rows(workspace, integration, job, entry)

    call.world.clock.after(integration.takes, finish, name="CDI sync", vendor="braze", cause=call.id)
    call.summary = f"{integration.name!r}: {len(integration.rows) - integration.read} rows to read"
    return Reply(202, {"message": "success"})


def _read_rows(workspace: Workspace, integration: Integration, job: Job, entry: int) -> None:
    name = KINDS[integration.kind]
    check, (_, apply) = check_of(workspace, name), APPLY[name]
    tracking = Tracking(workspace, lambda code, message, pointer: None, entry)
    for row in integration.rows[integration.read :]:
        if check(row) is not None:
            job.failed += 1
        else:
            apply(tracking, row, "")
            job.synced += 1
    integration.read = len(integration.rows)
    job.finished = workspace.world.clock.now
    job.status = "success" if not job.failed else "partial" if job.synced else "error"


async def job_status(call: Call[Workspace]) -> Reply:
    """Jobs, newest first."""
    integration = _find(call)
    page, headers = _page(call, integration.jobs[::-1])
    return Reply(200, {"results": [_job_view(job) for job in page], "message": "success"}, headers)


def _job_view(job: Job) -> dict[str, Any]:
    finished = iso(job.finished) if job.finished else None
    return {
        "job_status": job.status,
        "sync_start_time": iso(job.started),
        "sync_finish_time": finished,
        "last_timestamp_synced": finished,
        "rows_synced": job.synced,
        "rows_failed_with_errors": job.failed,
    }


def apply_setup(workspace: Workspace, rows: Sequence[Mapping[str, Any]]) -> None:
    """Integrations of a setup document; one that is there keeps its jobs, and reads only rows beyond those it read."""
    now = workspace.world.clock.now
    for row in rows:
        key = row.get("integration_id") or workspace.world.secrets.uuid(f"braze.cdi.{row['integration_name']}")
        old: Integration | None = workspace.integrations.get(key)
        workspace.integrations[key] = Integration(
            key,
            row["integration_name"],
            row["integration_type"],
            row.get("warehouse_type", "snowflake"),
            row.get("contact_emails", ""),
            now,
            tuple(row.get("rows", ())),
            timedelta(seconds=row.get("seconds", 60)),
            old.jobs if old else [],
            old.read if old else 0,
        )
