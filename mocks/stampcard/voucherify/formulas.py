"""Formulas of discounts and points: `IF(ORDER_AMOUNT > 200;ORDER_AMOUNT * 0.15;ORDER_AMOUNT * 0.05)`.

Money stands in whole units in a formula (a fallback of 2000 goes with a formula that says 20); text in double quotes,
`;` between arguments. Emulated are the operands and operators the vendor's published examples use; others are refused
by name when a discount or an earning rule is defined. A formula that cannot be calculated (metadata that is missing or
no number, a division by zero) gives nothing, and the fallback counts.
https://docs.voucherify.io/optimize/dynamic-formula-builder
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation
from typing import Any

from stampcard.voucherify.records import Json

Value = Decimal | str | bool
Facts = Mapping[str, Any]
"""Operands by name: a number or text, and for metadata the whole object."""

OPERANDS = frozenset({"ORDER_AMOUNT", "ORDER_UNITS_QUANTITY"})
ITEM_OPERANDS = frozenset({"ORDER_ITEM_PRICE"})
METADATA = frozenset(
    f"{owner}_METADATA" for owner in ("ORDER", "CUSTOMER", "REDEMPTION", "REDEEMABLE", "PUBLICATION", "PROMOTION_TIER")
)
POINTS_METADATA = frozenset({"ORDER_METADATA", "CUSTOMER_METADATA"})
"""What formulas of points may look at; the other owners are "available in dynamic discount formulas only"."""
_TOKEN = re.compile(r'\s*(?:(\d+(?:\.\d+)?)|"([^"]*)"|([A-Z][A-Z_]*)|(<=|>=|<>|!=|[-+*/()=<>;]))')


class BadFormula(ValueError):
    """The text is no formula; the message says why."""


class Unknown(ValueError):
    """A function or operand that is not emulated; the message is its name."""


class NoValue(ValueError):
    """The formula cannot be calculated from these facts."""


Node = Callable[[Facts], Value]


def parse(text: str, operands: frozenset[str] = OPERANDS, metadata: frozenset[str] = METADATA) -> Node:
    """A formula ready to be calculated. Raises BadFormula, Unknown."""
    words = tokens(text)
    node, rest = _Parser(operands, metadata).compared(words)
    if rest:
        raise BadFormula(f"unexpected '{rest[0][1]}'")
    return node


def calculate(text: str, facts: Facts, operands: frozenset[str] = OPERANDS) -> Decimal | None:
    """The formula's number; None when it cannot be calculated."""
    try:
        found = parse(text, operands)(facts)
    except (NoValue, InvalidOperation, DivisionByZero):
        return None
    return found if isinstance(found, Decimal) else None


Word = tuple[str, str]


def tokens(text: str) -> list[Word]:
    found, place = [], 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise BadFormula(f"unexpected '{text[place:].strip()[:10]}'")
        number, quoted, name, sign = match.groups()
        kind = "number" if number else "name" if name else "sign" if sign else "text"
        found.append((kind, number or name or sign or quoted or ""))
        place = match.end()
    return found


