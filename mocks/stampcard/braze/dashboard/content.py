"""Content of a setup document: Content Blocks, e-mail templates and catalogs, by the rules of the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stampcard.braze.catalogs import catalogs
from stampcard.braze.catalogs import values as catalog_values
from stampcard.braze.content import content_blocks, email_templates
from stampcard.braze.content.content_blocks import ContentBlock
from stampcard.braze.content.email_templates import EmailTemplate
from stampcard.braze.state import Catalog, Workspace
from stampcard.core.errors import ApiError, SetupError

Row = Mapping[str, Any]


def _checked(name: str, read: Callable[[Workspace, Row, Row], object]) -> Callable[[Workspace, Row], None]:
    """A check that makes each row of a section without keeping it; what the API would refuse is a SetupError."""

    def check(workspace: Workspace, document: Row) -> None:
        for index, row in enumerate(document[name]):
            try:
                read(workspace, row, document)
            except ApiError as error:
                raise SetupError(f"/braze/{name}/{index}", str(error.body)) from error

    return check


def _block_fields(workspace: Workspace, row: Row, document: Row) -> dict[str, Any]:
    old = next((block for block in workspace.content_blocks.values() if block.name == row["name"]), None)
    left_out = ("id", "tags", "state") if row.get("state") == content_blocks.DELETED else ("id", "tags")
    return content_blocks.read_fields(workspace, {k: v for k, v in row.items() if k not in left_out}, old)


def apply_blocks(workspace: Workspace, rows: Sequence[Row]) -> None:
    now = workspace.world.clock.now
    for row in rows:
        old = next((block for block in workspace.content_blocks.values() if block.name == row["name"]), None)
        key = row.get("id") or (old.id if old else workspace.world.secrets.uuid(f"braze.content_block.{row['name']}"))
        if old is not None:
            del workspace.content_blocks[old.id]
        fields = {key: value for key, value in row.items() if key not in ("id", "tags", "name", "content")}
        created = old.created_at if old else now
        block = ContentBlock(key, row["name"], row["content"], created, now, **fields, tags=tuple(row.get("tags", ())))
        workspace.tags.update(block.tags)
        workspace.content_blocks[key] = block


def _template_fields(workspace: Workspace, row: Row, document: Row) -> dict[str, Any]:
    fields = {key: value for key, value in row.items() if key not in ("id", "tags")}
    blocks = {block["name"] for block in document.get("content_blocks", ())}
    return email_templates.read_fields(workspace, fields, blocks)


def apply_templates(workspace: Workspace, rows: Sequence[Row]) -> None:
    now = workspace.world.clock.now
    for row in rows:
        name = row["template_name"]
        key = row.get("id") or workspace.world.secrets.uuid(f"braze.template.{name}")
        old = workspace.templates.get(key)
        fields = {field: value for field, value in row.items() if field not in ("id", "tags", "template_name")}
        created = old.created_at if old else now
        template = EmailTemplate(key, name, created, now, **fields, tags=tuple(row.get("tags", ())))
        workspace.tags.update(template.tags)
        workspace.templates[key] = template


def _catalog(workspace: Workspace, row: Row, document: Row) -> Catalog:
    others = {name: catalog for name, catalog in workspace.catalogs.items() if name != row["name"]}
    catalog = catalogs.read_catalog(row, others, workspace)
    items = list(row.get("items", ()))
    catalog_values.check_ids(items, workspace.switches)
    catalog.items = {item["id"]: catalog_values.read_item(catalog, item) for item in items}
    for selection in row.get("selections", ()):
        catalogs.check_selection(catalog, selection)
        catalog.selections[selection["name"]] = selection
    catalog.inventory_field = row.get("inventory_field")
    return catalog


def check_catalogs(workspace: Workspace, document: Row) -> None:
    """Raises SetupError."""
    _checked("catalogs", _catalog)(workspace, document)
    for index, row in enumerate(document["catalogs"]):
        kinds = {field["name"]: field["type"] for field in row["fields"]}
        if "inventory_field" in row and kinds.get(row["inventory_field"]) not in ("number", "boolean"):
            why = "back-in-stock notifications look at a number or boolean field of the catalog"
            raise SetupError(f"/braze/catalogs/{index}/inventory_field", why)


def apply_catalogs(workspace: Workspace, rows: Sequence[Row]) -> None:
    for row in rows:
        workspace.catalogs[row["name"]] = _catalog(workspace, row, {})


check_blocks = _checked("content_blocks", _block_fields)
check_templates = _checked("templates", _template_fields)
