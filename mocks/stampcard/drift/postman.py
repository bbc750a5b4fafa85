"""Shapes from a Postman collection (v2.0 and v2.1): types are read off its example bodies, nothing is required."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stampcard.core import codec
from stampcard.drift.shapes import Document, Field, Fields, Place, Shape, place

_KINDS = ((bool, "boolean"), (str, "string"), (int, "number"), (float, "number"), (list, "array"), (dict, "object"))


def shapes(collection: Mapping[str, Any]) -> Document:
    """Every request of a collection, those of one place put together."""
    found: dict[Place, Shape] = {}
    for item in _items(collection.get("item", ())):
        request = item["request"]
        if isinstance(request, str):
            request = {"method": "GET", "url": request}
        shape = found.setdefault(place(request.get("method", "GET"), _path(request.get("url", ""))), Shape())
        for row in request["url"].get("query", ()) if isinstance(request.get("url"), Mapping) else ():
            shape.parameters[str(row.get("key"))] = Field({"string"})
        _add(shape.request, (request.get("body") or {}).get("raw"))
        for response in item.get("response", ()):
            _add(shape.answers.setdefault(str(response.get("code", "")), {}), response.get("body"))
    return found


def _items(items: Any) -> Iterator[Mapping[str, Any]]:
    for item in items:
        if isinstance(item, Mapping):
            if "request" in item:
                yield item
            yield from _items(item.get("item", ()))


def _path(url: Any) -> str:
    if isinstance(url, Mapping) and url.get("path"):
        parts = url["path"] if isinstance(url["path"], list) else [url["path"]]
        return "/".join("{}" if str(part).startswith(("{{", ":")) else str(part) for part in parts)
    raw = str(url.get("raw", "") if isinstance(url, Mapping) else url)
    path = raw.partition("?")[0].partition("://")[2] or raw.removeprefix("{{").partition("}}")[2] or raw
    return path if path.startswith("/") else path.partition("/")[2]


def _add(fields: Fields, text: Any) -> None:
    if isinstance(text, str) and text.strip():
        try:
            _walk(codec.decode(text.encode()), "", fields)
        except (codec.BadJson, UnicodeEncodeError):
            pass  # An example with placeholders that are not JSON says nothing about fields.


def _walk(value: Any, pointer: str, fields: Fields) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            kind = next((name for cls, name in _KINDS if isinstance(item, cls)), "null")
            fields.setdefault(f"{pointer}/{key}", Field()).types.add(kind)
            _walk(item, f"{pointer}/{key}", fields)
    elif isinstance(value, list):
        for item in value:
            _walk(item, f"{pointer}/*", fields)