class _Parser:
    """Comparisons, then sums, then products, then what stands in brackets; each takes words and returns the rest."""

    def __init__(self, operands: frozenset[str], metadata: frozenset[str]) -> None:
        self._operands = operands
        self._metadata = metadata

    def compared(self, words: list[Word], depth: int = 0) -> tuple[Node, list[Word]]:
        left, rest = self._chain(words, depth, ("+", "-"))
        if rest and rest[0] in [("sign", sign) for sign in COMPARED]:
            sign = rest[0][1]
            right, rest = self._chain(rest[1:], depth, ("+", "-"))
            return _comparison(sign, left, right), rest
        return left, rest

    def _chain(self, words: list[Word], depth: int, signs: tuple[str, ...]) -> tuple[Node, list[Word]]:
        below = ("*", "/") if signs[0] == "+" else None

        def one(given: list[Word]) -> tuple[Node, list[Word]]:
            return self._chain(given, depth, below) if below else self._atom(given, depth)

        left, rest = one(words)
        while rest and rest[0] in [("sign", sign) for sign in signs]:
            sign = rest[0][1]
            right, rest = one(rest[1:])
            left = _arithmetic(sign, left, right)
        return left, rest

    def _atom(self, words: list[Word], depth: int) -> tuple[Node, list[Word]]:
        if not words:
            raise BadFormula("unexpected end")
        if depth > 50:
            raise BadFormula("too deep")
        (kind, text), rest = words[0], words[1:]
        if kind == "number":
            value = Decimal(text)
            return (lambda facts: value), rest
        if kind == "text":
            return (lambda facts: text), rest
        if (kind, text) == ("sign", "("):
            node, rest = self.compared(rest, depth + 1)
            return node, _skip(rest, ")")
        if (kind, text) == ("sign", "-"):
            node, rest = self._atom(rest, depth + 1)
            return (lambda facts: -number(node(facts))), rest
        if kind != "name":
            raise BadFormula(f"unexpected '{text}'")
        return self._named(text, rest, depth)

    def _named(self, name: str, rest: list[Word], depth: int) -> tuple[Node, list[Word]]:
        if name == "IF":
            test, rest = self.compared(_skip(rest, "("), depth + 1)
            yes, rest = self.compared(_skip(rest, ";"), depth + 1)
            no, rest = self.compared(_skip(rest, ";"), depth + 1)
            return (lambda facts: yes(facts) if test(facts) is True else no(facts)), _skip(rest, ")")
        if name in self._metadata:
            rest = _skip(rest, "(")
            if not rest or rest[0][0] != "text":
                raise BadFormula(f"{name} wants the name of a property in double quotes")
            key = rest[0][1]
            return (lambda facts: _metadata(facts, name, key)), _skip(rest[1:], ")")
        if name in self._operands:
            return (lambda facts: _operand(facts, name)), rest
        raise Unknown(name)


def _skip(words: list[Word], sign: str) -> list[Word]:
    if not words or words[0] != ("sign", sign):
        raise BadFormula(f"'{sign}' expected")
    return words[1:]


def number(value: Value) -> Decimal:
    """Raises NoValue for what is no number."""
    if isinstance(value, Decimal):
        return value
    raise NoValue(str(value))


def _operand(facts: Facts, name: str) -> Value:
    value = facts.get(name)
    if value is None:
        raise NoValue(name)
    return Decimal(str(value))


def _metadata(facts: Facts, owner: str, key: str) -> Value:
    """A number or text of an object's metadata."""
    value = (facts.get(owner) or {}).get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise NoValue(key)
    return value if isinstance(value, str) else Decimal(str(value))


COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def _comparison(sign: str, left: Node, right: Node) -> Node:
    def compare(facts: Facts) -> Value:
        one, other = left(facts), right(facts)
        if type(one) is not type(other) and sign not in ("=", "<>", "!="):
            raise NoValue(sign)
        return COMPARED[sign](one, other)

    return compare


def _arithmetic(sign: str, left: Node, right: Node) -> Node:
    def combine(facts: Facts) -> Value:
        one, other = number(left(facts)), number(right(facts))
        match sign:
            case "+":
                return one + other
            case "-":
                return one - other
            case "*":
                return one * other
            case _:
                return one / other

    return combine


# Discounts

VALUES = {
    "amount_off_formula": ("amount_off", 100),
    "percent_off_formula": ("percent_off", 1),
    "fixed_amount_formula": ("fixed_amount", 100),
    "unit_off_formula": ("unit_off", 1),
}
"""What a formula calculates, and minor units or wholes for one of the formula's."""


def resolved(discount: Json, facts: Facts) -> tuple[Json, bool]:
    """A discount with its formulas calculated, or their fallbacks; and whether any of them was."""
    found, dynamic = dict(discount), False
    for name, (member, factor) in VALUES.items():
        if name not in discount:
            continue
        value = calculate(discount[name], facts)
        if value is not None:
            dynamic = True
            found[member] = bounded(member, value * factor)
        found.setdefault(member, 0)
    if "units" in discount:
        units = [resolved(unit, facts) for unit in discount["units"]]
        found["units"] = [unit for unit, _ in units]
        dynamic = dynamic or any(one for _, one in units)
    return found, dynamic


def bounded(member: str, value: Decimal) -> int | float:
    """Not below nothing, percents not above a hundred; money and units whole, half up (assumed for units)."""
    value = max(Decimal(0), value)
    if member == "percent_off":
        return float(min(Decimal(100), value))
    return int(value.to_integral_value(ROUND_HALF_UP))
