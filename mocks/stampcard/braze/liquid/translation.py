"""`{% translation id %}text{% endtranslation %}`: the text in the user's language, where there is a translation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from liquid import BlockNode, Node, RenderContext, Tag, Token, TokenStream
from liquid.exceptions import LiquidSyntaxError
from liquid.parser import get_parser
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG

from stampcard.braze.liquid.tags import AsyncNode, parsed, rendered, run_of

END = "endtranslation"


class TranslationNode(AsyncNode):
    """The block's own text when there is no translation."""

    def __init__(self, token: Token, key: str, block: BlockNode) -> None:
        super().__init__(token)
        self.key = key
        self.block = block

    async def render_to_output_async(self, context: RenderContext, buffer: TextIO) -> int:
        text = run_of(context).translations.get(self.key)
        if text is None:
            return await self.block.render_async(context, buffer)
        return buffer.write(await rendered(parsed(context.env, text), context))

    def children(self, static_context: RenderContext, *, include_partials: bool = True) -> Iterable[Node]:
        yield self.block


class Translation(Tag):
    """The id is a word, as Braze's editor makes them."""

    name = "translation"
    end = END

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        stream.expect(TOKEN_EXPRESSION)
        key = stream.current.value.strip()
        if not key or any(letter.isspace() for letter in key):
            raise LiquidSyntaxError("translation is written {% translation id %}", token=token)
        next(stream)
        block = get_parser(self.env).parse_block(stream, frozenset({END}))
        stream.expect(TOKEN_TAG, value=END)
        return TranslationNode(token, key, block)
