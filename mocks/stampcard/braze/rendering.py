"""What one rendering may see and what it leaves behind; everything python-liquid stays out of this file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec


class MessageAborted(Exception):
    """The message is not sent: `kind` is Braze's `abort_type`, `log` the text of its Message Activity Log.

    Kinds that start with `stampcard_` are ours: the emulator cannot know what Braze would have sent.
    """

    def __init__(self, kind: str, log: str) -> None:
        super().__init__(log)
        self.kind = kind
        self.log = log


class TemplateError(Exception):
    """A template that does not parse; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {message}")
        self.message = message
        self.line = line
        self.column = column


class Ask(msgspec.Struct, frozen=True):
    """One Connected Content call, its parts rendered. `cache_max_age` is None when the option is absent."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    content_type: str | None = None
    basic_auth: str | None = None
    auth_credentials: str | None = None
    cache_max_age: int | None = None
    no_cache: bool = False
    retry: bool = False


class Fetched(msgspec.Struct, frozen=True):
    """What a Connected Content call brought: `status` 0 and an `error` when nothing came."""

    status: int
    text: str = ""
    error: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


Row = dict[str, Any]
Fetch = Callable[[Ask], Awaitable[Fetched]]
TakeCode = Callable[[str], str]
Items = Callable[[str, Sequence[str]], list[Row]]
Select = Callable[[str, str], Awaitable[list[Row]]]


async def no_fetch(ask: Ask) -> Fetched:
    """For places where Connected Content is not supported. Raises MessageAborted."""
    raise MessageAborted("connected_content_not_supported", "Connected Content is not supported here")


def _no_codes(snippet: str) -> str:
    raise MessageAborted("promo_codes_not_supported", "promotion codes are not supported here")


def _no_items(catalog: str, ids: Sequence[str]) -> list[Row]:
    return []


async def _no_selection(catalog: str, selection: str) -> list[Row]:
    return []


class Run(msgspec.Struct):
    """One rendering of one message field for one person.

    `names` are the namespaces a template can reach, `blocks` the Content Blocks by name; `items` and `select` read
    catalogs; `translations` are the texts in the person's language by their id. `warnings`, `extras` (message_extras)
    and `wants_retry` (a failed call with `:retry`) are what the rendering leaves behind.
    """

    now: datetime
    names: Mapping[str, Any]
    blocks: Mapping[str, str] = {}
    fetch: Fetch = no_fetch
    take_code: TakeCode = _no_codes
    warnings: list[str] = []
    extras: dict[str, str] = {}
    items: Items = _no_items
    select: Select = _no_selection
    translations: Mapping[str, str] = {}
    wants_retry: bool = False
    depth: int = 0
    steps: int = 0

    def warn(self, message: str) -> None:
        """Note once what Braze would do without a word."""
        if message not in self.warnings and len(self.warnings) < 50:
            self.warnings.append(message)
