"""Catalogs: their fields and selections. Items are in items.py, what may be stored in them in values.py."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from stampcard.braze.errors import catalog_error
from stampcard.braze.state import Catalog, Workspace
from stampcard.braze.values import size_of
from stampcard.core.endpoint import Call, Reply

TYPES = ("string", "number", "boolean", "time", "array", "object")
MAX_NAME, MAX_FIELDS, MAX_NEW_FIELDS = 250, 500, 50
NAME = re.compile(r"[A-Za-z0-9_-]+")
OPERATORS = {
    "string": ("equals", "does not equal"),
    "number": ("equals", "does not equal", "greater than", "less than"),
    "boolean": ("is",),
    "time": ("before", "after"),
    "array": ("includes value", "does not include value"),
}
"""Field type -> operators of a selection's filter; other types cannot be filtered by."""

MAX_FILTERS, MAX_SELECTIONS = 4, 30


def find_catalog(workspace: Workspace, name: str, status: int = 404) -> Catalog:
    """Raises ApiError."""
    catalog = workspace.catalogs.get(name)
    if catalog is None:
        raise catalog_error("catalog-not-found", "Could not find catalog", {"catalog_name": name}, status)
    return catalog


async def list_catalogs(call: Call[Workspace]) -> Reply:
    catalogs = [view(catalog) for catalog in call.state.catalogs.values()]
    call.summary = f"{len(catalogs)} catalogs"
    return Reply(200, {"catalogs": catalogs, "message": "success"})


async def create_catalog(call: Call[Workspace]) -> Reply:
    """One catalog with its fields."""
    rows = call.body.get("catalogs")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise catalog_error("catalog-array-invalid", "catalogs must be an array of objects")
    if len(rows) > 1:
        raise catalog_error("too-many-catalog-atoms", "You can only create one catalog per request")
    catalog = read_catalog(rows[0], call.state.catalogs, call.state)
    call.state.catalogs[catalog.name] = catalog
    call.summary = f"catalog {catalog.name!r} with {len(catalog.fields)} fields"
    return Reply(201, {"catalogs": [view(catalog)], "message": "success"})


def read_catalog(row: Mapping[str, Any], others: Collection[str], workspace: Workspace) -> Catalog:
    """A new catalog from its definition. Raises ApiError."""
    name, description = row.get("name"), row.get("description", "")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise catalog_error(workspace.switches.invalid_catalog_name, "Catalog name is invalid", {"name": name})
    if len(name) > MAX_NAME:
        raise catalog_error("catalog-name-too-large", "Catalog name is too large", {"name": name})
    if name in others:
        raise catalog_error("catalog-name-already-exists", "A catalog with that name already exists", {"name": name})
    if not isinstance(description, str) or len(description) > MAX_NAME:
        raise catalog_error("description-too-long", "Description is too long", {"description": description})
    fields = read_fields(row.get("fields"))
    if not fields or next(iter(fields.items())) != ("id", "string"):
        raise catalog_error("id-not-first-column", "The first field must be id, a string")
    if len(fields) > MAX_FIELDS:
        raise catalog_error("too-many-fields", "There are too many fields")
    return Catalog(name, description, fields, workspace.world.clock.now)


def read_fields(rows: Any, error_id: str = "invalid-fields") -> dict[str, str]:
    """Field name -> type. Raises ApiError."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.keys() >= {"name", "type"} for row in rows):
        raise catalog_error(error_id, "Fields are invalid")
    names = [row["name"] for row in rows]
    if not all(isinstance(name, str) and NAME.fullmatch(name) for name in names):
        raise catalog_error("invalid-field-names", "Some field names are invalid", {"fields": names})
    if any(len(name) > MAX_NAME for name in names):
        raise catalog_error("field-names-too-large", "Some field names are too large", {"fields": names})
    if len(set(names)) < len(names):
        raise catalog_error("field-names-not-unique", "Field names are not unique", {"fields": names})
    if any(row["type"] not in TYPES for row in rows):
        raise catalog_error("invalid-field-types", "Some field types are invalid", {"fields": names})
    return {row["name"]: row["type"] for row in rows}


async def delete_catalog(call: Call[Workspace]) -> Reply:
    catalog = find_catalog(call.state, call.path["catalog_name"])
    del call.state.catalogs[catalog.name]
    call.summary = f"catalog {catalog.name!r} and its {len(catalog.items)} items are gone"
    return Reply(200, {"message": "success"})


async def create_fields(call: Call[Workspace]) -> Reply:
    """Up to 50 fields more (Braze queues it; here it is done when the answer is given)."""
    catalog = find_catalog(call.state, call.path["catalog_name"], call.state.switches.catalog_not_found_status)
    rows = call.body.get("fields")
    if isinstance(rows, list) and len(rows) > MAX_NEW_FIELDS:
        raise catalog_error("request-includes-too-many-fields", "Request includes too many fields")
    fields = read_fields(rows)
    if known := fields.keys() & catalog.fields.keys():
        raise catalog_error("field-names-not-unique", "Field names are not unique", {"fields": sorted(known)})
    if len(fields) + len(catalog.fields) > MAX_FIELDS:
        raise catalog_error("catalog-exceeds-fields-limit", "Catalog exceeds fields limit")
    _check_storage(call.state)
    catalog.fields |= fields
    catalog.updated_at = call.world.clock.now
    call.summary = f"{len(fields)} fields more in {catalog.name!r}"
    return Reply(202, {"message": "success"})


def _check_storage(workspace: Workspace) -> None:
    """Whether the company's quota of catalog storage, where it has one, is used up. Raises ApiError."""
    quota = workspace.switches.catalog_storage_mb
    if quota is None:
        return
    used = sum(size_of(item) for catalog in workspace.catalogs.values() for item in catalog.items.values())
    if used >= quota * 1024 * 1024:
        raise catalog_error("company-size-limit-already-reached", "The company's size limit is already reached")


