"""Shapes from an OpenAPI 3.x document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stampcard.drift.shapes import Document, Field, Fields, Place, Shape, UnreadableDocument, place

MAX_DEPTH = 5
_METHODS = ("get", "put", "post", "delete", "patch")


def shapes(document: Mapping[str, Any]) -> Document:
    """Every operation of a document. Raises UnreadableDocument for a reference that leads nowhere."""
    found: dict[Place, Shape] = {}
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                parameters = [*item.get("parameters", ()), *item[method].get("parameters", ())]
                found[place(method, path)] = _Reader(document).shape(item[method], parameters)
    return found


class _Reader:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def shape(self, operation: Mapping[str, Any], parameters: list[Any]) -> Shape:
        shape = Shape()
        for definition in map(self._resolved, parameters):
            if definition.get("in") == "query":
                name = str(definition["name"])
                schema = self._resolved(definition.get("schema", {}))
                shape.parameters[name] = Field(_types(schema), bool(definition.get("required")), _enum(schema))
        body = self._resolved(operation.get("requestBody", {}))
        shape.request = self._fields(_json_schema(body))
        for status, response in operation.get("responses", {}).items():
            shape.answers[str(status)] = self._fields(_json_schema(self._resolved(response)))
        return shape

    def _fields(self, schema: Any) -> Fields:
        fields: Fields = {}
        self._walk(schema, "", fields, 0, certain=True)
        return fields

    def _walk(self, schema: Any, pointer: str, fields: Fields, depth: int, *, certain: bool) -> None:
        """`certain` is whether the object itself must be there in this form (no branch of anyOf or oneOf)."""
        if depth > MAX_DEPTH:
            return
        for part, sure in self._branches(schema, certain, 0):
            required = set(part.get("required", ())) if sure else set()
            for name, below in part.get("properties", {}).items():
                here = f"{pointer}/{name}"
                member = fields.setdefault(here, Field())
                for found, _ in self._branches(below, True, 0):
                    member.types |= _types(found)
                    member.enum |= _enum(found)
                member.required = member.required or name in required
                self._walk(below, here, fields, depth + 1, certain=True)
            if isinstance(part.get("items"), Mapping):
                self._walk(part["items"], f"{pointer}/*", fields, depth + 1, certain=True)

    def _branches(self, schema: Any, certain: bool, level: int) -> Iterator[tuple[Mapping[str, Any], bool]]:
        if not isinstance(schema, Mapping) or level > MAX_DEPTH:
            return
        found = self._resolved(schema)
        yield found, certain
        for part in found.get("allOf", ()):
            yield from self._branches(part, certain, level + 1)
        for key in ("anyOf", "oneOf"):
            for part in found.get(key, ()):
                yield from self._branches(part, certain and len(found[key]) == 1, level + 1)

    def _resolved(self, value: Any) -> Mapping[str, Any]:
        for _ in range(20):
            if not isinstance(value, Mapping):
                return {}
            reference = value.get("$ref")
            if not isinstance(reference, str):
                return value
            value = self._at(reference)
        raise UnreadableDocument("a reference goes round in a circle")

    def _at(self, reference: str) -> Any:
        value: Any = self._document
        if not reference.startswith("#/"):
            raise UnreadableDocument(f"{reference}: only references within the document are followed", reference)
        for part in reference[2:].split("/"):
            part = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(value, Mapping) or part not in value:
                raise UnreadableDocument(f"{reference}: leads nowhere", reference)
            value = value[part]
        return value


def _json_schema(holder: Mapping[str, Any]) -> Any:
    content = holder.get("content", {})
    media: Any = content.get("application/json") or next(iter(content.values()), {})
    return media.get("schema", {}) if isinstance(media, Mapping) else {}


def _types(schema: Mapping[str, Any]) -> set[str]:
    said = schema.get("type")
    types = {said} if isinstance(said, str) else set(said or ())
    if schema.get("nullable"):
        types.add("null")
    if not types and ("properties" in schema or "additionalProperties" in schema):
        types.add("object")
    return {"number" if kind == "integer" else str(kind) for kind in types}


def _enum(schema: Mapping[str, Any]) -> set[str]:
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return {str(value) for value in values}
