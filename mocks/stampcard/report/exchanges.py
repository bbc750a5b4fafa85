"""What a client said and heard: read from a world's journal or from a HAR file recorded elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stampcard.core import codec
from stampcard.core.contract import Contract, Operation
from stampcard.core.errors import StampcardError
from stampcard.core.http import OUTSIDE, Headers, Request, pairs_to_lists


class Unreadable(StampcardError):
    """A journal or HAR that cannot be read: file, place and reason."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of the client and its answer.

    `operation` is None for a path or method the vendor does not have; `body` and `answer` are decoded JSON (or a form
    as a mapping), None when absent or not readable; `at` is ISO 8601.
    """

    vendor: str
    operation: Operation | None
    method: str
    target: str
    status: int
    at: str
    query: Mapping[str, list[str]]
    body: Any
    answer: Any
    diagnostics: tuple[Mapping[str, Any], ...] = ()


class Reader:
    """Knows which vendor and operation a request is for. `hosts` maps further host names to vendors."""

    def __init__(
        self,
        contracts: Iterable[Contract],
        patterns: Mapping[str, Mapping[str, str]],
        hosts: Mapping[str, str] | None = None,
    ) -> None:
        self._contracts = {contract.vendor: contract for contract in contracts}
        self._patterns = patterns
        self._hosts = dict(hosts or {})
        self.strangers: dict[str, int] = {}

    def journal(self, entries: Iterable[Mapping[str, Any]]) -> Iterator[Exchange]:
        """Calls from outside, as `GET /journal` gives them."""
        for entry in entries:
            if entry["kind"] == "call" and entry["caller"] == OUTSIDE and entry["vendor"] in self._contracts:
                request, response = entry["request"], entry["response"]
                yield self._exchange(
                    entry["vendor"],
                    None,
                    request["method"],
                    request["url"],
                    response["status"] or 0,
                    entry["at"],
                    _body(request["body"]),
                    _body(response["body"]),
                    tuple(entry["diagnostics"]),
                )

    def har(self, path: Path) -> Iterator[Exchange]:
        """Calls to vendors' hosts in a HAR 1.2 file; other hosts are counted in `strangers`. Raises Unreadable."""
        for number, entry in enumerate(_har_entries(path)):
            try:
                request, response = entry["request"], entry["response"]
                parts = urlsplit(request["url"])
                found = self._vendor(parts.netloc.lower(), (parts.hostname or "").lower())
                if found is None:
                    self.strangers[parts.netloc] = self.strangers.get(parts.netloc, 0) + 1
                    continue
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                posted = request.get("postData") or {}
                content = response.get("content") or {}
                vendor, service = found
                yield self._exchange(
                    vendor,
                    service,
                    request["method"],
                    target,
                    response["status"],
                    entry.get("startedDateTime", ""),
                    _body(_text(posted)),
                    _body(_text(content)),
                    (),
                )
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise Unreadable(f"{path}: entry {number}: {type(error).__name__}: {error}") from error

    def _vendor(self, netloc: str, host: str) -> tuple[str, str | None] | None:
        for name in (netloc, host):
            if name in self._hosts:
                return self._hosts[name], None
        for vendor, patterns in self._patterns.items():
            for pattern, service in patterns.items():
                if fnmatchcase(host, pattern):
                    return vendor, service
        return None

    def _exchange(
        self,
        vendor: str,
        service: str | None,
        method: str,
        target: str,
        status: int,
        at: str,
        body: Any,
        answer: Any,
        diagnostics: tuple[Mapping[str, Any], ...],
    ) -> Exchange:
        match = self._contracts[vendor].find(Request(method, target, Headers(())), service)
        operation = match.operation if match else None
        query = pairs_to_lists(target.partition("?")[2])
        return Exchange(vendor, operation, method, target, status, at, query, body, answer, diagnostics)


def _har_entries(path: Path) -> list[Any]:
    try:
        document = codec.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
        entries = document["log"]["entries"]
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    except codec.BadJson as error:
        raise Unreadable(f"{path}: not JSON: {error}") from error
    except (KeyError, TypeError) as error:
        raise Unreadable(f"{path}: not a HAR file: it has no log.entries") from error
    if not isinstance(entries, list):
        raise Unreadable(f"{path}: not a HAR file: log.entries is not a list")
    return entries


def _text(content: Mapping[str, Any]) -> str | None:
    if content.get("encoding") == "base64":
        from base64 import b64decode

        return b64decode(content.get("text", "")).decode(errors="replace")
    text = content.get("text")
    return text if isinstance(text, str) else None


def _body(value: Any) -> Any:
    if not isinstance(value, str):
        return None if isinstance(value, dict) and ("binary" in value or "truncated" in value) else value
    try:
        return codec.decode(value.encode())
    except (codec.BadJson, UnicodeEncodeError):
        form = pairs_to_lists(value) if "=" in value else {}
        return {name: values[-1] for name, values in form.items()} or None
