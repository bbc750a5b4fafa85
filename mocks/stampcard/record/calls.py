"""One call that was passed through, with as much of its bodies as is kept."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import datetime

KEPT = 1024 * 1024
"""Bytes of a body that are kept to be checked and written; all of it is passed through."""


@dataclass(slots=True)
class Copy:
    """A body that went by: the first KEPT bytes, and how long it was."""

    size: int = 0
    raw: bytearray = field(default_factory=bytearray)

    def add(self, part: bytes) -> None:
        self.size += len(part)
        if len(self.raw) < KEPT:
            self.raw += part[: KEPT - len(self.raw)]

    @property
    def whole(self) -> bool:
        return self.size == len(self.raw)


@dataclass(slots=True)
class Passed:
    """A call from the client to the vendor and its answer; `status` is the vendor's, 0 when the `error` took its place.

    `url` is the vendor's, `target` what the client asked for; times are wall time.
    """

    method: str
    target: str
    url: str
    started: datetime
    request_headers: list[tuple[str, str]]
    request_body: Copy = field(default_factory=Copy)
    status: int = 0
    reason: str = ""
    version: str = "HTTP/1.1"
    response_headers: list[tuple[str, str]] = field(default_factory=list)
    response_body: Copy = field(default_factory=Copy)
    answered: datetime | None = None
    ended: datetime | None = None
    error: str = ""


def header(pairs: list[tuple[str, str]], name: str) -> str:
    """The first value of a field (lower case), or nothing."""
    return next((value for key, value in pairs if key.lower() == name), "")


def media_type(pairs: list[tuple[str, str]]) -> str:
    return header(pairs, "content-type").partition(";")[0].strip().lower()


def text_of(body: Copy, pairs: list[tuple[str, str]]) -> str | None:
    """A body as text, unpacked; None when it is not whole, too long once unpacked, not text or packed in another way.

    Only what can be read can be masked, so nothing else is ever kept.
    """
    if not body.whole:
        return None
    raw = bytes(body.raw)
    packing = header(pairs, "content-encoding").strip().lower()
    if packing not in ("", "identity"):
        unpacked = _unpacked(raw, packing)
        if unpacked is None:
            return None
        raw = unpacked
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _unpacked(raw: bytes, packing: str) -> bytes | None:
    """At most KEPT bytes: a small body may unpack to any size."""
    bits = {"gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}.get(packing)
    if bits is None:
        return None
    reader = zlib.decompressobj(bits)
    try:
        plain = reader.decompress(raw, KEPT)
    except zlib.error:
        return None
    return plain if reader.eof else None
