"""The ZIP of a user export: written profile by profile while other calls are answered, read piece by piece.

It lies in memory as long as it is small, then in a temporary file that nobody else sees.
"""

from __future__ import annotations

import asyncio
import itertools
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from stampcard.core import codec
from stampcard.core.http import Chunks

USERS_PER_FILE = 5000
IN_MEMORY = 1024 * 1024
PIECE = 64 * 1024
YIELD_EVERY = 50
"""Profiles after which other work gets its turn."""


class ExportFile:
    """One ZIP with a file of JSON lines for every 5,000 users (names of the files are assumed)."""

    def __init__(self, prefix: str, at: datetime) -> None:
        self._prefix = prefix
        self._stamp = (at.year, at.month, at.day, at.hour, at.minute, at.second)
        self._file = cast("IO[bytes]", SpooledTemporaryFile(max_size=IN_MEMORY))
        weakref.finalize(self, self._file.close)

    async def write(self, rows: Iterable[Mapping[str, Any]], wanted: Callable[[], bool]) -> int:
        """Write all rows, for as long as they are `wanted`; returns how many there were."""
        count, left = 0, iter(rows)
        with ZipFile(self._file, "w", ZIP_DEFLATED) as archive:
            for number in itertools.count():
                some = list(itertools.islice(left, YIELD_EVERY))
                if not wanted() or (number and not some):
                    break
                with archive.open(self._member(number), "w") as member:
                    while some and wanted():
                        member.write(b"".join(codec.encode(row) + b"\n" for row in some))
                        count += len(some)
                        await asyncio.sleep(0)
                        some = list(itertools.islice(left, YIELD_EVERY)) if count % USERS_PER_FILE else []
        return count

    def _member(self, number: int) -> ZipInfo:
        info = ZipInfo(f"{self._prefix}/users-{number:04d}.txt", self._stamp)
        info.compress_type = ZIP_DEFLATED
        return info

    def read(self) -> Chunks:
        """The ZIP as it was written."""
        return Chunks(self._file.seek(0, 2), self._pieces)

    def _pieces(self) -> Iterator[bytes]:
        place = 0
        while piece := self._piece(place):
            place += len(piece)
            yield piece

    def _piece(self, place: int) -> bytes:
        """Several readers share the file, so each looks for its place anew."""
        self._file.seek(place)
        return self._file.read(PIECE)
