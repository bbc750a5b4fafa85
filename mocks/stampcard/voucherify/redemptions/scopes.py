"""Which lines of an order a discount touches, how many units of each, and how much it may take of them.

Validation rules name products, SKUs and collections (`applicable_to`); a line that two of them match belongs to the
first (assumed). https://docs.voucherify.io/api-reference/validation-rules/validation-rule-object (Applicable To)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from stampcard.voucherify.orders.records import Line, Order
from stampcard.voucherify.rules import line_rules
from stampcard.voucherify.rules.records import Rule
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

if TYPE_CHECKING:
    from stampcard.voucherify.rules.product_limits import Budgets


class Part:
    """A line as far as a discount may touch it: so many `units`, up to `limit`; `price` is a new price of its own.

    `group` is the scope item the line belongs to; lines of one group may share a limit.
    """

    __slots__ = ("group", "line", "limit", "price", "units")

    def __init__(self, line: Line, units: int, group: Json) -> None:
        self.line = line
        self.units = units
        self.group = group
        self.limit: int | None = group.get("amount_limit")
        self.price: float | None = group.get("price")

    @property
    def amount(self) -> int:
        """What the units cost before any discount."""
        line = self.line
        if self.units == line.quantity:
            return line.amount
        return line.price * self.units if line.price is not None else line.amount * self.units // line.quantity


class Scope:
    """The parts of an order a discount is for, and what is told of it: the scope items with the lines they matched."""

    def __init__(self, project: Project, order: Order, rules: Iterable[Rule], budgets: Budgets) -> None:
        self.included: list[Json] = []
        self.excluded: list[Json] = []
        wanted, unwanted = [], []
        for rule in rules:
            unwanted += rule.applicable_to.get("excluded", [])
            if not rule.applicable_to.get("included_all"):
                wanted += rule.applicable_to.get("included", [])
        lines = list(enumerate(order.lines))
        for item in unwanted:
            gone = chosen(item, matching(project, lines, item))
            lines = [pair for pair in lines if pair not in gone]
            self.excluded.append(told(item, gone, bool(order.lines)))
        self.parts = [] if wanted else [Part(line, line.quantity, {}) for _, line in lines]
        for item in map(budgets.resolved, wanted):
            found = chosen(item, matching(project, lines, item))
            lines = [pair for pair in lines if pair not in found]
            parts = limited(item, found, budgets)
            self.parts += parts
            self.included.append(told(item, found, bool(order.lines), parts))

    @property
    def is_limited(self) -> bool:
        return bool(self.included or self.excluded)


Numbered = tuple[int, Line]
"""A line and its place in the request."""


def matching(project: Project, lines: Sequence[Numbered], item: Json) -> list[Numbered]:
    return [pair for pair in lines if line_rules.is_of(project, pair[1], item)]


def chosen(item: Json, found: list[Numbered]) -> list[Numbered]:
    """All that match, or the cheapest or most expensive ones; then every `repeat`th after `skip_initially`."""
    effect = item.get("effect", "APPLY_TO_EVERY")
    if effect != "APPLY_TO_EVERY":
        found = sorted(found, key=lambda pair: pair[1].price or 0, reverse=effect.endswith("MOST_EXPENSIVE"))
        found = found[:1] if effect.startswith("APPLY_TO_") else found
    if item.get("target", "ITEM") == "ITEM":
        found = found[item.get("skip_initially", 0) :: item.get("repeat", 1)]
    return found


def limited(item: Json, found: list[Numbered], budgets: Budgets) -> list[Part]:
    """The units of each line that the scope item's limits leave."""
    rest: int | None = item.get("aggregated_quantity_limit")
    parts = []
    for _, line in found:
        units = len(numbers(item, line))
        if "quantity_limit" in item:
            units = min(units, item["quantity_limit"])
        units = budgets.granted(item, line, units if rest is None else min(units, rest))
        if rest is not None:
            rest -= units
        if units:
            parts.append(Part(line, units, item))
    return parts


def numbers(item: Json, line: Line) -> range:
    """The units of a line that are in question, counted from 1: `2, 5, 8` when one is skipped and each third counts."""
    if item.get("target", "ITEM") == "ITEM":
        return range(1, line.quantity + 1)
    return range(item.get("skip_initially", 0) + 1, line.quantity + 1, item.get("repeat", 1))


def told(item: Json, found: list[Numbered], has_lines: bool, parts: Sequence[Part] = ()) -> Json:
    """A scope item as results show it."""
    body: Json = {"repeat": 1, "skip_initially": 0, "target": "ITEM", **item}
    if has_lines:
        body["order_item_indices"] = [index for index, _ in found]
    if body["target"] == "UNIT":
        units = {id(part.line): part.units for part in parts}
        body["order_item_units"] = [
            {"index": index, "units": list(numbers(item, line))[: units[id(line)]]}
            for index, line in found
            if id(line) in units
        ]
    return body
