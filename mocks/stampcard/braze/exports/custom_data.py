"""Custom attributes, custom events and products: the names in use, listed."""

from __future__ import annotations

from typing import Any

from stampcard.braze import errors
from stampcard.braze.paging import ROWS_PER_PAGE, page_links, read_cursor
from stampcard.braze.state import Definition, Workspace
from stampcard.core.endpoint import Call, Reply

NAMES_PER_PAGE = 250


async def list_event_names(call: Call[Workspace]) -> Reply:
    """Names only, alphabetically, 250 on a page; past the last page the list is empty."""
    names = sorted(call.state.events)
    start = call.query.get("page", 0) * NAMES_PER_PAGE
    page = names[start : start + NAMES_PER_PAGE]
    call.summary = f"{len(page)} of {len(names)} events"
    return Reply(200, {"events": page, "message": "success"})


async def list_events(call: Call[Workspace]) -> Reply:
    """Events with what the dashboard shows of them, 50 on a page, the next one by cursor."""
    rows = [_event(definition) for _, definition in sorted(call.state.events.items())]
    page, headers = paged(call, rows)
    return Reply(200, {"events": page, "message": "success"}, headers)


def _event(definition: Definition) -> dict[str, Any]:
    return {
        "name": definition.name,
        "description": definition.description,
        "included_in_analytics_report": False,
        "status": "Blocklisted" if definition.blocklisted else "Active",
        "tag_names": list(definition.tags),
    }


async def list_attributes(call: Call[Workspace]) -> Reply:
    """Custom attributes with the type they were first seen with, 50 on a page, the next one by cursor."""
    limit = call.state.switches.array_limit
    rows = [_attribute(definition, limit) for _, definition in sorted(call.state.attributes.items())]
    page, headers = paged(call, rows)
    return Reply(200, {"attributes": page, "message": "success"}, headers)


def _attribute(definition: Definition, limit: int) -> dict[str, Any]:
    shown = {"Time": "Date"}.get(definition.data_type, definition.data_type) or "String"
    return {
        "name": definition.name,
        "description": definition.description,
        "data_type": f"{shown} (Automatically Detected)" if definition.detected else shown,
        "array_length": limit if definition.data_type == "Array" else None,
        "status": "Blocklisted" if definition.blocklisted else "Active",
        "tag_names": list(definition.tags),
    }


async def list_products(call: Call[Workspace]) -> Reply:
    """Ids of products, alphabetically. Braze does not say how many a page holds; it is 250 here (assumed)."""
    names = sorted(call.state.products)
    start = call.query.get("page", 0) * NAMES_PER_PAGE
    page = names[start : start + NAMES_PER_PAGE]
    call.summary = f"{len(page)} of {len(names)} products"
    return Reply(200, {"products": page, "message": "success"})


def paged(call: Call[Workspace], rows: list[Any]) -> tuple[list[Any], list[tuple[str, str]]]:
    """The page the call's cursor names, and the Link header that leads on. Raises ApiError for a bad cursor."""
    skip = read_cursor(call.query.get("cursor"))
    if skip is None:
        raise errors.refused("Invalid cursor")
    call.summary = f"{skip}-{min(len(rows), skip + ROWS_PER_PAGE)} of {len(rows)}"
    return rows[skip : skip + ROWS_PER_PAGE], page_links(call.request.raw_path, skip, len(rows))
