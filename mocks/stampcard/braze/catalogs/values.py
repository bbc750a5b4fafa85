"""Catalog items: what may be stored in a field of which type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stampcard.braze import values
from stampcard.braze.catalogs.catalogs import MAX_NAME, NAME, filtered_by
from stampcard.braze.errors import catalog_error
from stampcard.braze.state import Catalog, Switches
from stampcard.core.clock import iso

MAX_VALUE, MAX_NESTING, MAX_ITEMS = 5000, 50, 50
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def read_items(body: Mapping[str, Any], most: int = MAX_ITEMS) -> list[dict[str, Any]]:
    """The `items` of a request. Raises ApiError."""
    items = body.get("items")
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise catalog_error("item-array-invalid", "items must be an array of objects")
    if len(items) > most:
        raise catalog_error("request-includes-too-many-items", "Request includes too many items")
    return items


def check_ids(items: list[dict[str, Any]], switches: Switches) -> None:
    """Every item of a bulk call has an id of its own. Raises ApiError."""
    missing = sum("id" not in item or item["id"] in (None, "") for item in items)
    if missing:
        raise catalog_error("items-missing-ids", f"There are {missing} item(s) that do not have ids")
    ids = [item["id"] for item in items]
    if not all(isinstance(item_id, str) for item_id in ids):
        raise catalog_error(switches.ids_not_strings, "Some ids are not strings")
    for item_id in ids:
        check_id(item_id)
    if len(set(ids)) < len(ids):
        raise catalog_error("ids-not-unique", "Ids are not unique")


def check_id(item_id: str) -> None:
    """Raises ApiError."""
    if len(item_id) > MAX_NAME:
        raise catalog_error("ids-too-large", "Some ids are too large", {"id": item_id})
    if not NAME.fullmatch(item_id):
        raise catalog_error("invalid-ids", "Some ids are invalid", {"id": item_id})


def read_item(
    catalog: Catalog, item: Mapping[str, Any], old: Mapping[str, Any] | None = None, *, alone: bool = False
) -> dict[str, Any]:
    """An item's fields in their types; with the `old` item array fields take $add and $remove. Raises ApiError.

    `alone`: the call is about this item only. Then a value over the limit has an id of its own where a selection
    filters by the field (how long is too long there is not documented; the limit of every value is assumed).
    """
    unknown = [name for name in item if name not in catalog.fields]
    if unknown:
        message = "Some of the fields given do not exist in the catalog"
        raise catalog_error("invalid-fields", message, {"fields": unknown})
    stored = {name: _read(catalog.fields[name], name, value, old) for name, value in item.items()}
    filtered = set().union(*map(filtered_by, catalog.selections.values())) if alone else ()
    for name, value in stored.items():
        if len(value) > MAX_VALUE if isinstance(value, str) else values.size_of(value) > MAX_VALUE:
            if name in filtered:
                message = "A field that a selection filters by is too long"
                raise catalog_error("filtered-set-field-too-long", message, {"field": name})
            raise catalog_error("items-too-large", "Some items are too large", {"field": name})
    return stored


def _read(kind: str, name: str, value: Any, old: Mapping[str, Any] | None) -> Any:
    if old is not None and kind == "array" and isinstance(value, dict):
        value = _changed(value, name, old.get(name))
    stored = coerced(kind, value)
    if stored is values.INVALID:
        raise catalog_error("unable-to-coerce-value", f"Unable to coerce the value to {kind}", {"field": name})
    if isinstance(stored, dict):
        _check_object(name, stored)
    return stored


def _changed(change: Mapping[str, Any], name: str, old: Any) -> list[Any]:
    """`$add` and `$remove` on an array."""
    kept = list(old or [])
    if not change or not change.keys() <= {"$add", "$remove"}:
        raise catalog_error("unable-to-coerce-value", "Unable to coerce the value to array", {"field": name})
    for operation, items in change.items():
        if not isinstance(items, list):
            raise catalog_error("unable-to-coerce-value", "Unable to coerce the value to array", {"field": name})
        kept = kept + items if operation == "$add" else [item for item in kept if item not in items]
    return kept


def coerced(kind: str, value: Any) -> Any:
    """A value in a field's type, or INVALID; null fits every type."""
    if value is None:
        return None
    if kind == "string":
        return value if isinstance(value, str) else _text(value)
    if kind == "number":
        return _number(value)
    if kind == "boolean":
        known = {"true": True, "false": False}
        return value if isinstance(value, bool) else known.get(str(value).lower(), values.INVALID)
    if kind == "time":
        instant = values.read_time(value)
        return iso(instant) if instant else values.INVALID
    wanted = list if kind == "array" else dict
    return value if isinstance(value, wanted) else values.INVALID


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) and values.fits(value) else values.INVALID


def _number(value: Any) -> Any:
    if isinstance(value, str) and _NUMBER.fullmatch(value) and len(value) < 30:
        value = float(value) if "." in value else int(value)
    good = isinstance(value, int | float) and not isinstance(value, bool) and values.fits(value)
    return value if good else values.INVALID


def _check_object(name: str, value: Mapping[str, Any], level: int = 1) -> None:
    if level > MAX_NESTING:
        raise catalog_error("too-deep-nesting-in-value-object", "Objects are nested too deep", {"field": name})
    for key, item in value.items():
        if "." in key or "$" in key:
            message = "Keys of objects may not contain . or $"
            raise catalog_error("invalid-keys-in-value-object", message, {"field": name})
        if isinstance(item, dict):
            _check_object(name, item, level + 1)
