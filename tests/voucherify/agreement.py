"""Two OpenAPI documents held against each other: what we send must be allowed there, what it requires sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]


@dataclass
class Shape:
    """What a schema says of a value, its allOf, oneOf and anyOf taken together."""

    properties: dict[str, list[Schema]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    items: list[Schema] = field(default_factory=list)
    types: set[str] = field(default_factory=set)
    values: set[Any] | None = None
    is_open: bool = False

    def join(self, other: Shape) -> None:
        for name, schemas in other.properties.items():
            self.properties.setdefault(name, []).extend(schemas)
        self.items += other.items
        self.types |= other.types
        self.is_open = self.is_open or other.is_open
        if other.values is not None:
            self.values = (self.values or set()) | other.values


class Document:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._schemas = document["components"]["schemas"]
        self.operations: dict[str, Mapping[str, Any]] = {
            operation["operationId"]: operation
            for item in document.get("paths", {}).values()
            for operation in item.values()
            if isinstance(operation, dict) and "operationId" in operation
        }

    def shape(self, schemas: list[Schema], depth: int = 0) -> Shape:
        """What any of the schemas allows."""
        whole, required = Shape(), []
        for schema in schemas:
            found = self._one(self.resolved(schema), depth)
            whole.join(found)
            if found.types != {"null"}:
                required.append(found.required)
        whole.required = set.intersection(*required) if required else set()
        return whole

    def resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        return schema

    def _one(self, schema: Schema, depth: int) -> Shape:
        kinds = schema.get("type", [])
        shape = Shape(types={kinds} if isinstance(kinds, str) else set(kinds))
        shape.properties = {name: [value] for name, value in schema.get("properties", {}).items()}
        shape.required = set(schema.get("required", ()))
        shape.items = [schema["items"]] if "items" in schema else []
        values = schema.get("enum", [schema["const"]] if "const" in schema else None)
        shape.values = set(values) if values is not None else None
        shape.is_open = bool(schema.get("additionalProperties"))
        if schema.get("nullable"):
            shape.types.add("null")
        if depth < 12:
            for part in schema.get("allOf", ()):
                found = self.shape([part], depth + 1)
                shape.join(found)
                shape.required |= found.required
            for word in ("oneOf", "anyOf"):
                if word in schema:
                    found = self.shape(list(schema[word]), depth + 1)
                    shape.join(found)
                    shape.required |= found.required
        return shape


class Comparison:
    """`ours` against one or more editions of the vendor's document; the last one says what is required."""

    def __init__(self, ours: Document, *theirs: Document) -> None:
        self._ours = ours
        self._theirs = theirs
        self._seen: set[tuple[str, str]] = set()

    def replies(self, place: str, mine: Schema, theirs: list[list[Schema]]) -> Iterator[str]:
        """Differences of a reply: `extra` we send what is not there, `missing` it is required and may lack in ours,
        `type` and `value` we may send what is not allowed there."""
        yield from self._walk(place, mine, theirs, self._reply)

    def requests(self, place: str, mine: Schema, theirs: list[list[Schema]]) -> Iterator[str]:
        """Differences of a request: `accepts` we read what is not there, `ignores` we do not know what is there."""
        yield from self._walk(place, mine, theirs, self._request)

    def _walk(self, place: str, mine: Schema, theirs: list[list[Schema]], differences: Any) -> Iterator[str]:
        if "$ref" in mine:
            place = mine["$ref"].rpartition("/")[2]
        key = (place, repr(theirs))
        if key in self._seen:
            return
        self._seen.add(key)
        one = self._ours.shape([mine])
        others = [document.shape(schemas) for document, schemas in zip(self._theirs, theirs, strict=True)]
        yield from differences(place, one, others)
        for name, schemas in one.properties.items():
            below = [other.properties.get(name, []) for other in others]
            if any(below):
                yield from self._walk(f"{place}/{name}", schemas[0], below, differences)
        if one.items and any(other.items for other in others):
            yield from self._walk(f"{place}[]", one.items[0], [other.items for other in others], differences)

    @staticmethod
    def _reply(place: str, one: Shape, others: list[Shape]) -> Iterator[str]:
        known = {name for other in others for name in other.properties}
        if known and not any(other.is_open for other in others):
            yield from (f"extra {place}/{name}" for name in one.properties.keys() - known)
        yield from (f"missing {place}/{name}" for name in others[-1].required - one.required)
        # Null is not compared: the two editions disagree on it, and the examples send it where neither allows it.
        types = {"null", *(kind for other in others for kind in other.types)}
        if "number" in types:
            types.add("integer")
        if types != {"null"} and (wrong := one.types - types):
            yield f"type {place} {','.join(sorted(wrong))}"
        values = [other.values for other in others]
        if one.values is not None and all(known is not None for known in values if known != set()):
            allowed = set().union(*(known or set() for known in values))
            wrong_values = {value for value in one.values - allowed if value is not None}
            yield from (f"value {place} {value}" for value in wrong_values if allowed)

    @staticmethod
    def _request(place: str, one: Shape, others: list[Shape]) -> Iterator[str]:
        known = {name for other in others for name in other.properties}
        if known and one.properties:
            yield from (f"accepts {place}/{name}" for name in one.properties.keys() - known)
            yield from (f"ignores {place}/{name}" for name in known - one.properties.keys())
