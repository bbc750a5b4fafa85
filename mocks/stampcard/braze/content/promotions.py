"""Promotion codes: lists, their expiry and alerts, and how a send takes codes from them.

Codes a message mentions are taken before it is sent, also those in a branch that is not taken, one per list, user and
send, and none ever comes back. An empty or expired list cancels a message that should have held a code.

Source: Braze docs, "Promotion codes" (braze-inc/braze-docs).
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from stampcard.braze.engine import Engine
from stampcard.braze.rendering import MessageAborted, TemplateError
from stampcard.braze.state import Workspace
from stampcard.core.outbox import Message

MAX_LIFE = timedelta(days=184)
"""At most six months ahead of the day of creating or editing; the longest six months have 184 days."""
OUT_OF_CODES = "promotion_codes_unavailable"
"""Assumed: Braze publishes no abort type for an empty or expired list."""


class CodeList(msgspec.Struct):
    """One list. `snippet` is what templates name it by; `known` every code ever imported, `unused` those left.

    `remaining_below` and `expires_within` (days) are its alerts, sent once a day to `recipient`.
    """

    name: str
    snippet: str
    expires_at: datetime
    description: str = ""
    unused: deque[str] = msgspec.field(default_factory=deque)
    known: set[str] = set()
    remaining_below: int | None = None
    expires_within: int | None = None
    recipient: str = ""

    def add(self, codes: Iterable[str]) -> int:
        """Import codes in order; one that was imported before is passed over (assumed). Returns how many are new."""
        new = [code for code in dict.fromkeys(codes) if code not in self.known]
        self.known.update(new)
        self.unused.extend(new)
        return len(new)

    def take(self, now: datetime) -> str | None:
        """The next code, or None when there is none; an expired list has none left."""
        if now >= self.expires_at:
            self.unused.clear()
        return self.unused.popleft() if self.unused else None


def read_csv(text: str) -> list[str]:
    """The codes of an uploaded file: its first column, one per row, no header (a header becomes a code)."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    return [row[0].strip() for row in rows if row and row[0].strip()]


def find_list(engine: Engine, name_or_snippet: str) -> CodeList | None:
    found: CodeList | None = engine.promotions.get(name_or_snippet)
    return found or next((row for row in engine.promotions.values() if row.name == name_or_snippet), None)


# Sends


def mentioned(workspace: Workspace, values: Any, depth: int = 0) -> list[str]:
    """The snippets that texts of a message mention, Content Blocks in them included."""
    found: list[str] = []
    for text in _texts(values):
        if "promotion" not in text and "content_blocks" not in text:
            continue
        try:
            template = workspace.engine.templates.find(text)
        except TemplateError:
            continue
        found += template.snippets
        blocks = [key for namespace, key in template.names if namespace == "content_blocks"]
        if blocks and depth < 2:
            held = [block.content for block in workspace.content_blocks.values() if block.name in blocks]
            found += mentioned(workspace, held, depth + 1)
    return list(dict.fromkeys(found))


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def reserve(workspace: Workspace, parts: Any, codes: dict[str, str]) -> None:
    """Take a code for every snippet mentioned that has none yet: one per list for all channels of one send."""
    if not workspace.engine.promotions:
        return
    now = workspace.world.clock.now
    for snippet in mentioned(workspace, parts):
        codes_of = workspace.engine.promotions.get(snippet)
        if snippet not in codes and codes_of is not None and (code := codes_of.take(now)) is not None:
            codes[snippet] = code


def taker(workspace: Workspace, codes: Mapping[str, str], *, preview: bool) -> Callable[[str], str]:
    """What `{% promotion('snippet') %}` asks for its code. A preview shows the next code and takes none (assumed)."""

    def take(snippet: str) -> str:
        if snippet in codes:
            return codes[snippet]
        held: CodeList | None = workspace.engine.promotions.get(snippet)
        if held is None:
            raise MessageAborted(OUT_OF_CODES, f"there is no promotion code list with the snippet {snippet!r}")
        if preview and held.unused and workspace.world.clock.now < held.expires_at:
            return held.unused[0]
        why = "has expired" if workspace.world.clock.now >= held.expires_at else "is out of codes"
        raise MessageAborted(OUT_OF_CODES, f"the promotion code list {held.name!r} {why}")

    return take


# Alerts


def watch(workspace: Workspace, codes_of: CodeList) -> None:
    """Look once a day whether an alert is due, for as long as the list is there."""
    if codes_of.remaining_below is None and codes_of.expires_within is None:
        return
    clock = workspace.world.clock

    async def look() -> None:
        if workspace.engine.promotions.get(codes_of.snippet) is not codes_of:
            return
        for text in alerts(codes_of, clock.now):
            _tell(workspace, codes_of, text)
        if clock.now < codes_of.expires_at:
            clock.after(timedelta(days=1), look, name=f"promotion code alerts of {codes_of.name}", vendor="braze")

    clock.after(timedelta(days=1), look, name=f"promotion code alerts of {codes_of.name}", vendor="braze")


def alerts(codes_of: CodeList, now: datetime) -> list[str]:
    """What a list's alerts have to say now."""
    said = []
    left, limit = codes_of.expires_at - now, codes_of.expires_within
    if codes_of.remaining_below is not None and len(codes_of.unused) < codes_of.remaining_below:
        said.append(f"{codes_of.name}: {len(codes_of.unused)} codes left, fewer than {codes_of.remaining_below}")
    if limit is not None and left <= timedelta(days=limit):
        said.append(f"{codes_of.name}: expires on {codes_of.expires_at:%Y-%m-%d %H:%M} UTC, within {limit} days")
    return said


def _tell(workspace: Workspace, codes_of: CodeList, text: str) -> None:
    world = workspace.world
    entry = world.record("braze", "promotion_codes.alert", text)
    world.outbox.add(
        Message(
            id=world.chance.uuid(),
            at=world.clock.now,
            vendor="braze",
            channel="email",
            user=codes_of.recipient,
            campaign=None,
            status="sent",
            parts={"subject": "Promotion code list alert", "body": text},
            entry=entry,
            detail={"why": "promotion code alert"},
        )
    )
