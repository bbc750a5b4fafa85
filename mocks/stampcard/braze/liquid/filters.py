"""The filters Braze documents: standard ones by python-liquid, Braze's own here; no others exist.

Source: Braze docs, "Filters" and "Advanced filters" (braze-inc/braze-docs). A filter that is not in `FILTERS` passes
its value through, as Liquid 5 does in lax mode, and the message's warnings say so.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from liquid.builtin.filters import array, misc, string
from liquid.exceptions import FilterArgumentError, LiquidError, LiquidTypeError
from liquid.filter import with_context
from liquid.undefined import is_undefined

from stampcard.braze import zones
from stampcard.braze.liquid.strftime import read_instant, read_offset, strftime
from stampcard.braze.liquid.text import plain, ruby_float, to_text

MAX_STRING = 1_000_000
"""Characters of any one value (assumed: Braze publishes no limit); what is longer stops the rendering."""
MAX_ITEMS = 100_000

NOBODY_S_NOW = datetime(1, 1, 1, tzinfo=UTC)
"""Stands for the moment of a rendering where none is known."""

Filter = Callable[..., Any]

UNSUPPORTED = frozenset(
    """camelcase camelize handle handleize pluralize lstrip rstrip money_with_currency money_without_currency
    format_address highlight find_index""".split()
)
"""Filters that Braze's documentation lists as not supported."""


class TooLarge(LiquidError):
    """A value over our limits."""


def guarded(function: Filter) -> Filter:
    """A filter that neither takes nor makes values over the limits, and takes booleans as Liquid writes them."""

    def apply(value: Any, *args: Any, **options: Any) -> Any:
        for given in (value, *args):
            if given.__class__ is range and len(given) > MAX_ITEMS:
                raise TooLarge("a range over the limit", token=None)
        try:
            result = function(value, *args, **options)
        except (LookupError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
            raise LiquidTypeError(f"invalid value ({error})", token=None) from error
        if result.__class__ is str and len(result) <= MAX_STRING:
            return result
        if isinstance(result, str | list | tuple) and len(result) > (
            MAX_STRING if isinstance(result, str) else MAX_ITEMS
        ):
            raise TooLarge("a value over the limit", token=None)
        if isinstance(result, int) and not isinstance(result, bool) and result.bit_length() > 4096:
            raise TooLarge("a number over the limit", token=None)
        return result

    apply.with_context = getattr(function, "with_context", False)  # type: ignore[attr-defined]
    apply.with_environment = getattr(function, "with_environment", False)  # type: ignore[attr-defined]
    return apply


def on_text(function: Filter) -> Filter:
    """A filter of text: whatever comes in is written as Liquid writes it, arguments too."""

    def apply(value: Any, *args: Any, **options: Any) -> Any:
        return function(to_text(value), *(to_text(arg) if isinstance(arg, bool) else arg for arg in args), **options)

    apply.with_environment = getattr(function, "with_environment", False)  # type: ignore[attr-defined]
    return apply


def _bounded_replace(function: Filter) -> Filter:
    def apply(value: Any, old: Any, new: Any = "") -> Any:
        text, seek, put = to_text(value), to_text(old), to_text(new)
        if (text.count(seek) if seek else len(text) + 1) * len(put) > MAX_STRING:
            raise TooLarge("a value over the limit", token=None)
        return function(text, seek, put)

    return apply


def _bounded_join(value: Any, separator: Any = " ") -> str:
    items = list(value) if isinstance(value, list | tuple | range) else [] if is_undefined(value) else [value]
    glue = to_text(separator)
    if len(items) * len(glue) > MAX_STRING:
        raise TooLarge("a value over the limit", token=None)
    return glue.join(to_text(item) for item in items)


def _bytes(value: Any) -> bytes:
    return to_text(value).encode("utf-8", "surrogatepass")


def _digest(algorithm: str) -> Filter:
    return lambda value: hashlib.new(algorithm, _bytes(value)).hexdigest()


def _hmac(algorithm: str, as_base64: bool = False) -> Filter:
    def apply(value: Any, key: Any) -> str:
        made = hmac.new(_bytes(key), _bytes(value), algorithm)
        return base64.b64encode(made.digest()).decode() if as_base64 else made.hexdigest()

    return apply


def _base64_encode(value: Any) -> str:
    return base64.b64encode(_bytes(value)).decode()


def _url_escape(value: Any) -> str:
    """Ruby's URI.escape: reserved characters stay."""
    return quote(_bytes(value), safe="-_.!~*'();/?:@&=+$,[]")


def _url_param_escape(value: Any) -> str:
    return quote(_bytes(value), safe="-_.~")


def _property_accessor(value: Any, key: Any) -> Any:
    return value.get(to_text(key)) if isinstance(value, Mapping) else None


def _number_with_delimiter(value: Any) -> str:
    whole, point, rest = to_text(value).partition(".")
    sign = "-" if whole.startswith("-") else ""
    digits = whole.removeprefix("-")
    if not digits.isdecimal():
        return to_text(value)
    return f"{sign}{int(digits):,}{point}{rest}" if len(digits) < 4000 else to_text(value)


def _json_escape(value: Any) -> str:
    return json.dumps(to_text(value), ensure_ascii=False)[1:-1]


@with_context
def _json_parse(value: Any, *, context: Any) -> Any:
    if isinstance(value, list | dict):
        return value
    try:
        return json.loads(to_text(value))
    except (ValueError, RecursionError):
        context.run.warn("json_parse: the text is not JSON; the value is nil")
        return None


def _as_json_string(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), default=to_text)


