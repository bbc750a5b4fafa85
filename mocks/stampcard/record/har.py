"""Writing HAR 1.2 a call at a time: the file is whole after each, so that a crash loses at most the last one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from stampcard.core import codec
from stampcard.core.clock import iso
from stampcard.record.calls import Copy, Passed, media_type, text_of
from stampcard.record.masking import Masker

TAIL = b"\n]}}\n"
Json = dict[str, Any]


class HarWriter:
    """Appends entries to a new file. Raises OSError when the file is there already or cannot be written."""

    def __init__(self, path: Path, vendor: str) -> None:
        creator = {"name": "stampcard", "version": version("stampcard"), "comment": f"record {vendor}"}
        head = codec.encode({"version": "1.2", "creator": creator, "comment": "secrets and people are pseudonyms"})
        start = b'{"log":' + head[:-1] + b',"entries":['
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._end = len(start)
        self.count = 0
        self._write(start + TAIL, 0)

    def add(self, entry: Json) -> None:
        """One entry on a line of its own, with the end of the document, in one write."""
        line = (b",\n" if self.count else b"\n") + codec.encode(entry)
        self._write(line + TAIL, self._end)
        self._end += len(line)
        self.count += 1

    def close(self) -> None:
        os.close(self._file)

    def _write(self, data: bytes, at: int) -> None:
        """All of it, or the file is as it was: a disk that is full must not leave half an entry."""
        written = 0
        try:
            while written < len(data):
                written += os.pwrite(self._file, data[written:], at + written)
        except OSError:
            os.ftruncate(self._file, at)
            os.pwrite(self._file, TAIL, at)
            raise


def entry(passed: Passed, masker: Masker, operation: str, differences: Sequence[str]) -> Json:
    """A call as a HAR entry, masked: bodies first, because what is secret in them may stand in the URL, too."""
    posted, content = _posted(passed, masker), _content(passed, masker)
    ended = passed.ended or passed.started
    answered = passed.answered or ended
    wait = (answered - passed.started).total_seconds() * 1000
    receive = (ended - answered).total_seconds() * 1000
    return {
        "startedDateTime": iso(passed.started),
        "time": wait + receive,
        "request": _request(passed, masker) | ({"postData": posted} if posted is not None else {}),
        "response": {**_response(passed, masker), "content": content},
        "cache": {},
        "timings": {"send": 0, "wait": wait, "receive": receive},
        "_stampcard": {"operation": operation, "differences": list(differences)},
    }


def _request(passed: Passed, masker: Masker) -> Json:
    url = masker.url(passed.url)
    return {
        "method": passed.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(masker.headers(passed.request_headers)),
        "queryString": _pairs(parse_qsl(urlsplit(url).query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": passed.request_body.size,
    }


def _response(passed: Passed, masker: Masker) -> Json:
    headers = masker.headers(passed.response_headers)
    return {
        "status": passed.status,
        "statusText": passed.reason,
        "httpVersion": passed.version,
        "cookies": [],
        "headers": _pairs(headers),
        "redirectURL": next((value for name, value in headers if name.lower() == "location"), ""),
        "headersSize": -1,
        "bodySize": passed.response_body.size if passed.status else -1,
        **({"_error": passed.error} if passed.error else {}),
    }


def _pairs(pairs: Sequence[tuple[str, str]]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in pairs]


def _posted(passed: Passed, masker: Masker) -> Json | None:
    if not passed.request_body.size:
        return None
    media = media_type(passed.request_headers)
    text = text_of(passed.request_body, passed.request_headers)
    if text is None:
        return {"mimeType": media, "text": "", "comment": _why(passed.request_body)}
    return {"mimeType": media, "text": masker.body(media, text)}


def _content(passed: Passed, masker: Masker) -> Json:
    media = media_type(passed.response_headers)
    text = text_of(passed.response_body, passed.response_headers)
    if text is None:
        return {"size": passed.response_body.size, "mimeType": media, "comment": _why(passed.response_body)}
    return {"size": len(text.encode()), "mimeType": media, "text": masker.body(media, text)}


def _why(body: Copy) -> str:
    reason = "not text, or packed in a way that is not read here" if body.whole else "too long"
    return f"{body.size} bytes that could not be masked and are left out: {reason}"
