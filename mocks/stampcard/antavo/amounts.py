"""Amounts of points and money: whole ones are integers, and sums keep no dust of binary fractions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeAlias

Number: TypeAlias = int | float


def total(values: Any) -> Number:
    """A sum without the dust of binary fractions; whole amounts stay integers."""
    return tidy(sum((Decimal(str(value)) for value in values), Decimal()))


def tidy(value: Decimal | Number) -> Number:
    """A whole amount as an integer, others as a float of at most six decimals."""
    exact = round(Decimal(str(value)), 6)
    return int(exact) if exact == exact.to_integral_value() else float(exact)
