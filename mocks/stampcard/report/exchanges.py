"""What a client said and heard: read from a world's journal or from a HAR file recorded elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from stampcard.core import codec
from stampcard.core.contract import Contract, Operation
from stampcard.core.errors import StampcardError
from stampcard.core.http import OUTSIDE, Headers, Request, pairs_to_lists


class Unreadable(StampcardError):
    """A journal or HAR that cannot be read: file, line and reason."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of the client and its answer.

    `operation` is None for a path or method the vendor does not have; `body` and `answer` are decoded JSON (or a form
    as a mapping), None when absent or not readable; `at` is ISO 8601. Names of headers are in lower case.
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
    sent: Mapping[str, str] = field(default_factory=dict)
    heard: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None


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
                yield Exchange(
                    vendor=entry["vendor"],
                    **self._found(entry["vendor"], None, request["method"], request["url"]),
                    status=response["status"] or 0,
                    at=entry["at"],
                    body=_body(request["body"]),
                    answer=_body(response["body"]),
                    diagnostics=tuple(entry["diagnostics"]),
                    sent=_lower(request["headers"].items()),
                    heard=_lower(response["headers"].items()),
                )

    def har(self, path: Path) -> Iterator[Exchange]:
        """Calls to vendors' hosts in a HAR 1.2 file; other hosts are counted in `strangers`. Raises Unreadable."""
        for number, line, raw in _har_entries(path):
            try:
                exchange = self._of_har(msgspec.json.decode(raw, type=_Entry))
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                raise Unreadable(f"{path}, line {line}: entry {number}: {error}") from error
            if exchange is not None:
                yield exchange

    def _of_har(self, entry: _Entry) -> Exchange | None:
        request, response = entry.request, entry.response
        parts = urlsplit(request.url)
        found = self._vendor(parts.netloc.lower(), (parts.hostname or "").lower())
        if found is None:
            self.strangers[parts.netloc] = self.strangers.get(parts.netloc, 0) + 1
            return None
        vendor, service = found
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        posted = request.post_data.text_or_form() if request.post_data else None
        return Exchange(
            vendor=vendor,
            **self._found(vendor, service, request.method.upper(), target),
            status=response.status,
            at=entry.started,
            body=_body(posted),
            answer=_body(response.content.readable()),
            diagnostics=_told(response.headers),
            sent=_lower((one.name, one.value) for one in request.headers),
            heard=_lower((one.name, one.value) for one in response.headers),
            text=posted,
        )

    def _vendor(self, netloc: str, host: str) -> tuple[str, str | None] | None:
        for name in (netloc, host):
            if name in self._hosts:
                return self._hosts[name], None
        for vendor, patterns in self._patterns.items():
            for pattern, service in patterns.items():
                if fnmatchcase(host, pattern):
                    return vendor, service
        return None

    def _found(self, vendor: str, service: str | None, method: str, target: str) -> dict[str, Any]:
        match = self._contracts[vendor].find(Request(method, target, Headers(())), service)
        operation = match.operation if match else None
        query = pairs_to_lists(target.partition("?")[2])
        return {"operation": operation, "method": method, "target": target, "query": query}


# HAR 1.2, as far as it is read; a browser's own members are skipped


class _Pair(msgspec.Struct):
    name: str
    value: str = ""


class _Posted(msgspec.Struct, rename={"media": "mimeType"}):
    media: str = ""
    text: str | None = None
    params: list[_Pair] | None = None

    def text_or_form(self) -> str | None:
        """Browsers write a form as its pairs."""
        pairs = [(one.name, one.value) for one in self.params or ()]
        return self.text or (urlencode(pairs) if pairs else None)


class _Content(msgspec.Struct):
    text: str | None = None
    encoding: str | None = None

    def readable(self) -> str | None:
        """Raises ValueError for text that says it is Base64 and is not."""
        if self.encoding != "base64":
            return self.text
        from base64 import b64decode

        return b64decode(self.text or "", validate=True).decode(errors="replace")


class _Request(msgspec.Struct, rename={"post_data": "postData"}):
    method: str
    url: str
    headers: list[_Pair] = []
    post_data: _Posted | None = None


class _Response(msgspec.Struct):
    status: int
    headers: list[_Pair] = []
    content: _Content = msgspec.field(default_factory=_Content)


class _Entry(msgspec.Struct, rename={"started": "startedDateTime"}):
    request: _Request
    response: _Response
    started: str = ""


class _Log(msgspec.Struct):
    entries: list[msgspec.Raw]


class _Har(msgspec.Struct):
    log: _Log


_BYTE = re.compile(r"\(byte (\d+)\)")


def _har_entries(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Each entry with its number, the line it begins on, and its bytes."""
    try:
        raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    try:
        entries = msgspec.json.decode(raw, type=_Har).log.entries
    except msgspec.ValidationError as error:
        raise Unreadable(f"{path}, line 1: not a HAR file: it has no log.entries ({error})") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"{path}, line {_line_of(raw, str(error))}: not JSON: {error}") from error
    place, line = 0, 1
    for number, entry in enumerate(entries):
        text = bytes(entry)
        start = raw.index(text, place)
        line += raw.count(b"\n", place, start)
        yield number, line, text
        line += text.count(b"\n")
        place = start + len(text)


def _line_of(raw: bytes, error: str) -> int:
    """The line of the byte an error names; the last line for a text that ends too early."""
    found = _BYTE.search(error)
    return raw.count(b"\n", 0, int(found[1]) if found else len(raw)) + 1


def _told(headers: Iterable[_Pair]) -> tuple[Mapping[str, Any], ...]:
    """The second channel of a recording made against the emulator: `code /pointer, code /pointer`."""
    texts = [one.value for one in headers if one.name.lower() == "x-stampcard-diagnostics"]
    told = [one.strip().partition(" ") for text in texts for one in text.split(",") if one.strip()]
    return tuple({"code": code, "pointer": pointer, "severity": "warning"} for code, _, pointer in told)


def _lower(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in pairs}


def _body(value: Any) -> Any:
    if not isinstance(value, str):
        return None if isinstance(value, dict) and ("binary" in value or "truncated" in value) else value
    try:
        return codec.decode(value.encode())
    except (codec.BadJson, UnicodeEncodeError):
        form = pairs_to_lists(value) if "=" in value else {}
        return {name: values[-1] for name, values in form.items()} or None
