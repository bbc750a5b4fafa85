"""A request and a response as the vendors see them: raw target, raw body, headers without case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from stampcard.core import codec

OUTSIDE = "outside"
"""The caller's name for whoever uses the emulator."""


class Headers:
    """Header fields in the order sent, looked up without case; `raw` as sent, decoded (Latin-1) when asked for."""

    __slots__ = ("_first", "_packed", "raw")

    def __init__(self, items: Iterable[tuple[str, str]]) -> None:
        self.raw: Sequence[tuple[bytes, bytes]] = [(name.encode(), value.encode()) for name, value in items]
        self._first = {name.lower(): value for name, value in reversed(self.raw)}
        self._packed: bytes | None = None

    @classmethod
    def received(cls, raw: Sequence[tuple[bytes, bytes]]) -> Headers:
        """Headers as an ASGI server hands them over, names in lower case."""
        headers = cls.__new__(cls)
        headers.raw = raw
        headers._first = dict(reversed(raw))
        headers._packed = None
        return headers

    @property
    def packed(self) -> bytes:
        """Names and values as sent, a NUL between one and the next, which no header may hold."""
        if self._packed is None:
            self._packed = b"\0".join(chain.from_iterable(self.raw))
        return self._packed

    @property
    def items(self) -> tuple[tuple[str, str], ...]:
        return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in self.raw)

    def get(self, name: str, default: str = "") -> str:
        """The first value of the field `name` (lower case)."""
        value = self._first.get(name.encode())
        return value.decode("latin-1") if value is not None else default

    def __contains__(self, name: str) -> bool:
        return name.encode() in self._first

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.items)


class Request:
    """One HTTP request.

    `target` is path and query as sent, still encoded; `body` the bytes as sent. `oversize` says the body was over the
    vendor's limit and was not kept. `caller` and `cause` are known for calls that come by the wire.
    """

    def __init__(
        self,
        method: str,
        target: str,
        headers: Headers,
        body: bytes = b"",
        *,
        scheme: str = "http",
        caller: str = OUTSIDE,
        cause: int | None = None,
        oversize: bool = False,
    ) -> None:
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.scheme = scheme
        self.caller = caller
        self.cause = cause
        self.oversize = oversize
        self.raw_path, _, self.raw_query = target.partition("?")
        self._query: dict[str, list[str]] | None = None
        self._json: tuple[Any, codec.BadJson | None] | None = None

    @property
    def host(self) -> str:
        return self.headers.get("host")

    @property
    def media_type(self) -> str:
        """The content type without parameters, lower case; empty when there is none."""
        return self.headers.get("content-type").partition(";")[0].strip().lower()

    @property
    def bearer(self) -> str | None:
        """The token of `Authorization: Bearer`, which may be empty; None where another scheme or nothing is given."""
        scheme, _, token = self.headers.get("authorization").strip().partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    @property
    def query(self) -> dict[str, list[str]]:
        """Query parameters, decoded, every value in the order sent."""
        if self._query is None:
            self._query = pairs_to_lists(self.raw_query)
        return self._query

    @property
    def json(self) -> Any:
        """The body as JSON, decoded once. Raises codec.BadJson."""
        if self._json is None:
            self._json = _decoded(self.body)
        value, error = self._json
        if error is not None:
            raise error
        return value


class Chunks(msgspec.Struct, frozen=True):
    """A body too large to be held in one piece: its `size` in bytes, and `pieces`, which yields it from the start."""

    size: int
    pieces: Callable[[], Iterator[bytes]]

    def head(self, most: int) -> bytes:
        """The first piece, up to so many bytes."""
        return next(self.pieces(), b"")[:most]


class Response:
    """One HTTP response; `chunks` is its body where that comes in pieces, and `body` puts them together.

    `entry` is the journal id it was recorded under in `world`, by the `vendor` of ours that answered, if one did. A
    fault may hold it back for `delay` seconds, or drop it (`dropped`: the caller gets a broken connection instead).
    """

    __slots__ = ("_body", "chunks", "delay", "dropped", "entry", "headers", "operation", "status", "vendor", "world")

    def __init__(
        self,
        status: int,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes | Chunks = b"",
        entry: int = 0,
        world: str = "",
    ) -> None:
        self.status = status
        self.headers = headers
        self.chunks: Chunks | None = None
        self._body = b""
        if isinstance(body, bytes):
            self._body = body
        else:
            self.chunks = body
        self.entry = entry
        self.world = world
        self.delay = 0.0
        self.dropped = False
        self.vendor = ""
        self.operation = ""

    @property
    def body(self) -> bytes:
        return self._body if self.chunks is None else b"".join(self.chunks.pieces())

    def head(self, most: int) -> bytes:
        """The beginning of the body, up to so many bytes."""
        return self._body[:most] if self.chunks is None else self.chunks.head(most)

    @property
    def json(self) -> Any:
        """The body as JSON. Raises codec.BadJson."""
        return codec.decode(self.body)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def _decoded(raw: bytes) -> tuple[Any, codec.BadJson | None]:
    try:
        return codec.decode(raw), None
    except codec.BadJson as error:
        return None, error


def pairs_to_lists(text: str) -> dict[str, list[str]]:
    """Form-encoded text to name -> values."""
    values: dict[str, list[str]] = {}
    if text:
        for name, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
            values.setdefault(name, []).append(value)
    return values


def decode_segment(segment: str) -> str:
    """A path segment, percent-decoded (`%2F` stays inside it)."""
    return unquote(segment) if "%" in segment else segment
