"""Values of custom attributes whose data type was set in the dashboard: coerced into it, or not taken.

https://www.braze.com/docs/user_guide/data/activation/custom_data/managing_custom_data/#forcing-data-type-comparisons:
what cannot be coerced is ignored. The table there speaks of Boolean and Number; the rest is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from stampcard.braze.values import INVALID, MAX_TEXT, fits, read_time

_TRUTHS = {"1": True, "true": True, "t": True, "0": False, "false": False, "f": False}
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def _boolean(value: Any) -> Any:
    plain = isinstance(value, str | int)
    return _TRUTHS.get(str(value).lower(), INVALID) if plain else INVALID


def _number(value: Any) -> Any:
    if not isinstance(value, str) or len(value) > 30 or not _NUMBER.fullmatch(value):
        return INVALID
    number = float(value) if "." in value else int(value)
    return number if fits(number) else INVALID


def _string(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:MAX_TEXT] if isinstance(value, str | int | float) else INVALID


def _time(value: Any) -> Any:
    return read_time(value) or INVALID


_COERCIONS: Mapping[str, Callable[[Any], Any]] = {
    "Boolean": _boolean,
    "Number": _number,
    "String": _string,
    "Time": _time,
}


def coerced(value: Any, kind: str) -> Any:
    """A value as sent, in a data type as the dashboard calls it; INVALID when it cannot be."""
    coerce = _COERCIONS.get(kind)
    return coerce(value) if coerce is not None else INVALID
