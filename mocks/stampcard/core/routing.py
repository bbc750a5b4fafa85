"""A prefix tree from path to operation: fixed words win over parameters, and a dead end is walked back."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from stampcard.core.errors import ContractFault
from stampcard.core.http import decode_segment

T = TypeVar("T")


class _Node(msgspec.Struct, Generic[T]):
    words: dict[str, _Node[T]] = {}
    parameter: _Node[T] | None = None
    methods: dict[str, tuple[T, tuple[str, ...]]] = {}


class Router(Generic[T]):
    """Where a method and path lead. A trailing slash is tolerated, as on the vendors' own stacks."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._fixed: dict[str, dict[str, tuple[T, tuple[str, ...]]]] = {}

    def add(self, method: str, path: str, target: T) -> None:
        """Add a path template such as `/v1/vouchers/{code}`. Raises ContractFault for a second target."""
        node, names = self._root, []
        for segment in _segments(path):
            if segment.startswith("{") and segment.endswith("}"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.words.setdefault(segment, _Node())
        if method in node.methods:
            raise ContractFault(f"{method} {path} is served twice")
        node.methods[method] = (target, tuple(names))
        if not names:
            self._fixed["/" + "/".join(_segments(path))] = node.methods

    def find(self, path: str, method: str = "") -> tuple[dict[str, tuple[T, tuple[str, ...]]], list[str]] | None:
        """Methods of a raw path, and the decoded values of its parameters; None for a path nobody has.

        Of several templates that fit, one that has the method; if none has it, the most specific one.
        """
        fixed = self._fixed.get(path)
        if fixed is not None and (not method or method in fixed):
            return fixed, []
        segments = _segments(path)
        for wanted in (method, "") if method else ("",):
            values: list[str] = []
            node = _walk(self._root, segments, 0, values, wanted)
            if node is not None:
                return node.methods, values
        return None


def _segments(path: str) -> list[str]:
    segments = path.split("/")[1:]
    if segments and segments[-1] == "":
        segments.pop()
    return segments


def _walk(node: _Node[T], segments: list[str], at: int, values: list[str], method: str) -> _Node[T] | None:
    if at == len(segments):
        return node if node.methods and (not method or method in node.methods) else None
    word = node.words.get(segments[at])
    if word is not None and (found := _walk(word, segments, at + 1, values, method)) is not None:
        return found
    if node.parameter is None or not segments[at]:
        return None
    values.append(decode_segment(segments[at]))
    found = _walk(node.parameter, segments, at + 1, values, method)
    if found is None:
        values.pop()
    return found
