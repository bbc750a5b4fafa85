"""What joins rules: `1 and (2 or 3)`; `and` binds closer."""

from __future__ import annotations

from collections.abc import Sequence


def tokens(logic: str) -> list[str]:
    return logic.lower().replace("(", " ( ").replace(")", " ) ").split()


def parses(words: Sequence[str]) -> bool:
    try:
        evaluate(list(words), {word: True for word in words if word.isdigit()})
    except (IndexError, KeyError, ValueError):
        return False
    return True


def evaluate(words: list[str], results: dict[str, bool]) -> bool:
    value, rest = _either(words, results, 0)
    if rest:
        raise ValueError(f"left over: {rest}")
    return value


def _either(words: list[str], results: dict[str, bool], level: int) -> tuple[bool, list[str]]:
    value, rest = _both(words, results, level)
    while rest and rest[0] == "or":
        other, rest = _both(rest[1:], results, level)
        value = value or other
    return value, rest


def _both(words: list[str], results: dict[str, bool], level: int) -> tuple[bool, list[str]]:
    value, rest = _one(words, results, level)
    while rest and rest[0] == "and":
        other, rest = _one(rest[1:], results, level)
        value = value and other
    return value, rest


def _one(words: list[str], results: dict[str, bool], level: int) -> tuple[bool, list[str]]:
    if level > 50:
        raise ValueError("too deep")
    if words[0] == "(":
        value, rest = _either(words[1:], results, level + 1)
        if rest[0] != ")":
            raise ValueError("not closed")
        return value, rest[1:]
    return results[words[0]], words[1:]