def _money(value: Any) -> str:
    """Two decimals, no division, no symbol, no thousands separator (the last is assumed)."""
    try:
        return f"{float(to_text(value)):.2f}"
    except ValueError:
        return to_text(value)


@with_context
def _time_zone(value: Any, zone: Any = None, *, context: Any) -> Any:
    instant = read_instant(plain(value), context.run.now)
    found = find_zone(to_text(zone))
    if instant is None or found is None:
        if found is None:
            context.run.warn(f"time_zone: no zone called {to_text(zone)!r}; the time stays as it is")
        return value if instant is None else instant
    return instant.astimezone(found)


def find_zone(name: str) -> tzinfo | None:
    """An IANA or Rails-style name, or an offset in hours or `+05:30` form; None when there is none of that name."""
    text = name.strip()
    if not text:
        return None
    if text.lstrip("+-").replace(".", "", 1).isdigit() and len(text) <= 5:
        sign, hours = ("-" if text.startswith("-") else "+"), float(text.lstrip("+-"))
        return read_offset(f"{sign}{int(hours):02d}:{round(hours % 1 * 60):02d}")
    return read_offset(text) or zones.find_zone(text)


@lru_cache(maxsize=1024)
def _date_of_text(value: str, pattern: str) -> str | None:
    """A text that says when on its own, in a pattern; None for what is no date. Many people share their dates."""
    instant = read_instant(value, NOBODY_S_NOW)
    return strftime(instant, pattern) if instant is not None and instant is not NOBODY_S_NOW else None


@with_context
def _date(value: Any, pattern: Any = "", *, context: Any) -> Any:
    if value.__class__ is str and pattern.__class__ is str and pattern and len(value) < 64:
        known = _date_of_text(value, pattern)
        if known is not None:
            return known
    found = plain(value)
    text = to_text(pattern)
    instant = read_instant(found, context.run.now) if found not in (None, "") else None
    if instant is None or not text:
        return "" if found is None else found
    return strftime(instant, text)


def _default(value: Any, other: Any = "", *, allow_false: Any = False) -> Any:
    """nil, false and empty are replaced; a blank string is not."""
    found = plain(value)
    if found is False and allow_false is True:
        return found
    if found is None or found is False or (isinstance(found, str | list | dict) and not found):
        return other
    return value


def _divided_by(value: Any, by: Any) -> Any:
    left, right = _number(value), _number(by)
    if isinstance(left, int) and isinstance(right, int):
        if right == 0:
            raise FilterArgumentError("divided by 0", token=None)
        return left // right
    try:
        return left / right
    except ZeroDivisionError:
        return "NaN" if left == 0 else "Infinity" if left > 0 else "-Infinity"


