"""Rendering a message's parts for one person: Liquid with everything it can reach, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.braze import catalog_reading, connected_content, locales, promotions, variables
from stampcard.braze.content_blocks import ACTIVE
from stampcard.braze.orders import Order, Rendered
from stampcard.braze.rendering import Ask, Fetched, MessageAborted, Run, TemplateError
from stampcard.braze.state import Workspace


async def render(order: Order, rendered: Rendered, entry: int) -> None:
    """Render all parts of the order's content into `rendered`. Raises MessageAborted."""
    await render_parts(order, order.content.parts, rendered, entry)


async def render_parts(order: Order, parts: Mapping[str, Any], rendered: Rendered, entry: int) -> dict[str, Any]:
    """Render parts into `rendered` and return them; each field has its own variables. Raises MessageAborted."""
    workspace, names = order.workspace, order.namespaces()
    blocks = Blocks(workspace)
    take_code = promotions.taker(workspace, order.codes, preview=order.preview)

    async def fetch(ask: Ask) -> Fetched:
        fetched = await connected_content.fetch(workspace, ask, cause=entry, preview=order.preview)
        row: dict[str, Any] = {"method": ask.method, "url": ask.url, "status": fetched.status}
        rendered.calls.append(row | ({"error": fetched.error} if fetched.error else {}))
        return fetched

    async def text(source: str) -> str:
        try:
            template = workspace.engine.templates.find(source)
        except TemplateError as error:
            raise MessageAborted("template_parse_error", str(error)) from error
        if template.template is None:
            return source
        for namespace, key in template.names:
            if namespace != "content_blocks":
                rendered.read[f"{namespace}.{key}" if namespace else key] = _looked_up(names, namespace, key)
        now = workspace.world.clock.now
        run = Run(now, names, blocks, fetch, take_code, rendered.warnings, rendered.extras)
        run.translations = locales.translations_for(workspace, order.user, order.content.id)
        catalog_reading.connect(run, workspace, text)
        try:
            return await template.render(run)
        finally:
            rendered.wants_retry = rendered.wants_retry or run.wants_retry

    for name, part in parts.items():
        rendered.parts[name] = await _every_text(part, text)
    return rendered.parts


async def _every_text(part: Any, text: Any) -> Any:
    if isinstance(part, str):
        return await text(part)
    if isinstance(part, Mapping):
        return {await text(key): await _every_text(value, text) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [await _every_text(item, text) for item in part]
    return part


def _looked_up(names: Mapping[str, Any], namespace: str, key: str) -> Any:
    try:
        value = names[namespace or variables.PROFILE][key]
    except (KeyError, TypeError):
        return None
    return value if value is None or isinstance(value, str | int | float | list | dict) else str(value)


class Blocks(dict[str, str]):
    """Content Blocks by name, looked up when a template names one."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace

    def get(self, name: str, default: Any = None) -> Any:
        for block in self._workspace.content_blocks.values():
            if block.name == name and block.state == ACTIVE:
                return block.content
        return default
