"""Catalogs in messages: `{% catalog_items name id ... :rerender %}` and `{% catalog_selection_items name selection %}`.

Both set `items`. Source: Braze docs, "Using catalogs" and "Selections" (braze-inc/braze-docs).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TextIO

from liquid import Node, RenderContext, Tag, Token, TokenStream
from liquid.exceptions import LiquidSyntaxError
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG

from stampcard.braze.liquid.tags import AsyncNode, parsed, rendered, rerendered, run_of

VARIABLE = "items"
_WORD = re.compile(r"(?:\{\{(?:\$\{[^}]*\}|(?!\}\}).)*\}\}|[^\s])+", re.DOTALL)

Part = Sequence[Node] | str


class ItemsNode(AsyncNode):
    """Sets `items` to the rows named, in the order named, or to a selection's rows."""

    def __init__(self, token: Token, words: Sequence[Part], *, selection: bool, again: bool) -> None:
        super().__init__(token)
        self.words = words
        self.selection = selection
        self.again = again

    async def render_to_output_async(self, context: RenderContext, buffer: TextIO) -> int:
        run = run_of(context)
        catalog, *rest = [(await rendered(word, context)).strip() for word in self.words]
        rows = await run.select(catalog, rest[0]) if self.selection else run.items(catalog, rest)
        if self.again:
            rows = [{key: await _again(value, context) for key, value in row.items()} for row in rows]
        context.assign(VARIABLE, rows)
        return 0


async def _again(value: Any, context: RenderContext) -> Any:
    return await rerendered(value, context) if isinstance(value, str) and "{" in value else value


class CatalogItems(Tag):
    """Rows by id; an id that is unknown is left out."""

    name = "catalog_items"
    block = False
    form = "catalog_items <catalog> <id> [<id> ...] [:rerender]"

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        stream.expect(TOKEN_EXPRESSION)
        words = _WORD.findall(stream.current.value)
        again = words[-1:] == [":rerender"]
        words = words[:-1] if again else words
        selection = self.name == "catalog_selection_items"
        if len(words) < 2 or (selection and len(words) != 2) or any(word.startswith(":") for word in words):
            raise LiquidSyntaxError(f"the tag is written {{% {self.form} %}}", token=token)
        return ItemsNode(token, [parsed(self.env, word) for word in words], selection=selection, again=again)


class CatalogSelectionItems(CatalogItems):
    """A selection's rows for this user, up to 50."""

    name = "catalog_selection_items"
    form = "catalog_selection_items <catalog> <selection> [:rerender]"
