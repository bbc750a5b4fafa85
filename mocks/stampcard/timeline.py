"""A story's journal as lines for a terminal: virtual time, who called whom, with what, and what it meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

FOLD_AFTER = 3
"""Calls of one kind that are printed between two sayings before the rest is only counted."""


class Timeline:
    """Prints what a `WorldClient` tells its listener; `colour` uses ANSI colours."""

    def __init__(self, write: Callable[[str], Any], *, colour: bool = False) -> None:
        self._write = write
        self._colour = colour
        self._alike: Counter[tuple[str, ...]] = Counter()

    def __call__(self, what: str, detail: Any) -> None:
        """The listener: ("say", sentence), ("expected", sentence), ("noted", pair) or ("entries", entries)."""
        if what == "entries":
            for entry in detail:
                self._entry(entry)
            return
        self.flush()
        if what == "say":
            self._write("\n" + self._paint("1", detail))
        elif what == "noted":
            self._write(self._paint("2", f"    · {detail[0]}: {detail[1]}"))
        else:
            self._write(self._paint("32", f"    ✓ {detail}"))

    def flush(self) -> None:
        """Say how many calls the fold has left out."""
        for (who, what, *_), times in self._alike.items():
            if times > FOLD_AFTER:
                self._write(self._paint("2", f"{'':<22} … and {times - FOLD_AFTER} more like it: {who} {what}"))
        self._alike.clear()

    def _entry(self, entry: Mapping[str, Any]) -> None:
        what = entry["operation"] or entry["summary"]
        alike = (
            f"{entry['caller']} -> {entry['vendor']}",
            what,
            entry["kind"],
            str(entry["status"]),
            str(entry["error"]),
        )
        self._alike[alike] += 1
        if self._alike[alike] <= FOLD_AFTER:
            self._write(line(entry, self._paint))

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text


def line(entry: Mapping[str, Any], paint: Callable[[str, str], str] = lambda code, text: text) -> str:
    """One entry as one line."""
    at = entry["at"][:19].replace("T", " ")
    if entry["kind"] != "call":
        return f"{paint('2', at)}    {entry['vendor']}: {entry['summary']}"
    request = entry["request"]
    who = f"{entry['caller']} -> {entry['vendor']}"
    status = str(entry["status"]) if entry["status"] else "no answer"
    code = "32" if status.startswith("2") else "31"
    what = f"{request['method']} {_short(request['url'])}"
    meaning = entry["summary"] or (entry["error"] or "").splitlines()[0:1] or ""
    told = meaning if isinstance(meaning, str) else meaning[0]
    return f"{paint('2', at)}    {who:<22} {what:<42} {paint(code, status)}  {told}".rstrip()


def _short(url: str) -> str:
    path = url.partition("?")[0]
    return path if len(path) <= 60 else path[:59] + "…"
