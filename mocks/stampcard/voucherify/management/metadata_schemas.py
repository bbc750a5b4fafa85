"""Metadata schemas: what metadata of each kind of object may hold, by project keys and by management keys.

The two APIs differ in their lists (`schemas`, `data`) and in how they spell a definition (`objectType`, `object_type`).
https://docs.voucherify.io/api-reference/metadata-schemas, https://docs.voucherify.io/api-reference/management
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, metadata, values, views
from stampcard.voucherify.management.paths import of_path
from stampcard.voucherify.management.records import Schema
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

KIND = "metadata schema"
SPELLED = {
    "object_type": "objectType",
    "min_length": "minLength",
    "max_length": "maxLength",
    "exact_length": "exactLength",
}
"""Members of a definition in the management API, and as project keys see them."""


def find(call: Call[Project], project: Project, wanted: str) -> Schema:
    """By id or by the kind of object. Raises 404."""
    found = project.schemas.get(wanted) or metadata.of(project, wanted)
    if found is None:
        raise errors.not_found(call, KIND, wanted)
    return found


def view(record: Schema) -> Json:
    """As the management API answers."""
    return {
        "id": record.id,
        "related_object": record.related_object,
        "properties": record.properties,
        "allow_defined_only": record.allow_defined_only,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "object": "metadata_schema",
    }


def project_view(record: Schema) -> Json:
    """As project keys see it."""
    properties = {name: spelled(definition) for name, definition in record.properties.items()}
    return {**view(record), "properties": properties}


def spelled(definition: Json) -> Json:
    return {SPELLED.get(name, name): value for name, value in definition.items()}


def read_definition(call: Call[Project], name: str, given: Mapping[str, Any]) -> Json:
    """A definition in the management API's words, whichever were sent. Raises invalid_payload."""
    words = {other: word for word, other in SPELLED.items()}
    found = {words.get(key, key): value for key, value in values.given(given).items()}
    _, is_type = metadata.TYPES[found["type"]]
    for index, item in enumerate(found.get("eq", ())):
        if not is_type(item):
            raise errors.invalid_payload(call, f"Property .properties.{name}.eq[{index}] should be {found['type']}")
    found.setdefault("object_type", None)
    return found


def read_definitions(call: Call[Project], given: Mapping[str, Any]) -> dict[str, Json]:
    return {name: read_definition(call, name, definition) for name, definition in given.items()}


def add(call: Call[Project], project: Project, kind: str) -> Schema:
    """A schema for a kind of object that has none yet. Raises 409, invalid_payload."""
    body = call.body
    if metadata.of(project, kind) is not None:
        raise errors.duplicate(call, KIND, "with related_object", kind)
    definitions = read_definitions(call, body["properties"])
    record = Schema(project.random_id("ms_"), kind, definitions, project.now, body.get("allow_defined_only"))
    project.schemas[record.id] = record
    call.summary = f"metadata schema of {kind}: {len(definitions)} definitions"
    return record


def change(call: Call[Project], project: Project, record: Schema) -> None:
    """Definitions that are sent replace those of the same name; a type cannot change. Raises invalid_payload."""
    body = call.body
    definitions = read_definitions(call, body["properties"])
    for name, definition in definitions.items():
        old = record.properties.get(name)
        if old is not None and old["type"] != definition["type"]:
            details = f"Property .properties.{name}.type cannot be changed from {old['type']} to {definition['type']}"
            raise errors.invalid_payload(call, details)
    record.properties = {**record.properties, **definitions}
    if body.get("allow_defined_only") is not None:
        record.allow_defined_only = body["allow_defined_only"]
    record.updated_at = project.now
    call.summary = f"metadata schema of {record.related_object} updated"


# By project keys


async def browse(call: Call[Project]) -> Reply:
    found = [project_view(item) for item in call.state.schemas.values()]
    call.summary = f"{len(found)} metadata schemas"
    return Reply(200, views.listing("schemas", found, len(found)))


async def read(call: Call[Project]) -> Reply:
    record = find(call, call.state, call.path["resource"])
    call.summary = f"metadata schema of {record.related_object}"
    return Reply(200, project_view(record))


async def create(call: Call[Project]) -> Reply:
    """The body names the kind of object; where it does not, the path does."""
    kind = call.body.get("related_object") or call.path["metadataSchemaId"]
    return Reply(200, project_view(add(call, call.state, kind)))


async def update(call: Call[Project]) -> Reply:
    record = find(call, call.state, call.path["metadataSchemaId"])
    change(call, call.state, record)
    return Reply(200, project_view(record))


async def delete(call: Call[Project]) -> Reply:
    """The schema is gone; metadata that objects have stays."""
    record = find(call, call.state, call.path["metadataSchemaId"])
    del call.state.schemas[record.id]
    call.summary = f"metadata schema of {record.related_object} deleted"
    return Reply(204)


# By management keys


async def manage_list(call: Call[Project]) -> Reply:
    found = [view(item) for item in of_path(call).schemas.values()]
    call.summary = f"{len(found)} metadata schemas"
    return Reply(200, views.listing("data", found, len(found)))


async def manage_create(call: Call[Project]) -> Reply:
    return Reply(200, view(add(call, of_path(call), call.body["related_object"])))


async def manage_read(call: Call[Project]) -> Reply:
    record = find(call, of_path(call), call.path["metadataSchemaId"])
    call.summary = f"metadata schema of {record.related_object}"
    return Reply(200, view(record))


async def manage_update(call: Call[Project]) -> Reply:
    project = of_path(call)
    record = find(call, project, call.path["metadataSchemaId"])
    change(call, project, record)
    return Reply(200, view(record))


async def manage_delete(call: Call[Project]) -> Reply:
    project = of_path(call)
    record = find(call, project, call.path["metadataSchemaId"])
    del project.schemas[record.id]
    call.summary = f"metadata schema of {record.related_object} deleted"
    return Reply(204)
