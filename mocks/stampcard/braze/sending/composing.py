"""Rendering a message's parts for one person: Liquid with everything it can reach, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from stampcard.braze.catalogs import reading as catalog_reading
from stampcard.braze.content import connected_content, locales, promotions
from stampcard.braze.content.content_blocks import ACTIVE
from stampcard.braze.rendering import Ask, Fetched, MessageAborted, Run, TemplateError, no_fetch
from stampcard.braze.sending.orders import Order, Rendered
from stampcard.braze.state import Workspace


async def render(order: Order, rendered: Rendered, entry: int) -> None:
    """Render all parts of the order's content into `rendered`. Raises MessageAborted."""
    await render_parts(order, order.content.parts, rendered, entry)


async def render_parts(order: Order, parts: Mapping[str, Any], rendered: Rendered, entry: int) -> dict[str, Any]:
    """Render parts into `rendered` and return them; each field has its own variables. Raises MessageAborted."""
    text = Rendering(order, rendered, entry).text
    for name, part in parts.items():
        rendered.parts[name] = await (text(part) if part.__class__ is str else _every_text(part, text))
    return rendered.parts


class Rendering:
    """What all fields of one message share while they are rendered."""

    __slots__ = ("_blocks", "_entry", "_names", "_order", "_rendered", "_take_code", "_translations", "_workspace")

    def __init__(self, order: Order, rendered: Rendered, entry: int) -> None:
        self._order = order
        self._rendered = rendered
        self._entry = entry
        self._workspace = order.workspace
        self._names = order.namespaces()
        self._blocks = Blocks(order.workspace)
        self._take_code = promotions.taker(order.workspace, order.codes, preview=order.preview)
        self._translations = locales.translations_for(order.workspace, order.user, order.content.id)

    async def text(self, source: str, *, calls: bool = True) -> str:
        """One text as its reader sees it; `calls` says whether Connected Content is supported in it. Raises
        MessageAborted."""
        workspace, rendered, names = self._workspace, self._rendered, self._names
        try:
            template = workspace.engine.templates.find(source)
        except TemplateError as error:
            raise MessageAborted("template_parse_error", str(error)) from error
        if template.template is None:
            return source
        for label, namespace, key in template.reads:
            rendered.read[label] = _looked_up(names, namespace, key)
        run = Run(
            workspace.world.clock.now,
            names,
            self._blocks,
            self._fetch,
            self._take_code,
            rendered.warnings,
            rendered.extras,
            translations=self._translations,
        )
        for name in template.links:
            run.warn(f"{name} leads to a .invalid host: nobody answers there; the button `engage` unsubscribes instead")
        if not calls:
            run.fetch = no_fetch
        if template.waits:
            catalog_reading.connect(run, workspace, partial(self.text, calls=False))
        try:
            return await template.render(run)
        finally:
            rendered.wants_retry = rendered.wants_retry or run.wants_retry

    async def _fetch(self, ask: Ask) -> Fetched:
        fetched = await connected_content.fetch(self._workspace, ask, cause=self._entry, preview=self._order.preview)
        row: dict[str, Any] = {"method": ask.method, "url": ask.url, "status": fetched.status}
        self._rendered.calls.append(row | ({"error": fetched.error} if fetched.error else {}))
        return fetched


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
        value = names[namespace][key]
    except (KeyError, TypeError):
        return None
    return value if value.__class__ in PLAIN or isinstance(value, list | dict) else str(value)


PLAIN = frozenset({str, int, float, bool, type(None)})


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
