"""Ruby's strftime, which Braze's `date` filter follows, and the texts Liquid reads as instants."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

_DIRECTIVE = re.compile(r"%([-0_^#:]*)(\d{0,3})([a-zA-Z%+])")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_FORMATS = (
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S %Z",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%m/%d/%Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d %b %Y",
)

_COMPOUND = {
    "c": "%a %b %e %H:%M:%S %Y",
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "R": "%H:%M",
    "r": "%I:%M:%S %p",
    "T": "%H:%M:%S",
    "v": "%e-%^b-%Y",
    "X": "%H:%M:%S",
    "x": "%m/%d/%y",
    "+": "%a %b %e %H:%M:%S %Z %Y",
}
_NUMBERS: Mapping[str, tuple[Callable[[datetime], int], int, str]] = {
    "Y": (lambda t: t.year, 1, "0"),
    "C": (lambda t: t.year // 100, 2, "0"),
    "y": (lambda t: t.year % 100, 2, "0"),
    "m": (lambda t: t.month, 2, "0"),
    "d": (lambda t: t.day, 2, "0"),
    "e": (lambda t: t.day, 2, " "),
    "j": (lambda t: t.timetuple().tm_yday, 3, "0"),
    "H": (lambda t: t.hour, 2, "0"),
    "k": (lambda t: t.hour, 2, " "),
    "I": (lambda t: t.hour % 12 or 12, 2, "0"),
    "l": (lambda t: t.hour % 12 or 12, 2, " "),
    "M": (lambda t: t.minute, 2, "0"),
    "S": (lambda t: t.second, 2, "0"),
    "s": (lambda t: int(t.timestamp()), 1, "0"),
    "u": (lambda t: t.isoweekday(), 1, "0"),
    "w": (lambda t: t.isoweekday() % 7, 1, "0"),
    "G": (lambda t: t.isocalendar()[0], 4, "0"),
    "g": (lambda t: t.isocalendar()[0] % 100, 2, "0"),
    "V": (lambda t: t.isocalendar()[1], 2, "0"),
    "U": (lambda t: int(t.strftime("%U")), 2, "0"),
    "W": (lambda t: int(t.strftime("%W")), 2, "0"),
}
_WORDS: Mapping[str, Callable[[datetime], str]] = {
    "A": lambda t: t.strftime("%A"),
    "a": lambda t: t.strftime("%a"),
    "B": lambda t: t.strftime("%B"),
    "b": lambda t: t.strftime("%b"),
    "h": lambda t: t.strftime("%b"),
    "p": lambda t: "AM" if t.hour < 12 else "PM",
    "P": lambda t: "am" if t.hour < 12 else "pm",
    "Z": lambda t: t.tzname() or "UTC",
    "n": lambda t: "\n",
    "t": lambda t: "\t",
    "%": lambda t: "%",
}


def strftime(instant: datetime, pattern: str) -> str:
    """Format as Ruby does: flags `-0_^#`, widths, and every directive of its documentation."""

    def replace(match: re.Match[str]) -> str:
        flags, width, letter = match[1], match[2], match[3]
        if letter in _COMPOUND:
            return _padded(strftime(instant, _COMPOUND[letter]), flags, width, 0, " ")
        if letter in _NUMBERS:
            number, least, fill = _NUMBERS[letter]
            return _padded(str(number(instant)), flags, width, least, fill)
        if letter in _WORDS:
            return _padded(_WORDS[letter](instant), flags, width, 0, " ")
        if letter == "z":
            return _zone(instant, ":" in flags)
        if letter in "LN":
            digits = int(width or (3 if letter == "L" else 9))
            return f"{instant.microsecond:06d}".ljust(digits, "0")[:digits]
        return match[0]

    return _DIRECTIVE.sub(replace, pattern)


def _padded(text: str, flags: str, width: str, least: int, fill: str) -> str:
    if "^" in flags:
        text = text.upper()
    elif "#" in flags:
        text = text.swapcase()
    if "-" in flags:
        return text
    fill = "0" if "0" in flags else " " if "_" in flags else fill
    return text.rjust(min(int(width), 255) if width else least, fill)


def _zone(instant: datetime, colon: bool) -> str:
    offset = instant.utcoffset() or timedelta()
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta() else "+"
    return f"{sign}{minutes // 60:02d}{':' if colon else ''}{minutes % 60:02d}"


def read_instant(value: Any, now: datetime) -> datetime | None:
    """What Liquid takes for an instant: a time, Unix seconds, "now", "today", or text that holds a date; else None."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _from_seconds(float(value))
    if not isinstance(value, str):
        return None
    text = value.strip()
    if text.lower() in ("now", "today"):
        return now
    if re.fullmatch(r"\d{1,15}", text):
        return _from_seconds(float(text))
    try:
        return _zoned(datetime.fromisoformat(text))
    except ValueError:
        pass
    for pattern in _FORMATS:
        try:
            return _zoned(datetime.strptime(text, pattern))
        except ValueError:
            continue
    return None


def _from_seconds(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _zoned(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def read_offset(text: str) -> timezone | None:
    """`+05:30` or `-0800` as a zone."""
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    if minutes >= 24 * 60:
        return None
    return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes))
