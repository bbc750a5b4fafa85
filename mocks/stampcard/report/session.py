"""The consumer contract of a whole test session, from the worlds of all its tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec

from stampcard.core import coverage
from stampcard.core.errors import StampcardError
from stampcard.core.severity import SEVERITIES
from stampcard.report.exchanges import Reader
from stampcard.report.findings import Finding, compared, findings
from stampcard.report.rendering import as_json, as_junit, as_markdown
from stampcard.report.usage import Usage, collect, merged

Entry = Mapping[str, Any]
FORMS = (".md", ".json", ".xml")


class BadReport(StampcardError):
    """A file for or of a report that cannot be used."""


class Session:
    """Gathers what the clients of the tests did, world by world: retries are looked for within one."""

    def __init__(self) -> None:
        self._reader = Reader(coverage.contracts(), {})
        self._usages: list[Usage] = []

    def add(self, entries: Iterable[Entry]) -> None:
        """The journal of one world, as `GET /journal` gives it."""
        self._usages.append(collect(self._reader.journal(entries)))
        if len(self._usages) > 50:
            self._usages = [merged(self._usages)]

    def take(self, usage: Usage) -> None:
        """What another process saw."""
        self._usages.append(usage)

    @property
    def usage(self) -> Usage:
        return merged(self._usages)


def packed(usage: Usage) -> str:
    """For a process that sends what it saw to another."""
    return msgspec.json.encode(usage).decode()


def unpacked(text: str) -> Usage:
    return msgspec.json.decode(text, type=Usage)


def earlier(path: Path) -> Usage:
    """A report that was kept as JSON. Raises BadReport."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Usage)
    except OSError as error:
        raise BadReport(f"{path}: {error.strerror}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadReport(f"{path}: not a report of stampcard in JSON: {error}") from error


def check_form(path: Path) -> None:
    """Raises BadReport for a name that does not say in which form to write."""
    if path.suffix not in FORMS:
        raise BadReport(f"{path}: the name ends with {', '.join(FORMS)}: Markdown, JSON or JUnit XML")


def told(usage: Usage, against: Usage | None) -> tuple[list[Finding], list[Finding]]:
    """Where the use grew, and all there is to say, that included."""
    grown = compared(against, usage) if against is not None else []
    return grown, [*grown, *findings(usage)]


def write(path: Path, usage: Usage, found: Sequence[Finding]) -> None:
    """In the form its name says."""
    if path.suffix == ".json":
        text = as_json(usage)
    else:
        text = as_markdown(usage, found) if path.suffix == ".md" else as_junit(found)
    path.write_text(text, encoding="utf-8")


def forbidden(entries: Iterable[Entry], kinds: Sequence[str]) -> list[str]:
    """A line for every diagnostic that `strict` was told to fail on."""
    return [
        f"{entry['caller']} → {entry['vendor']} {entry['operation'] or entry['request']['url']}: "
        f"{one['code']} {one['pointer']}: {one['message']} ({one['severity']})"
        for entry in entries
        for one in entry["diagnostics"]
        if any(_is(one, kind) for kind in kinds)
    ]


def _is(diagnostic: Mapping[str, Any], kind: str) -> bool:
    if kind in SEVERITIES:
        return SEVERITIES.index(diagnostic["severity"]) >= SEVERITIES.index(kind)
    return fnmatchcase(diagnostic["code"], kind)
