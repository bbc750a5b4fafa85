"""Operations of this room: catalogs and their items."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.braze.catalogs import catalogs, items
from stampcard.core.endpoint import Reply

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "catalogs_list": catalogs.list_catalogs,
    "catalogs_create": catalogs.create_catalog,
    "catalogs_delete": catalogs.delete_catalog,
    "catalog_fields_create": catalogs.create_fields,
    "catalog_fields_delete": catalogs.delete_field,
    "catalog_selections_create": catalogs.create_selection,
    "catalog_selections_delete": catalogs.delete_selection,
    "catalog_items_list": items.list_items,
    "catalog_items_create_async": items.create_items,
    "catalog_items_update_async": items.update_items,
    "catalog_items_replace_async": items.replace_items,
    "catalog_items_delete_async": items.delete_items,
    "catalog_item_get": items.get_item,
    "catalog_item_create": items.create_item,
    "catalog_item_update": items.update_item,
    "catalog_item_replace": items.replace_item,
    "catalog_item_delete": items.delete_item,
}
