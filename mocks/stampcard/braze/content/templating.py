"""What e-mail templates and Content Blocks have in common: tags, Liquid, the blocks a text names, pages of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from stampcard.braze.errors import refused
from stampcard.braze.rendering import TemplateError
from stampcard.braze.state import Workspace
from stampcard.braze.values import read_time

T = TypeVar("T")
PAGE, MAX_PAGE = 100, 1000
_BLOCK = re.compile(r"content_blocks\s*\.\s*\$\{\s*([^}\s]+)\s*\}")


def checked_tags(workspace: Workspace, tags: Any) -> tuple[str, ...]:
    """Tags that exist in the workspace; no call makes one. Raises ApiError."""
    if not isinstance(tags, list):
        raise refused("Tags must be an array")
    if not all(isinstance(tag, str) for tag in tags):
        raise refused("All tags must be strings")
    if not workspace.tags.issuperset(tags):
        raise refused("Some tags could not be found")
    return tuple(tags)


def parses(workspace: Workspace, text: str) -> bool:
    """Whether a text is well-formed Liquid."""
    try:
        workspace.engine.templates.find(text)
    except TemplateError:
        return False
    return True


def blocks_named(parts: Any) -> set[str]:
    """The Content Blocks that a text, or any text in a message's parts, names."""
    if isinstance(parts, str):
        return set(_BLOCK.findall(parts))
    inside: Iterable[Any] = ()
    if isinstance(parts, Mapping):
        inside = parts.values()
    elif isinstance(parts, list | tuple):
        inside = parts
    return {name for part in inside for name in blocks_named(part)}


def names_block(parts: Any, name: str) -> bool:
    return name in blocks_named(parts)


class ListWords(msgspec.Struct, frozen=True):
    """What a list answers to each breach of its paging rules."""

    after: str
    before: str
    order: str
    limit: str
    limit_low: str
    limit_high: str
    offset: str
    offset_low: str


class Page(msgspec.Struct, frozen=True):
    """The rows a list was asked for."""

    after: datetime | None
    before: datetime | None
    offset: int
    limit: int

    def holds(self, edited: datetime) -> bool:
        return (self.after is None or edited >= self.after) and (self.before is None or edited <= self.before)

    def cut(self, rows: Sequence[T]) -> Sequence[T]:
        return rows[self.offset : self.offset + self.limit]


def read_page(query: Mapping[str, str], words: ListWords) -> Page:
    """`modified_after`, `modified_before`, `limit` and `offset` as sent. Raises ApiError."""
    after, before = _time(query, "modified_after", words.after), _time(query, "modified_before", words.before)
    if after is not None and before is not None and after > before:
        raise refused(words.order)
    limit = _number(query.get("limit", str(PAGE)), words.limit)
    if limit < 1:
        raise refused(words.limit_low)
    if limit > MAX_PAGE:
        raise refused(words.limit_high)
    offset = 0
    if "offset" in query:
        offset = _number(query["offset"], words.offset)
        if offset < 1:
            raise refused(words.offset_low)
    return Page(after, before, offset, limit)


def _time(query: Mapping[str, str], name: str, words: str) -> datetime | None:
    if name not in query:
        return None
    instant = read_time(query[name])
    if instant is None:
        raise refused(words)
    return instant


def _number(text: str, words: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise refused(words)
    return int(text)