async def delete_field(call: Call[Workspace]) -> Reply:
    """A field with all its values; not `id`, and not one that a selection uses."""
    catalog = find_catalog(call.state, call.path["catalog_name"])
    name = call.path["field_name"]
    if name == "id" or name not in catalog.fields:
        raise catalog_error("invalid-field-name", "Field name is invalid", {"field_name": name})
    if any(name in _fields_of(selection) for selection in catalog.selections.values()):
        raise catalog_error("field-referenced-by-selection", "A selection uses this field", {"field_name": name})
    if name == catalog.inventory_field:
        message = "The field is the inventory field of back-in-stock notifications"
        raise catalog_error("field-is-inventory", message, {"field_name": name})
    del catalog.fields[name]
    for item in catalog.items.values():
        item.pop(name, None)
    catalog.updated_at = call.world.clock.now
    return Reply(202, {"message": "success"})


def _fields_of(selection: Mapping[str, Any]) -> set[str]:
    return filtered_by(selection) | {selection.get("sort_field") or ""}


def filtered_by(selection: Mapping[str, Any]) -> set[str]:
    """The fields that a selection's filters look at."""
    return {row["field"] for row in selection.get("filters") or ()}


async def create_selection(call: Call[Workspace]) -> Reply:
    catalog = find_catalog(call.state, call.path["catalog_name"], call.state.switches.catalog_not_found_status)
    selection = call.body.get("selection")
    check_selection(catalog, selection)
    _check_storage(call.state)
    catalog.selections[selection["name"]] = selection
    catalog.updated_at = call.world.clock.now
    call.summary = f"selection {selection['name']!r} of {catalog.name!r}"
    return Reply(202, {"message": "success"})


def check_selection(catalog: Catalog, selection: Any) -> None:
    """Raises ApiError."""
    name = selection.get("name") if isinstance(selection, dict) else None
    if not isinstance(name, str) or not NAME.fullmatch(name) or len(name) > MAX_NAME:
        raise catalog_error("invalid-selection", "Selection is invalid")
    if name in catalog.selections:
        raise catalog_error(
            "selection-name-already-exists", "A selection with that name already exists", {"name": name}
        )
    if len(catalog.selections) >= MAX_SELECTIONS:
        raise catalog_error("selection-limit-reached", "The catalog has too many selections")
    limit = selection.get("results_limit", 50)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= 50:
        raise catalog_error("selection-invalid-results-limit", "Results limit must be 1 to 50")
    _check_filters(catalog, selection.get("filters") or [])
    _check_sorting(catalog, selection)


def _check_filters(catalog: Catalog, filters: Any) -> None:
    if not isinstance(filters, list) or not all(isinstance(row, dict) for row in filters):
        raise catalog_error("invalid-selection", "Selection is invalid")
    if len(filters) > MAX_FILTERS:
        raise catalog_error("too-many-filters", "A selection has up to 4 filters")
    kinds = [catalog.fields.get(row.get("field")) for row in filters if isinstance(row.get("field"), str)]
    for row, kind in zip(filters, kinds, strict=False):
        if row.get("operator") not in OPERATORS.get(kind or "", ()) or not _fits(kind, row.get("value")):
            raise catalog_error("selection-has-invalid-filter", "A filter is invalid", {"field": row["field"]})
    if len(kinds) < len(filters):
        raise catalog_error("selection-has-invalid-filter", "A filter is invalid")
    if kinds.count("array") > 1:
        raise catalog_error("selection-contains-too-many-arrays", "A selection has up to one array field")


def _fits(kind: str | None, value: Any) -> bool:
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "boolean":
        return isinstance(value, bool)
    return isinstance(value, str)


def _check_sorting(catalog: Catalog, selection: Mapping[str, Any]) -> None:
    field, order = selection.get("sort_field"), selection.get("sort_order")
    if (field is None) != (order is None):
        raise catalog_error("invalid-sorting", "Sort field and sort order go together")
    if field is not None and (not isinstance(field, str) or field not in catalog.fields):
        raise catalog_error("invalid-sort-field", "Sort field is invalid", {"sort_field": field})
    if order not in (None, "asc", "desc"):
        raise catalog_error("invalid-sort-order", "Sort order is asc or desc", {"sort_order": order})


async def delete_selection(call: Call[Workspace]) -> Reply:
    catalog = find_catalog(call.state, call.path["catalog_name"])
    name = call.path["selection_name"]
    if catalog.selections.pop(name, None) is None:
        raise catalog_error("invalid-selection", "Selection is invalid", {"selection_name": name})
    return Reply(202, {"message": "success"})


def view(catalog: Catalog) -> dict[str, Any]:
    """A catalog without its items; fields carry tokens as recorded: -1 for id, then 0, 1, 2."""
    return {
        "name": catalog.name,
        "description": catalog.description,
        "fields": _fields_view(list(catalog.fields.items())),
        "num_items": len(catalog.items),
        "updated_at": catalog.updated_at.isoformat(timespec="milliseconds"),
        "source": "Braze",
        "selections": list(catalog.selections.values()),
    }


def _fields_view(fields: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind, "token": str(place - 1)} for place, (name, kind) in enumerate(fields)]
