"""Formulas of discounts and points: `IF(ORDER_AMOUNT > 200;ORDER_AMOUNT * 0.15;ORDER_AMOUNT * 0.05)`.

Money stands in whole units in a formula (a fallback of 2000 goes with a formula that says 20); text in double quotes,
`;` between arguments. Emulated is what the vendor's reference shows a notation of; the rest (DATE_IS, IS_AFTER ...) is
refused by name when a discount or an earning rule is defined, and so are operands of one order item outside of price
formulas. A formula that cannot be calculated (metadata that is missing or no number, a division by zero) gives nothing,
and the fallback counts. https://docs.voucherify.io/optimize/dynamic-formula-reference
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stampcard.core.endpoint import Call
from stampcard.core.errors import ApiError
from stampcard.voucherify import errors
from stampcard.voucherify.rules.formula_functions import FUNCTIONS, TESTS, Facts, Function, Node, NoValue, Value, number
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

_ENDS = ("PRICE", "AMOUNT", "SUBTOTAL", "UNITS_QUANTITY", "METADATA", "PRODUCT_METADATA")
OPERANDS = frozenset(
    """ORDER_AMOUNT ORDER_ITEMS_QUANTITY ORDER_UNITS_QUANTITY CUSTOMER_BIRTHDATE TODAY NOW
    VOUCHER_REDEMPTION_QUANTITY VOUCHER_REDEEMED_QUANTITY VOUCHER_PUBLISH_COUNT VOUCHER_START_DATE
    VOUCHER_EXPIRATION_DATE PROMOTION_TIER_START_DATE PROMOTION_TIER_EXPIRATION_DATE""".split()
) | {f"{which}_ORDER_ITEM_{end}" for which in ("CHEAPEST", "MOST_EXPENSIVE") for end in _ENDS}
ITEM_OPERANDS = frozenset(f"ORDER_ITEM_{end}" for end in _ENDS)
METADATA = frozenset(
    f"{owner}_METADATA" for owner in ("ORDER", "CUSTOMER", "REDEMPTION", "REDEEMABLE", "PUBLICATION", "PROMOTION_TIER")
)
"""Operands by name: a number, text or date, and for metadata the whole object."""
POINTS_OPERANDS = frozenset({"ORDER_AMOUNT", "ORDER_UNITS_QUANTITY"})
POINTS_METADATA = frozenset({"ORDER_METADATA", "CUSTOMER_METADATA"})
"""What formulas of points may look at; the other owners are "available in dynamic discount formulas only"."""
UNPUBLISHED = ("DATE_IS", "DATE_IS_NOT", "IS_AFTER", "IS_BEFORE")
"""Operators the reference names without saying how they are written."""
_TOKEN = re.compile(
    r'\s*(?:(\d+(?:\.\d+)?)|"([^"]*)"|((?:AND|OR|NOT_IN_ARRAY|IN_ARRAY|isNot|is|contains|startsWith|endsWith|x)\b'
    r"|<=|>=|<>|!=|[-+*/%÷()=<>;])|([A-Z][A-Z_]*))"
)


class BadFormula(ValueError):
    """The text is no formula; the message says why."""


class Unknown(ValueError):
    """A function or operand that is not emulated; the message is its name."""


def parse(text: str, operands: frozenset[str] = OPERANDS, metadata: frozenset[str] = METADATA) -> Node:
    """A formula ready to be calculated. Raises BadFormula, Unknown."""
    words = tokens(text)
    node, rest = _Parser(operands, metadata).either(words)
    if rest:
        raise BadFormula(f"unexpected '{rest[0][1]}'")
    return node


def calculate(text: str, facts: Facts, operands: frozenset[str] = OPERANDS) -> Decimal | None:
    """The formula's number; None when it cannot be calculated."""
    try:
        found = parse(text, operands)(facts)
    except (NoValue, ArithmeticError):
        return None
    return found if isinstance(found, Decimal) else None


Word = tuple[str, str]


def tokens(text: str) -> list[Word]:
    found, place = [], 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise BadFormula(f"unexpected '{text[place:].strip()[:10]}'")
        digits, quoted, sign, name = match.groups()
        kind = "number" if digits else "name" if name else "sign" if sign else "text"
        found.append((kind, digits or name or sign or quoted or ""))
        place = match.end()
    return found


