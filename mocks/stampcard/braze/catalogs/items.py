"""Catalog items, one by one and in bulk.

Bulk calls check the request when it comes; what cannot be stored then is dropped later without a word, so here it is
told in diagnostics. Storing is done when the answer is given.
"""

from __future__ import annotations

from typing import Any

from stampcard.braze.catalogs.catalogs import find_catalog
from stampcard.braze.catalogs.values import check_id, check_ids, read_item, read_items
from stampcard.braze.errors import catalog_error
from stampcard.braze.paging import ROWS_PER_PAGE, page_links, read_cursor
from stampcard.braze.state import Catalog, Workspace
from stampcard.core.endpoint import Call, Reply

# In bulk


def _bulk(call: Call[Workspace]) -> tuple[Catalog, list[dict[str, Any]]]:
    """The catalog and the items of a bulk call, ids checked. Raises ApiError."""
    catalog = find_catalog(call.state, call.path["catalog_name"])
    items = read_items(call.body)
    check_ids(items, call.state.switches)
    return catalog, items


def _stored(call: Call[Workspace], catalog: Catalog, items: list[dict[str, Any]]) -> Reply:
    for item in items:
        catalog.items[item["id"]] = item
    catalog.updated_at = call.world.clock.now
    call.summary = f"{len(items)} items stored in {catalog.name!r}"
    return Reply(202, {"message": "success"})


async def create_items(call: Call[Workspace]) -> Reply:
    """Items that are there already are left as they are."""
    catalog, rows = _bulk(call)
    items = [read_item(catalog, row) for row in rows]
    new = [item for item in items if item["id"] not in catalog.items]
    for item in items:
        if item["id"] in catalog.items:
            call.diagnose("item-already-exists", f"{item['id']} is there already and stays", "/items", "error")
    return _stored(call, catalog, new)


async def replace_items(call: Call[Workspace]) -> Reply:
    """Whole items, there before or not."""
    catalog, rows = _bulk(call)
    return _stored(call, catalog, [read_item(catalog, row) for row in rows])


async def update_items(call: Call[Workspace]) -> Reply:
    """Fields of items that are there; others are skipped."""
    catalog, rows = _bulk(call)
    changed = []
    for row in rows:
        old = catalog.items.get(row["id"])
        item = read_item(catalog, row, old or {})
        if old is None:
            call.diagnose("item-not-found", f"{row['id']} is not in the catalog", "/items", "error")
        else:
            changed.append({**old, **item})
    return _stored(call, catalog, changed)


async def delete_items(call: Call[Workspace]) -> Reply:
    catalog, rows = _bulk(call)
    for row in rows:
        if catalog.items.pop(row["id"], None) is None:
            call.diagnose("item-not-found", f"{row['id']} is not in the catalog", "/items", "error")
    return _stored(call, catalog, [])


async def list_items(call: Call[Workspace]) -> Reply:
    """50 at a time; a Link header leads on."""
    catalog = find_catalog(call.state, call.path["catalog_name"])
    text = call.query.get("cursor")
    skip = read_cursor(text)
    if skip is None:
        raise catalog_error("invalid-cursor", "'cursor' is not valid", {"cursor": text})
    items = list(catalog.items.values())
    call.summary = f"items {skip}-{min(len(items), skip + ROWS_PER_PAGE)} of {len(items)}"
    page = items[skip : skip + ROWS_PER_PAGE]
    return Reply(200, {"items": page, "message": "success"}, page_links(call.request.raw_path, skip, len(items)))


# One by one


def _one(call: Call[Workspace]) -> tuple[Catalog, str]:
    return find_catalog(call.state, call.path["catalog_name"]), call.path["item_id"]


def _given(call: Call[Workspace]) -> dict[str, Any]:
    """The item of a single call; its id comes from the path only. Raises ApiError."""
    (item,) = read_items(call.body, most=1)
    if "id" in item:
        raise catalog_error("id-in-body", "The id is not part of the body", {"id": item["id"]})
    check_id(call.path["item_id"])
    return item


def _find_item(catalog: Catalog, item_id: str) -> dict[str, Any]:
    item = catalog.items.get(item_id)
    if item is None:
        raise catalog_error("item-not-found", "Could not find item", {"item_id": item_id}, 404)
    return item


def _keep(call: Call[Workspace], catalog: Catalog, item: dict[str, Any], status: int) -> Reply:
    catalog.items[item["id"]] = item
    catalog.updated_at = call.world.clock.now
    call.summary = f"item {item['id']!r} stored in {catalog.name!r}"
    return Reply(status, {"message": "success"})


async def get_item(call: Call[Workspace]) -> Reply:
    catalog, item_id = _one(call)
    return Reply(200, {"items": [_find_item(catalog, item_id)], "message": "success"})


async def create_item(call: Call[Workspace]) -> Reply:
    catalog, item_id = _one(call)
    item = {"id": item_id, **read_item(catalog, _given(call), alone=True)}
    if item_id in catalog.items:
        raise catalog_error("item-already-exists", "The item already exists", {"item_id": item_id})
    return _keep(call, catalog, item, 201)


async def update_item(call: Call[Workspace]) -> Reply:
    catalog, item_id = _one(call)
    given = _given(call)
    old = _find_item(catalog, item_id)
    return _keep(call, catalog, {**old, **read_item(catalog, given, old, alone=True)}, 200)


async def replace_item(call: Call[Workspace]) -> Reply:
    """The whole item, there before or not."""
    catalog, item_id = _one(call)
    return _keep(call, catalog, {"id": item_id, **read_item(catalog, _given(call), alone=True)}, 200)


async def delete_item(call: Call[Workspace]) -> Reply:
    catalog, item_id = _one(call)
    _find_item(catalog, item_id)
    del catalog.items[item_id]
    catalog.updated_at = call.world.clock.now
    return Reply(call.state.switches.catalog_item_delete_status, {"message": "success"})
