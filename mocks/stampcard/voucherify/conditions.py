"""Conditions of validation rules: operators, each with the values it compares with.

https://docs.voucherify.io/build/validation-rules (operators)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stampcard.voucherify.records import Json


def check(value: Any, conditions: Json) -> bool:
    return all(OPERATORS[operator](value, listed(wanted)) for operator, wanted in conditions.items())


def listed(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, list):
        return any(_same(item, wanted) for item in value)
    one, other = _number(value), _number(wanted)
    return one == other if one is not None and other is not None else value == wanted


def _ordered(test: Callable[[float, float], bool]) -> Callable[[Any, list[Any]], bool]:
    def compare(value: Any, wanted: list[Any]) -> bool:
        one = _number(value)
        others = [_number(item) for item in wanted]
        return one is not None and all(other is not None and test(one, other) for other in others)

    return compare


def _texts(test: Callable[[str, str], bool]) -> Callable[[Any, list[Any]], bool]:
    return lambda value, wanted: isinstance(value, str) and any(test(value, str(item)) for item in wanted)


OPERATORS: dict[str, Callable[[Any, list[Any]], bool]] = {
    "$is": lambda value, wanted: any(_same(value, item) for item in wanted),
    "$in": lambda value, wanted: any(_same(value, item) for item in wanted),
    "$is_not": lambda value, wanted: not any(_same(value, item) for item in wanted),
    "$not_in": lambda value, wanted: not any(_same(value, item) for item in wanted),
    "$less_than": _ordered(lambda one, other: one < other),
    "$less_than_or_equal": _ordered(lambda one, other: one <= other),
    "$more_than": _ordered(lambda one, other: one > other),
    "$more_than_or_equal": _ordered(lambda one, other: one >= other),
    "$starts_with": _texts(str.startswith),
    "$ends_with": _texts(str.endswith),
    "$contains": lambda value, wanted: (
        any(item in value for item in wanted)
        if isinstance(value, list)
        else isinstance(value, str) and any(str(item) in value for item in wanted)
    ),
}
