"""Values as Liquid writes them, in Ruby's notation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any


def plain(value: Any) -> Any:
    """A value without python-liquid's wrapping: undefined is None, a namespace a dict."""
    if hasattr(value, "__liquid__"):
        value = value.__liquid__()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | range):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def ruby_float(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def to_text(value: Any) -> str:
    """What `{{ value }}` puts into the output."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, range):
        return f"{value.start}..{value.stop - 1}"
    if isinstance(value, list | tuple):
        return "".join(to_text(item) for item in value)
    if hasattr(value, "__liquid__"):
        return to_text(value.__liquid__())
    if isinstance(value, Mapping):
        return inspect(value)
    return str(value)


def inspect(value: Any) -> str:
    """Ruby's `inspect`, by which Liquid prints an object: `{"a"=>1}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{inspect(key)}=>{inspect(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inspect(item) for item in value) + "]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'"{escaped}"'
    return "nil" if value is None else to_text(value)


def _float(value: float) -> str:
    text = repr(value)
    mantissa, e, exponent = text.partition("e")
    if not e:
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(text, text)
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}"


def _time(value: datetime) -> str:
    offset = value.utcoffset() or timedelta()
    zone = value.strftime("%z") if offset else "UTC"
    return f"{value.strftime('%Y-%m-%d %H:%M:%S')} {zone}"
