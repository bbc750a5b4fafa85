"""Voucher codes: prefix, a pattern whose `#` are filled from a charset, postfix; unique in the whole project.

https://docs.voucherify.io/reference/create-campaign (code_config)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from stampcard.core.chance import Chance

CHARSET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
DEFAULT_LENGTH = 8
MAX_LENGTH = 255
"""Assumed: the vendor publishes no longest code."""

_BATCH = 1000


class CodeConfig(msgspec.Struct, frozen=True):
    """How codes of a campaign are made; `charset` as given, `pattern` with at least one `#`."""

    charset: str = CHARSET
    pattern: str = "#" * DEFAULT_LENGTH
    prefix: str | None = None
    postfix: str | None = None

    @property
    def length(self) -> int:
        return self.pattern.count("#")

    @property
    def capacity(self) -> int:
        """How many different codes there are: repeated characters of the charset do not count."""
        distinct: int = len(set(self.charset)) ** self.length
        return distinct

    def code(self, characters: str) -> str:
        """The code in which the `#` are replaced by `characters`, in order."""
        middle = characters
        if self.pattern.strip("#"):
            rest = iter(characters)
            middle = "".join(next(rest) if part == "#" else part for part in self.pattern)
        return f"{self.prefix or ''}{middle}{self.postfix or ''}"

    def view(self) -> dict[str, Any]:
        given = {"prefix": self.prefix, "postfix": self.postfix}
        shown = {"length": self.length, "charset": self.charset, "pattern": self.pattern}
        return shown | {key: value for key, value in given.items() if value is not None}


def read_config(given: Mapping[str, Any] | None) -> CodeConfig | None:
    """The configuration of a request, defaults filled in; None when no code can be made by it."""
    found = {key: value for key, value in (given or {}).items() if value is not None}
    charset = found.get("charset", CHARSET)
    length = found.get("length", DEFAULT_LENGTH)
    if not 1 <= length <= MAX_LENGTH:
        return None
    pattern = found.get("pattern", "#" * int(length))
    if not charset or "#" not in pattern or len(pattern) > MAX_LENGTH:
        return None
    return CodeConfig(charset, pattern, found.get("prefix"), found.get("postfix"))


def generate(config: CodeConfig, chance: Chance, is_taken: Callable[[str], bool]) -> str | None:
    """A code nobody has, or None when all are taken."""
    for _ in range(4):
        code = config.code(chance.alnum(config.length, config.charset))
        if not is_taken(code):
            return code
    return _next_free(config, chance, is_taken)


def candidates(config: CodeConfig, chance: Chance) -> Iterator[str]:
    """Endless codes, taken or not; much faster than one by one."""
    length = config.length
    while True:
        characters = chance.alnum(length * _BATCH, config.charset)
        for start in range(0, length * _BATCH, length):
            yield config.code(characters[start : start + length])


def _next_free(config: CodeConfig, chance: Chance, is_taken: Callable[[str], bool]) -> str | None:
    """Walk the codes in order from a place chosen by chance: finds the last free one too."""
    digits = sorted(set(config.charset))
    capacity = config.capacity
    start = chance.integer(0, capacity - 1)
    for step in range(capacity):
        code = config.code(_in_base((start + step) % capacity, digits, config.length))
        if not is_taken(code):
            return code
    return None


def _in_base(number: int, digits: list[str], length: int) -> str:
    text = []
    for _ in range(length):
        number, digit = divmod(number, len(digits))
        text.append(digits[digit])
    return "".join(text)
