"""Braze's tags: abort_message, message_extras, promotion, Content Blocks; and `for` and output within our limits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO
from typing import Any, TextIO

from liquid import Node, RenderContext, Tag, Token, TokenStream
from liquid.builtin.expressions import FilteredExpression, Path, tokenize
from liquid.builtin.output import Output as OutputTag
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode, AssignTag
from liquid.builtin.tags.capture_tag import CaptureNode, CaptureTag
from liquid.builtin.tags.for_tag import ForNode, ForTag
from liquid.exceptions import LiquidError, LiquidSyntaxError, ResourceLimitError
from liquid.expression import Expression
from liquid.parser import get_parser
from liquid.token import TOKEN_EXPRESSION, TOKEN_OUTPUT, TOKEN_TAG

from stampcard.braze.liquid.filters import TooLarge
from stampcard.braze.liquid.text import to_text
from stampcard.braze.liquid.tokens import tokenize as tokenize_template
from stampcard.braze.rendering import MessageAborted, Run

ABORT_LOG = "{% abort_message %} called"
"""What Braze logs when the tag gives no reason."""
MAX_EXTRAS = 1024
"""Bytes of all keys and values of message_extras."""
MAX_BLOCK_DEPTH = 2
"""A block within a block renders; at the third level Braze removes content and tag."""

RERENDER_BANS = ["connected_content", "catalog_items", "catalog_selection_items"]

_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_QUOTED = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)')\s*""")
_EXTRAS = re.compile(r"\s*:key\s+(.+?)\s+:value\s+(.+?)\s*", re.DOTALL)


def parsed(env: Any, text: str) -> Sequence[Node] | str:
    """Text that a tag interpolates: its nodes, or the text itself when there is nothing to render."""
    if "{{" not in text and "{%" not in text:
        return text
    return get_parser(env).parse(TokenStream(tokenize_template(text)))


async def rendered(part: Sequence[Node] | str, context: RenderContext) -> str:
    """What `parsed` gave, as text."""
    if isinstance(part, str):
        return part
    buffer = StringIO()
    for node in part:
        await node.render_async(context, buffer)
    return buffer.getvalue()


async def rerendered(text: str, context: RenderContext) -> str:
    """A text from outside as a template, one level deep: no Connected Content or catalog tags, only fields that the
    message names elsewhere."""
    known = context.template.known_names  # type: ignore[attr-defined]
    limited = _REFERENCE.sub(lambda match: match[0] if match[1] in known else "${}", text)
    banned = context.disabled_tags
    try:
        context.disabled_tags = RERENDER_BANS
        return await rendered(parsed(context.env, limited), context)
    except LiquidError as error:
        raise MessageAborted("template_parse_error", f":rerender: {error.message}") from error
    finally:
        context.disabled_tags = banned


def run_of(context: Any) -> Run:
    """The run a context of ours belongs to."""
    run: Run = context.run
    return run


_ASSIGNED = re.compile(r"\s*([^\s=]+)")


def _check_name(stream: TokenStream) -> None:
    """Names that templates make are of ASCII letters; Braze documents that others do not work."""
    found = _ASSIGNED.match(stream.peek.value) if stream.peek.kind == TOKEN_EXPRESSION else None
    if found and not found[1].isascii():
        message = f"the name {found[1]!r} of a variable has characters other than ASCII letters, digits and underscores"
        raise LiquidSyntaxError(message, token=stream.peek)


class Assign(AssignTag):
    """`assign`, with the names Braze takes."""

    def parse(self, stream: TokenStream) -> AssignNode:
        _check_name(stream)
        return super().parse(stream)


class Capture(CaptureTag):
    """`capture`, with the names Braze takes."""

    def parse(self, stream: TokenStream) -> CaptureNode:
        _check_name(stream)
        return super().parse(stream)


class LoudNode(Node):
    """A node that is never passed over as blank."""

    def __init__(self, token: Token) -> None:
        super().__init__(token)
        self.blank = False


class AsyncNode(LoudNode):
    """A node that waits for something; a template with one is rendered asynchronously."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        raise NotImplementedError("this renders asynchronously only")


class Fixed(Expression):
    """A path whose steps are known when the template is parsed."""

    __slots__ = ("path", "steps")

    def __init__(self, path: Path) -> None:
        super().__init__(path.token)
        self.path = path
        self.steps: list[object] = list(path.path)

    def evaluate(self, context: RenderContext) -> object:
        return context.get(self.steps, token=self.token)

    async def evaluate_async(self, context: RenderContext) -> object:
        return context.get(self.steps, token=self.token)

    def children(self) -> list[Expression]:
        return []


def quickened(expression: Any) -> Any:
    """The same expression, its path taken apart beforehand where it holds no other path."""
    left = getattr(expression, "left", None)
    if isinstance(left, Path) and not any(isinstance(step, Path) for step in left.path):
        expression.left = Fixed(left)
    return expression


class ValueNode(OutputNode):
    """`{{ value }}`; a run-time error becomes the text Liquid 5 writes for it."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        try:
            return buffer.write(to_text(self.expression.evaluate(context)))
        except (ResourceLimitError, TooLarge):
            raise
        except LiquidError as error:
            text = f"Liquid error: {error.message}"
            run_of(context).warn(text)
            return buffer.write(text)

    async def render_to_output_async(self, context: RenderContext, buffer: TextIO) -> int:
        return self.render_to_output(context, buffer)