class _Parser:
    """OR, AND, comparisons, sums, products, and what stands in brackets; each takes words and returns the rest."""

    def __init__(self, operands: frozenset[str], metadata: frozenset[str]) -> None:
        self._operands = operands
        self._metadata = metadata

    def either(self, words: list[Word], depth: int = 0) -> tuple[Node, list[Word]]:
        return self._joined(words, depth, "OR")

    def _joined(self, words: list[Word], depth: int, word: str) -> tuple[Node, list[Word]]:
        def one(given: list[Word]) -> tuple[Node, list[Word]]:
            return self._joined(given, depth, "AND") if word == "OR" else self.compared(given, depth)

        left, rest = one(words)
        while rest and rest[0] == ("sign", word):
            right, rest = one(rest[1:])
            left = _either(left, right) if word == "OR" else _both(left, right)
        return left, rest

    def compared(self, words: list[Word], depth: int = 0) -> tuple[Node, list[Word]]:
        left, rest = self._chain(words, depth, ("+", "-"))
        if rest and rest[0] in [("sign", sign) for sign in COMPARED]:
            sign = rest[0][1]
            right, rest = self._chain(rest[1:], depth, ("+", "-"))
            return _comparison(sign, left, right), rest
        if rest and rest[0] in [("name", name) for name in UNPUBLISHED]:
            raise Unknown(rest[0][1])
        return left, rest

    def _chain(self, words: list[Word], depth: int, signs: tuple[str, ...]) -> tuple[Node, list[Word]]:
        below = PRODUCTS if signs[0] == "+" else None

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
            node, rest = self.either(rest, depth + 1)
            return node, _skip(rest, ")")
        if (kind, text) == ("sign", "-"):
            node, rest = self._atom(rest, depth + 1)
            return (lambda facts: -number(node(facts))), rest
        if kind != "name":
            raise BadFormula(f"unexpected '{text}'")
        return self._named(text, rest, depth)

    def _named(self, name: str, rest: list[Word], depth: int) -> tuple[Node, list[Word]]:
        if name == "IF":
            (test, yes, no), rest = self._arguments(rest, depth, 3, 3)
            return (lambda facts: yes(facts) if test(facts) is True else no(facts)), rest
        if name == "SWITCH":
            return self._switch(rest, depth)
        if name in FUNCTIONS:
            least, most, function = FUNCTIONS[name]
            args, rest = self._arguments(rest, depth, least, most)
            return _called(function, args), rest
        if name not in self._metadata and name not in self._operands:
            raise Unknown(name)
        if not name.endswith("_METADATA"):
            return (lambda facts: _operand(facts, name)), rest
        rest = _skip(rest, "(")
        if not rest or rest[0][0] != "text":
            raise BadFormula(f"{name} wants the name of a property in double quotes")
        key = rest[0][1]
        return (lambda facts: _metadata(facts, name, key)), _skip(rest[1:], ")")

    def _arguments(self, words: list[Word], depth: int, least: int, most: int) -> tuple[list[Node], list[Word]]:
        node, rest = self.either(_skip(words, "("), depth + 1)
        found = [node]
        while len(found) < least or (len(found) < most and rest and rest[0] == ("sign", ";")):
            node, rest = self.either(_skip(rest, ";"), depth + 1)
            found.append(node)
        return found, _skip(rest, ")")

    def _switch(self, words: list[Word], depth: int) -> tuple[Node, list[Word]]:
        """`SWITCH(factor;SWITCH_CASE("a";1) SWITCH_CASE("b";2);otherwise)`: no sign between the cases."""
        factor, rest = self.either(_skip(words, "("), depth + 1)
        rest, cases = _skip(rest, ";"), list[list[Node]]()
        while rest and rest[0] == ("name", "SWITCH_CASE"):
            case, rest = self._arguments(rest[1:], depth, 2, 2)
            cases.append(case)
        if not cases:
            raise BadFormula("'SWITCH_CASE' expected")
        otherwise, rest = self.either(_skip(rest, ";"), depth + 1)

        def choose(facts: Facts) -> Value:
            value = factor(facts)
            return next((then for when, then in cases if when(facts) == value), otherwise)(facts)

        return choose, _skip(rest, ")")


def _skip(words: list[Word], sign: str) -> list[Word]:
    if not words or words[0] != ("sign", sign):
        raise BadFormula(f"'{sign}' expected")
    return words[1:]


def _called(function: Function, args: list[Node]) -> Node:
    return lambda facts: function(facts, args)


def _either(left: Node, right: Node) -> Node:
    return lambda facts: left(facts) is True or right(facts) is True


def _both(left: Node, right: Node) -> Node:
    return lambda facts: left(facts) is True and right(facts) is True


def _operand(facts: Facts, name: str) -> Value:
    value = facts.get(name)
    if value is None:
        raise NoValue(name)
    return value if isinstance(value, datetime) else Decimal(str(value))


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
    **TESTS,
}
PRODUCTS = ("*", "/", "%", "x", "÷")


def _comparison(sign: str, left: Node, right: Node) -> Node:
    def compare(facts: Facts) -> Value:
        one, other = left(facts), right(facts)
        if type(one) is not type(other) and sign in ("<", "<=", ">", ">="):
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
            case "*" | "x":
                return one * other
            case "%":
                return one % other
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


def check(
    call: Call[Project],
    text: str,
    place: str,
    operands: frozenset[str] = OPERANDS,
    metadata: frozenset[str] = METADATA,
) -> None:
    """Raises invalid_payload for what is no formula, 501 for what we cannot calculate."""
    try:
        parse(text, operands, metadata)
    except Unknown as error:
        message = f"stampcard does not emulate {error} in formulas yet"
        raise ApiError(501, {"message": message, "operation": call.operation.id}) from error
    except BadFormula as error:
        raise errors.invalid_payload(call, f"Property {place} is not a formula: {error}") from error
