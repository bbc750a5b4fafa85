"""Catalogs as messages read them: rows by id, and a selection's rows for one user."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from stampcard.braze.comparisons import instant, same
from stampcard.braze.rendering import Row, Run
from stampcard.braze.state import Catalog, Workspace

MAX_ROWS = 50
Text = Callable[[str], Awaitable[str]]


def connect(run: Run, workspace: Workspace, text: Text) -> None:
    """Let a run read the workspace's catalogs; `text` renders the Liquid in a selection's filter."""

    def find(name: str) -> Catalog | None:
        catalog = workspace.catalogs.get(name)
        if catalog is None:
            run.warn(f"there is no catalog called {name!r}; `items` holds nothing (assumed)")
        return catalog

    def items(name: str, ids: Sequence[str]) -> list[Row]:
        catalog = find(name)
        return [dict(catalog.items[key]) for key in ids if key in catalog.items] if catalog else []

    async def select(name: str, selection: str) -> list[Row]:
        catalog = find(name)
        chosen = catalog.selections.get(selection) if catalog else None
        if catalog is None or chosen is None:
            run.warn(f"there is no selection {selection!r} of catalog {name!r}; `items` holds nothing (assumed)")
            return []
        return await selected(catalog, chosen, text)

    run.items, run.select = items, select


async def selected(catalog: Catalog, selection: Mapping[str, Any], text: Text) -> list[Row]:
    """The rows that pass all filters, sorted when the selection says by what."""
    rows = list(catalog.items.values())
    for row in selection.get("filters") or ():
        wanted = await text(row["value"]) if isinstance(row["value"], str) else row["value"]
        rows = [item for item in rows if _passes(item.get(row["field"]), row["operator"], wanted)]
    by = selection.get("sort_field")
    if by:
        rows = [row for row in rows if row.get(by) is not None]
        rows.sort(key=lambda row: _sortable(row[by]), reverse=str(selection.get("sort_order", "")).lower() == "desc")
    return [dict(row) for row in rows[: min(int(selection.get("results_limit", MAX_ROWS)), MAX_ROWS)]]


def _sortable(value: Any) -> tuple[int, Any]:
    if isinstance(value, bool | int | float):
        return 0, value
    return (1, value) if isinstance(value, datetime) else (2, str(value))


def _passes(value: Any, operator: str, wanted: Any) -> bool:
    if operator in ("equals", "is"):
        return same(value, wanted)
    if operator == "does not equal":
        return not same(value, wanted)
    if operator in ("greater than", "less than"):
        return isinstance(value, int | float) and bool(value > wanted if operator == "greater than" else value < wanted)
    if operator in ("before", "after"):
        at, limit = instant(value), instant(wanted)
        return at is not None and limit is not None and (at < limit if operator == "before" else at > limit)
    held = isinstance(value, list) and wanted in value
    return held == (operator == "includes value")
