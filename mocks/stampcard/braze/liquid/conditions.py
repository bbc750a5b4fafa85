"""Conditions as Liquid and Braze read them: `blank` holds for what is unset, blank or false."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liquid import Node, RenderContext, TokenStream
from liquid.builtin.expressions import BooleanExpression
from liquid.builtin.expressions.logical import (
    ContainsExpression,
    EqExpression,
    LogicalAndExpression,
    LogicalNotExpression,
    LogicalOrExpression,
    NeExpression,
)
from liquid.builtin.expressions.primitive import Blank
from liquid.builtin.tags.if_tag import IfNode, IfTag
from liquid.builtin.tags.unless_tag import UnlessNode, UnlessTag
from liquid.expression import Expression

from stampcard.braze.liquid.text import plain, to_text


class IsBlank(Expression):
    """`x == blank` and `x != blank`."""

    __slots__ = ("negated", "value")

    def __init__(self, value: Expression, negated: bool) -> None:
        super().__init__(value.token)
        self.value = value
        self.negated = negated

    def evaluate(self, context: RenderContext) -> bool:
        return _is_blank(self.value.evaluate(context)) != self.negated

    async def evaluate_async(self, context: RenderContext) -> bool:
        return _is_blank(await self.value.evaluate_async(context)) != self.negated

    def children(self) -> list[Expression]:
        return [self.value]


class Contains(Expression):
    """`x contains y`: text within text, an element of an array, a key of an object; else false."""

    __slots__ = ("left", "right")

    def __init__(self, left: Expression, right: Expression) -> None:
        super().__init__(left.token)
        self.left = left
        self.right = right

    def evaluate(self, context: RenderContext) -> bool:
        return _contains(self.left.evaluate(context), self.right.evaluate(context))

    async def evaluate_async(self, context: RenderContext) -> bool:
        return _contains(await self.left.evaluate_async(context), await self.right.evaluate_async(context))

    def children(self) -> list[Expression]:
        return [self.left, self.right]


def _is_blank(value: Any) -> bool:
    found = plain(value)
    if isinstance(found, str):
        return not found.strip()
    return found is None or found is False or (isinstance(found, list | dict) and not found)


def _contains(left: Any, right: Any) -> bool:
    held, sought = plain(left), plain(right)
    if sought is None or held is None:
        return False
    if isinstance(held, str):
        return to_text(sought) in held
    if isinstance(held, list):
        return any(item == sought and isinstance(item, bool) == isinstance(sought, bool) for item in held)
    return isinstance(held, Mapping) and to_text(sought) in held


def adjusted(expression: Any) -> Any:
    """The same condition with Braze's comparisons put in."""
    if isinstance(expression, BooleanExpression):
        expression.expression = adjusted(expression.expression)
    elif isinstance(expression, LogicalNotExpression):
        expression.right = adjusted(expression.right)
    elif isinstance(expression, LogicalAndExpression | LogicalOrExpression):
        expression.left, expression.right = adjusted(expression.left), adjusted(expression.right)
    elif isinstance(expression, EqExpression | NeExpression):
        negated = isinstance(expression, NeExpression)
        if isinstance(expression.right, Blank):
            return IsBlank(expression.left, negated)
        if isinstance(expression.left, Blank):
            return IsBlank(expression.right, negated)
    elif isinstance(expression, ContainsExpression):
        return Contains(expression.left, expression.right)
    return expression


class If(IfTag):
    """`if`, with Braze's comparisons."""

    def parse(self, stream: TokenStream) -> Node:
        return _adjust(super().parse(stream))


class Unless(UnlessTag):
    """`unless`, with Braze's comparisons."""

    def parse(self, stream: TokenStream) -> Node:
        return _adjust(super().parse(stream))


def _adjust(node: Node) -> Node:
    if isinstance(node, IfNode | UnlessNode):
        node.condition = adjusted(node.condition)
        for alternative in node.alternatives:
            alternative.expression = adjusted(alternative.expression)
    return node