class BlockNode(AsyncNode):
    """`{{content_blocks.${name}}}`: the block's Liquid runs in the message's scope."""

    def __init__(self, token: Token, name: str) -> None:
        super().__init__(token)
        self.name = name

    async def render_to_output_async(self, context: RenderContext, buffer: TextIO) -> int:
        run = run_of(context)
        source = run.blocks.get(self.name)
        if source is None:
            run.warn(f"there is no Content Block called {self.name!r}; nothing is put in its place (assumed)")
            return 0
        if run.depth >= MAX_BLOCK_DEPTH:
            run.warn(f"Content Block {self.name!r} stands at a third level and is removed")
            return 0
        run.depth += 1
        try:
            return buffer.write(await rendered(context.env.block(source), context))  # type: ignore[attr-defined]
        finally:
            run.depth -= 1


class Output(OutputTag):
    """Output statements, Content Blocks among them."""

    node_class = ValueNode

    def parse(self, stream: TokenStream) -> Node:  # type: ignore[override]
        token = stream.eat(TOKEN_OUTPUT)
        inner = stream.expect(TOKEN_EXPRESSION)
        expression = FilteredExpression.parse(self.env, TokenStream(tokenize(inner.value, inner)))
        left = getattr(expression, "left", None)
        if isinstance(left, Path) and left.path[0] == "content_blocks" and len(left.path) > 1:
            return BlockNode(token, str(left.path[1]))
        return ValueNode(token, quickened(expression))


class CountedForNode(ForNode):
    """A loop whose turns are counted before they are taken."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        context.turn_weight = weight(self.block)  # type: ignore[attr-defined]
        return super().render_to_output(context, buffer)

    async def render_to_output_async(self, context: RenderContext, buffer: TextIO) -> int:
        context.turn_weight = weight(self.block)  # type: ignore[attr-defined]
        return await super().render_to_output_async(context, buffer)


class For(ForTag):
    """`for`, counted."""

    node_class = CountedForNode


def weight(node: Any) -> int:
    """How many nodes one turn may pass."""
    return 1 + sum(weight(child) for child in node.children(None))


class AbortNode(LoudNode):
    def __init__(self, token: Token, reason: str) -> None:
        super().__init__(token)
        self.reason = reason

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        raise MessageAborted("liquid_abort_message", self.reason)


class AbortMessage(Tag):
    """`{% abort_message %}`, with or without parentheses, with or without quotes around the reason."""

    name = "abort_message"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.current
        text = ""
        if stream.peek.kind == TOKEN_EXPRESSION:
            next(stream)
            text = stream.current.value.strip()
        if "{{" in text or "${" in text:
            raise LiquidSyntaxError("the reason of abort_message may not contain Liquid", token=token)
        if text[:1] == "(" and text[-1:] == ")":
            text = text[1:-1]
        quoted = _QUOTED.fullmatch(text)
        reason = (quoted[1] or quoted[2] or "") if quoted else text.strip()
        return AbortNode(token, reason or ABORT_LOG)


class ExtrasNode(AsyncNode):
    def __init__(self, token: Token, key: Sequence[Node] | str, value: Sequence[Node] | str) -> None:
        super().__init__(token)
        self.key = key
        self.value = value

    async def render_to_output_async(self, context: RenderContext, buffer: TextIO) -> int:
        run = run_of(context)
        key = (await rendered(self.key, context)).strip()
        value = (await rendered(self.value, context)).strip()
        if key in run.extras:
            run.warn(f"message_extras: {key!r} is there already; the first value stays")
            return 0
        used = sum(len(k.encode()) + len(v.encode()) for k, v in run.extras.items())
        kept = value.encode()[: max(0, MAX_EXTRAS - used - len(key.encode()))].decode(errors="ignore")
        if kept != value:
            run.warn(f"message_extras: over {MAX_EXTRAS} bytes; the value of {key!r} is truncated")
        run.extras[key] = kept
        return 0


class MessageExtras(Tag):
    """`{% message_extras :key k :value v %}`: adds to the Send event, renders nothing."""

    name = "message_extras"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        stream.expect(TOKEN_EXPRESSION)
        match = _EXTRAS.fullmatch(stream.current.value)
        if match is None:
            raise LiquidSyntaxError("message_extras is written `:key name :value value`, in this order", token=token)
        return ExtrasNode(token, parsed(self.env, match[1]), parsed(self.env, match[2]))


class PromotionNode(LoudNode):
    def __init__(self, token: Token, snippet: str) -> None:
        super().__init__(token)
        self.snippet = snippet

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(context.run.take_code(self.snippet))  # type: ignore[attr-defined]


class Promotion(Tag):
    """`{% promotion('snippet') %}`: one code of the list with that snippet."""

    name = "promotion"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        stream.expect(TOKEN_EXPRESSION)
        match = re.fullmatch(r"""\(\s*(?:"([^"]+)"|'([^']+)')\s*\)""", stream.current.value.strip())
        if match is None:
            raise LiquidSyntaxError("promotion is written {% promotion('snippet') %}", token=token)
        return PromotionNode(token, match[1] or match[2])
