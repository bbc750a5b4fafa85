"""The functions of formulas: `ROUND(ORDER_AMOUNT * 1.5;0)`, `DAYS_SINCE(CUSTOMER_BIRTHDATE)`.

Days, months and years are those of the project's time zone; of a difference only whole ones count (assumed).
https://docs.voucherify.io/optimize/dynamic-formula-reference (Expression functions, Date operands, Date operators)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from stampcard.voucherify import dates

Value = Decimal | str | bool | datetime
Facts = Mapping[str, Any]
Node = Callable[[Facts], Value]
Function = Callable[[Facts, list[Node]], Value]

LARGEST = 30
"""Digits before the point that a power may have: no amount has more, and far more would only cost time."""


class NoValue(ValueError):
    """The formula cannot be calculated from these facts."""


def number(value: Value) -> Decimal:
    """Raises NoValue for what is no number."""
    if isinstance(value, Decimal):
        return value
    raise NoValue(str(value))


def local(text: object, now: datetime) -> datetime | None:
    """An instant in the time zone of `now`; a date alone is its midnight there.

    At the ends of the calendar, which other time zones may not have, it stays in UTC.
    """
    found = dates.read_instant(text)
    if found is None:
        return None
    if len(str(text)) <= len("2026-01-15"):
        return found.replace(tzinfo=now.tzinfo)
    try:
        return found.astimezone(now.tzinfo)
    except OverflowError:
        return found


def moment(value: Value, facts: Facts) -> datetime:
    """A date, or the text of one (metadata). Raises NoValue."""
    found = value if isinstance(value, datetime) else local(value, facts["NOW"])
    if found is None:
        raise NoValue(str(value))
    return found


def _power(facts: Facts, args: list[Node]) -> Value:
    found = number(args[0](facts)) ** number(args[1](facts))
    if not found.is_finite() or found.adjusted() > LARGEST:
        raise NoValue("POW")
    return found


def _rounded(way: str) -> Function:
    """To so many places after the point, or before it where the number of places is negative."""

    def calculate(facts: Facts, args: list[Node]) -> Value:
        value, places = number(args[0](facts)), number(args[1](facts))
        if places != places.to_integral_value() or abs(places) > LARGEST:
            raise NoValue("places")
        return value.quantize(Decimal(1).scaleb(-int(places)), way)

    return calculate


def _default_to(facts: Facts, args: list[Node]) -> Value:
    """The first argument that has a value."""
    for arg in args:
        try:
            return arg(facts)
        except (NoValue, ArithmeticError):
            continue
    raise NoValue("DEFAULT_TO")


def _part(read: Callable[[datetime], int]) -> Function:
    return lambda facts, args: Decimal(read(moment(args[0](facts), facts)))


def _apart(sign: int, count: Callable[[datetime, datetime], int]) -> Function:
    """Whole units from a date until now (1), or from now until it (-1); below nothing on the other side of now."""

    def calculate(facts: Facts, args: list[Node]) -> Value:
        then, now = moment(args[0](facts), facts), facts["NOW"]
        early, late, direction = (then, now, sign) if then <= now else (now, then, -sign)
        return Decimal(direction * count(early, late))

    return calculate


def days(early: datetime, late: datetime) -> int:
    return (late.date() - early.date()).days


def months(early: datetime, late: datetime) -> int:
    return 12 * (late.year - early.year) + late.month - early.month - (late.day < early.day)


def years(early: datetime, late: datetime) -> int:
    return months(early, late) // 12


MANY = 100
FUNCTIONS: dict[str, tuple[int, int, Function]] = {
    "MIN": (1, MANY, lambda facts, args: min(number(arg(facts)) for arg in args)),
    "MAX": (1, MANY, lambda facts, args: max(number(arg(facts)) for arg in args)),
    "POW": (2, 2, _power),
    "DEFAULT_TO": (1, MANY, _default_to),
    "ROUND": (2, 2, _rounded(ROUND_HALF_UP)),
    "FLOOR": (2, 2, _rounded(ROUND_FLOOR)),
    "CEIL": (2, 2, _rounded(ROUND_CEILING)),
    "DATE": (1, 1, lambda facts, args: moment(args[0](facts), facts)),
    "DATE_TIME": (1, 1, lambda facts, args: moment(args[0](facts), facts)),
    "DAY_OF_MONTH": (1, 1, _part(lambda date: date.day)),
    "MONTH": (1, 1, _part(lambda date: date.month)),
    "YEAR": (1, 1, _part(lambda date: date.year)),
    "DAYS_SINCE": (1, 1, _apart(1, days)),
    "MONTHS_SINCE": (1, 1, _apart(1, months)),
    "YEARS_SINCE": (1, 1, _apart(1, years)),
    "DAYS_UNTIL": (1, 1, _apart(-1, days)),
    "MONTHS_UNTIL": (1, 1, _apart(-1, months)),
}
"""Each function: its fewest and most arguments, and what it calculates."""


# Comparisons of texts, and of a value with a list of them


def _of_texts(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    def compare(one: Any, other: Any) -> bool:
        if not isinstance(one, str) or not isinstance(other, str):
            raise NoValue(str(one))
        return test(one, other)

    return compare


def _in_array(one: Any, other: Any) -> bool:
    """`"EU,EMEA"` lists two texts; a number is looked for among the numbers (assumed)."""
    if not isinstance(other, str):
        raise NoValue(str(other))
    parts = [part.strip() for part in other.split(",")]
    if isinstance(one, Decimal):
        return any(one == Decimal(part) for part in parts if part.removeprefix("-").replace(".", "", 1).isdecimal())
    return one in parts


TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "is": _of_texts(str.__eq__),
    "isNot": _of_texts(str.__ne__),
    "contains": _of_texts(str.__contains__),
    "startsWith": _of_texts(str.startswith),
    "endsWith": _of_texts(str.endswith),
    "IN_ARRAY": _in_array,
    "NOT_IN_ARRAY": lambda one, other: not _in_array(one, other),
}