def _number(value: Any) -> int | float:
    if value.__class__ is int:
        number: int = value
        return number
    found = plain(value)
    if isinstance(found, bool) or found is None:
        return 0
    if isinstance(found, int | float):
        return found
    if isinstance(found, datetime):
        return int(found.timestamp())
    try:
        return int(to_text(found)[:4000])
    except ValueError:
        try:
            return float(to_text(found)[:400])
        except (ValueError, OverflowError):
            return 0


def _on_numbers(function: Filter) -> Filter:
    """A math filter whose operands are read as Liquid reads them; a time counts as Unix seconds."""

    def apply(value: Any, *args: Any) -> Any:
        try:
            return ruby_float(function(_number(value), *(_number(arg) for arg in args)))
        except (ZeroDivisionError, OverflowError, ValueError, InvalidOperation) as error:
            raise LiquidTypeError(str(error), token=None) from error

    return apply


def _round(value: int | float, digits: int | float = 0) -> int | float:
    """Half away from zero, as Ruby rounds."""
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-int(min(max(digits, 0), 20))), ROUND_HALF_UP)
    return int(exact) if digits <= 0 else float(exact)


FILTERS: Mapping[str, Filter] = {
    # Arrays
    "join": _bounded_join,
    "first": array.first,
    "last": array.last,
    "compact": array.compact,
    "concat": array.concat,
    "map": array.map_,
    "reverse": array.reverse,
    "size": misc.size,
    "sort": array.sort,
    "sort_natural": array.sort_natural,
    "uniq": array.uniq,
    "where": array.where,
    "property_accessor": _property_accessor,
    # Numbers
    "abs": _on_numbers(abs),
    "at_most": _on_numbers(min),
    "at_least": _on_numbers(max),
    "ceil": _on_numbers(math.ceil),
    "floor": _on_numbers(math.floor),
    "round": _on_numbers(_round),
    "plus": _on_numbers(lambda a, b: a + b),
    "minus": _on_numbers(lambda a, b: a - b),
    "times": _on_numbers(lambda a, b: a * b),
    "divided_by": _divided_by,
    "modulo": _on_numbers(lambda a, b: a % b),
    "money": _money,
    "number_with_delimiter": _number_with_delimiter,
    # Text
    "append": on_text(lambda value, other: value + to_text(other)),
    "prepend": on_text(lambda value, other: to_text(other) + value),
    "capitalize": on_text(string.capitalize),
    "downcase": on_text(string.downcase),
    "upcase": on_text(string.upcase),
    "escape": on_text(string.escape),
    "newline_to_br": on_text(string.newline_to_br),
    "remove": on_text(string.remove),
    "remove_first": on_text(string.remove_first),
    "replace": _bounded_replace(string.replace),
    "replace_first": _bounded_replace(string.replace_first),
    "slice": string.slice_,
    "split": on_text(string.split),
    "strip": on_text(string.strip),
    "strip_html": on_text(string.strip_html),
    "strip_newlines": on_text(string.strip_newlines),
    "truncate": on_text(string.truncate),
    "truncatewords": on_text(string.truncatewords),
    # Encodings
    "md5": _digest("md5"),
    "sha1": _digest("sha1"),
    "sha2": _digest("sha256"),
    "base64_encode": _base64_encode,
    "hmac_sha1": _hmac("sha1"),
    "hmac_sha1_hex": _hmac("sha1"),
    "hmac_sha1_base64": _hmac("sha1", as_base64=True),
    "hmac_sha256": _hmac("sha256"),
    "hmac_sha256_hex": _hmac("sha256"),
    "hmac_sha256_base64": _hmac("sha256", as_base64=True),
    "hmac_sha512": _hmac("sha512"),
    "url_encode": on_text(string.url_encode),
    "url_escape": _url_escape,
    "url_param_escape": _url_param_escape,
    "json_escape": _json_escape,
    "json_parse": _json_parse,
    "as_json_string": _as_json_string,
    # Other
    "default": _default,
    "date": _date,
    "time_zone": _time_zone,
}
