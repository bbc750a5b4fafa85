"""Where our contract and a vendor's document part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stampcard.core import codec
from stampcard.core.severity import SEVERITIES
from stampcard.drift import openapi, postman
from stampcard.drift.shapes import Document, Field, Fields, Place, Shape, UnreadableDocument


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: `side` is `ours` (only we have it), `theirs` (only they do) or `both` (they disagree)."""

    severity: str
    place: Place
    side: str
    what: str


def read(path: Path) -> Document:
    """An OpenAPI 3.x document or Postman collection, JSON or YAML. Raises UnreadableDocument."""
    try:
        raw = path.read_bytes()
        document = _decoded(path, raw)
    except OSError as error:
        raise UnreadableDocument(f"{path}: {error.strerror}") from error
    if not isinstance(document, dict):
        raise UnreadableDocument(f"{path}: neither an OpenAPI document nor a Postman collection")
    try:
        if str(document.get("openapi", "")).startswith("3."):
            return openapi.shapes(document)
        if "item" in document:
            return postman.shapes(document)
    except UnreadableDocument as error:
        raise UnreadableDocument(f"{path}{_line_of(raw, error.words)}: {error}") from error
    except (AttributeError, KeyError, TypeError) as error:
        raise UnreadableDocument(f"{path}: not put together as its format says: {error!r}") from error
    raise UnreadableDocument(f"{path}: neither an OpenAPI 3.x document nor a Postman collection")


def _line_of(raw: bytes, words: str) -> str:
    """`:12` for the first line that holds the words."""
    lines = raw.decode(errors="replace").splitlines() if words else []
    return next((f":{number}" for number, line in enumerate(lines, start=1) if words in line), "")


def _decoded(path: Path, raw: bytes) -> Any:
    if path.suffix in (".yaml", ".yml"):
        import yaml

        try:
            return yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
            raise UnreadableDocument(f"{place}: not YAML: {getattr(error, 'problem', None) or error}") from error
    try:
        import json

        return json.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except json.JSONDecodeError as error:
        raise UnreadableDocument(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(f"{path}: not JSON: {error}") from error


Known = set[tuple[str, ...]]
"""Differences that were there before: severity, method, path, side and what."""


def key(one: Difference) -> tuple[str, ...]:
    return (one.severity, *one.place, one.side, one.what)


def known(path: Path) -> Known:
    """What `--write` kept. Raises UnreadableDocument."""
    try:
        rows = codec.decode(path.read_bytes())
        return {tuple(str(member) for member in row) for row in rows}
    except OSError as error:
        raise UnreadableDocument(f"{path}: {error.strerror}") from error
    except (codec.BadJson, TypeError) as error:
        raise UnreadableDocument(f"{path}: not kept by `contract diff --write`: {error}") from error


def differences(ours: Document, theirs: Document, listed: set[Place]) -> list[Difference]:
    """Everything that differs, errors first. `listed` are the operations of our index, emulated or not."""
    found: list[Difference] = []
    for place in sorted(theirs.keys() - listed):
        found.append(Difference("error", place, "theirs", "operation"))
    for place in sorted(listed - theirs.keys()):
        found.append(Difference("warning", place, "ours", "operation"))
    for place in sorted(ours.keys() & theirs.keys()):
        found += _of_operation(place, ours[place], theirs[place])
    return sorted(found, key=lambda one: -SEVERITIES.index(one.severity))


def _of_operation(place: Place, ours: Shape, theirs: Shape) -> Iterator[Difference]:
    yield from _fields(place, "query", ours.parameters, theirs.parameters, sent=False)
    yield from _fields(place, "request", ours.request, theirs.request, sent=False)
    for status in sorted(ours.answers.keys() | theirs.answers.keys()):
        if status not in theirs.answers or status not in ours.answers:
            side = "ours" if status in ours.answers else "theirs"
            severity = "warning" if status.startswith("2") else "info"
            yield Difference(severity, place, side, f"answer {status}")
        else:
            found = _fields(place, f"answer {status}", ours.answers[status], theirs.answers[status], sent=True)
            # One error object serves all refusals of a vendor; what a status never fills in is no drift.
            yield from found if status.startswith("2") else (replace(one, severity="info") for one in found)


def _fields(place: Place, where: str, ours: Fields, theirs: Fields, *, sent: bool) -> Iterator[Difference]:
    """`sent` fields are those we send: one of ours that they do not have, or one they require and we lack, is wrong."""
    if not theirs or not ours:
        return
    for pointer in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(pointer), theirs.get(pointer)
        if other is None:
            # What we may leave out may also be what this operation never fills in.
            yield Difference(
                "error" if sent and mine and mine.required else "warning", place, "ours", f"{where} {pointer}"
            )
        elif mine is None:
            yield Difference("error" if other.required else "info", place, "theirs", f"{where} {pointer}")
        else:
            yield from _field(place, f"{where} {pointer}", mine, other)


def _field(place: Place, where: str, ours: Field, theirs: Field) -> Iterator[Difference]:
    if ours.types and theirs.types and not ours.types & theirs.types:
        yield Difference("error", place, "both", f"{where}: {_list(ours.types)} here, {_list(theirs.types)} there")
    if ours.enum and theirs.enum and ours.enum != theirs.enum:
        only = f"only here {_list(ours.enum - theirs.enum)}; only there {_list(theirs.enum - ours.enum)}"
        yield Difference("warning", place, "both", f"{where}: values {only}")
    if ours.required != theirs.required:
        yield Difference("info", place, "both", f"{where}: required {'here' if ours.required else 'there'} only")


def _list(values: set[str]) -> str:
    return ", ".join(sorted(values)) or "none"


def ours_of(document: dict[str, Any]) -> Document:
    """Our own contract, exported as one OpenAPI document, as shapes."""
    return openapi.shapes(codec.decode(codec.encode(document)))
