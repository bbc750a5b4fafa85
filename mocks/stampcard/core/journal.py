"""What crossed the wire in a world, bounded, with the id of what caused each entry; secrets are masked when read."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from stampcard.core import codec
from stampcard.core.clock import iso

DEFAULT_SIZE = 10_000
BODY_LIMIT = 32 * 1024
"""Bytes of a body that an entry keeps; the view says where it was cut."""

SECRET_FIELDS = frozenset(
    """access_token api_key api_secret api_token app_token authentication_token authorization btoken client_secret
    client_token current_password management_token password password_confirmation refresh_token secret token
    x-app-token x-client-token x-management-token""".split()
)
"""Names of headers, query parameters and JSON members whose values the view masks, lower case."""

_NAMES = "|".join(sorted(SECRET_FIELDS))
_SECRET_MEMBER = re.compile(
    rf"""((["'])(?:{_NAMES})\2\s*:\s*(["']))((?:\\.|(?!\3)[^\\])*)""", re.IGNORECASE | re.DOTALL
)
_PAIR = re.compile(r"(?:(?<=[&?])|^)([^=&?]+)=([^&]*)")
_USERINFO = re.compile(r"^([a-z]+://)[^/?#]*@", re.IGNORECASE)


class Diagnostic(msgspec.Struct, frozen=True, gc=False):
    """What a vendor would silently drop, truncate, coerce or ignore: told on the second channel.

    `severity` is info, warning or error; `pointer` (RFC 6901) leads to the value in the request.
    """

    code: str
    severity: str
    message: str
    pointer: str = ""

    def view(self) -> dict[str, str]:
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "pointer": self.pointer,
        }


class Entry(msgspec.Struct, gc=False):
    """One call (kind `call`) or one thing that happened inside a vendor (kind `event`).

    `caller` and `vendor` are vendor names, "outside" for whoever uses the emulator, or a host.
    `error` says why a call brought no answer, or names a fault of ours. The heads hold names and values of
    headers with a NUL between one and the next: ten thousand entries of them are no work for the collector.
    """

    id: int
    at: datetime
    kind: str
    caller: str
    vendor: str
    cause: int | None = None
    operation: str = ""
    method: str = ""
    url: str = ""
    status: int = 0
    summary: str = ""
    error: str = ""
    request_head: bytes = b""
    request_body: bytes = b""
    response_head: str = ""
    response_body: bytes = b""
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def request_headers(self) -> list[tuple[str, str]]:
        return unpacked(self.request_head.decode("latin-1"))

    @property
    def response_headers(self) -> list[tuple[str, str]]:
        return unpacked(self.response_head)


def packed(headers: Iterable[tuple[str, str]]) -> str:
    """Headers as an entry keeps them."""
    return "\0".join(chain.from_iterable(headers))


def unpacked(head: str) -> list[tuple[str, str]]:
    parts = head.split("\0") if head else []
    return list(zip(parts[::2], parts[1::2], strict=False))


class Journal:
    """The newest entries of a world, oldest first; ids grow by one and are never reused until a reset."""

    def __init__(self, size: int = DEFAULT_SIZE) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self._last = 0

    def next_id(self) -> int:
        """Reserve the id of an entry that is still being made, so that what it causes can name it."""
        self._last += 1
        return self._last

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)

    @property
    def full(self) -> bool:
        """Whether it holds no more: older entries make room for newer ones, or are about to."""
        return len(self._entries) == self._entries.maxlen

    def reset(self) -> None:
        self._entries.clear()
        self._last = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(sorted(self._entries, key=lambda entry: entry.id))

    def __len__(self) -> int:
        return len(self._entries)

    def select(
        self,
        *,
        vendor: str | None = None,
        operation: str | None = None,
        status: int | None = None,
        cause: int | None = None,
        since: int = 0,
    ) -> list[Entry]:
        """Entries that match all filters; `since` is the last id already seen, `cause` a direct cause."""
        return [
            entry
            for entry in self
            if entry.id > since
            and (vendor is None or entry.vendor == vendor)
            and (operation is None or entry.operation == operation)
            and (status is None or entry.status == status)
            and (cause is None or entry.cause == cause)
        ]


def view(entry: Entry, *, masked: bool = True) -> dict[str, Any]:
    """An entry as JSON, secrets masked unless somebody asks for them to repeat a call."""
    body: dict[str, Any] = {
        "id": entry.id,
        "at": iso(entry.at),
        "kind": entry.kind,
        "caller": entry.caller,
        "vendor": entry.vendor,
        "operation": entry.operation or None,
        "cause": entry.cause,
        "summary": entry.summary,
        "error": entry.error or None,
        "status": entry.status or None,
        "diagnostics": [diagnostic.view() for diagnostic in entry.diagnostics],
    }
    if entry.kind == "call":
        body["request"] = {
            "method": entry.method,
            "url": _masked_url(entry.url) if masked else entry.url,
            "headers": _masked_headers(entry.request_headers) if masked else dict(entry.request_headers),
            "body": _readable(entry.request_body, masked=masked),
        }
        body["response"] = {
            "status": entry.status or None,
            "headers": _masked_headers(entry.response_headers) if masked else dict(entry.response_headers),
            "body": _readable(entry.response_body, masked=masked),
        }
    return body


def mask(secret: str) -> str:
    """Enough to tell two secrets apart, not enough to use one."""
    return f"{secret[:4]}…" if len(secret) >= 12 else "…"


def _masked_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: _masked_header(name.lower(), value) for name, value in headers}


def _masked_header(name: str, value: str) -> str:
    if name not in SECRET_FIELDS:
        return value
    scheme, blank, rest = value.partition(" ")
    return f"{scheme} {mask(rest)}" if blank else mask(value)


def _masked_url(url: str) -> str:
    path, mark, query = _USERINFO.sub(r"\1…@", url).partition("?")
    return f"{path}{mark}{_masked_pairs(query)}"


def _masked_pairs(text: str) -> str:
    """Form-encoded text, otherwise as it was."""

    def masked(pair: re.Match[str]) -> str:
        secret = unquote_plus(pair[1]).lower() in SECRET_FIELDS
        return f"{pair[1]}={mask(unquote_plus(pair[2]))}" if secret else pair[0]

    return _PAIR.sub(masked, text)


def _masked_text(text: str) -> str:
    """Text that is no JSON, or no longer: what looks like a secret member or a form's secret field is masked."""
    return _masked_pairs(_SECRET_MEMBER.sub(lambda member: member[1] + mask(member[4]), text))


def _masked(value: Any, secret: bool = False) -> Any:
    """JSON with all that stands under a secret name masked."""
    if isinstance(value, dict):
        return {key: _masked(item, secret or key.lower() in SECRET_FIELDS) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, secret) for item in value]
    if not secret or value is None or isinstance(value, bool):
        return value
    return mask(str(value))


def _readable(raw: bytes, *, masked: bool) -> Any:
    """JSON as JSON, a form as text with masked values, other text as text, bytes as their number."""
    if not raw:
        return None
    if len(raw) > BODY_LIMIT:
        text = raw[:BODY_LIMIT].decode(errors="replace")
        return {"truncated": True, "text": _masked_text(text) if masked else text}
    try:
        value = codec.decode(raw)
        return _masked(value) if masked else value
    except codec.BadJson:
        pass
    try:
        return _masked_text(raw.decode()) if masked else raw.decode()
    except UnicodeDecodeError:
        return {"binary": len(raw)}
