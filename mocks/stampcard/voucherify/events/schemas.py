"""Definitions of custom events by management keys; `events` holds what is tracked against them.

https://docs.voucherify.io/api-reference/management (custom event schemas)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, values, views
from stampcard.voucherify.events.records import EventSchema
from stampcard.voucherify.management.paths import of_path
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

KIND = "custom_event_schema"


def find(call: Call[Project], project: Project) -> EventSchema:
    """Raises 404 (its words assumed: the vendor shows that of a project only)."""
    wanted = call.path["customEventSchemaId"]
    found = project.event_schemas.get(wanted)
    if found is None:
        raise errors.not_found(call, KIND, wanted)
    return found


def view(record: EventSchema) -> Json:
    """The definition; `updated_at` only once it was changed."""
    body: Json = {
        "id": record.id,
        "name": record.name,
        "schema": {"properties": record.properties},
        "created_at": record.created_at,
        "object": "custom-event-schema",
    }
    return body if record.updated_at is None else {**body, "updated_at": record.updated_at}


def read_properties(given: Mapping[str, Any]) -> dict[str, Json]:
    return {name: values.given(definition) for name, definition in given["properties"].items()}


async def browse(call: Call[Project]) -> Reply:
    """Newest first."""
    found = [view(item) for item in reversed(of_path(call).event_schemas.values())]
    call.summary = f"{len(found)} definitions of custom events"
    return Reply(200, views.listing("data", found, len(found)))


async def create(call: Call[Project]) -> Reply:
    project, body = of_path(call), call.body
    if any(item.name == body["name"] for item in project.event_schemas.values()):
        raise errors.duplicate(call, KIND, "with name", body["name"])
    properties = read_properties(body["schema"])
    record = EventSchema(project.random_id("ms_"), body["name"], properties, project.now)
    project.event_schemas[record.id] = record
    call.summary = f"custom event {record.name} defined"
    return Reply(200, view(record))


async def read(call: Call[Project]) -> Reply:
    record = find(call, of_path(call))
    call.summary = f"custom event {record.name}"
    return Reply(200, view(record))


async def update(call: Call[Project]) -> Reply:
    """Properties that are sent are added or replaced, their type included; others stay."""
    project = of_path(call)
    record = find(call, project)
    record.properties = {**record.properties, **read_properties(call.body["schema"])}
    record.updated_at = project.now
    call.summary = f"custom event {record.name} updated"
    return Reply(200, view(record))


async def delete(call: Call[Project]) -> Reply:
    project = of_path(call)
    record = find(call, project)
    del project.event_schemas[record.id]
    call.summary = f"custom event {record.name} is no longer defined"
    return Reply(204)
