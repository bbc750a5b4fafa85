"""Reading parameters and checking bodies against the schemas of an operation; compiled on first use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import jsonschema_rs

from stampcard.core.errors import ReplyFault, Violation
from stampcard.core.journal import Diagnostic

_PREFIX = "#/components/"
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?")


def resolved(value: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow `$ref` within the vendor's components."""
    while "$ref" in value:
        kind, name = value["$ref"].removeprefix(_PREFIX).split("/", 1)
        value = components[kind][name]
    return value


def pointer_to(*path: str | int, below: str = "") -> str:
    """A path as a JSON pointer (RFC 6901): `/a~1b/0`."""
    return below + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def compile_schema(schema: Mapping[str, Any], components: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({**schema, "components": {"schemas": components.get("schemas", {})}})


def violations(validator: jsonschema_rs.Draft202012Validator, value: Any, where: str) -> list[Violation]:
    """All breaches, outermost first, as the vendor-neutral record the vendors word their answers from."""
    found = [_violation(error, where) for error in validator.iter_errors(value)]
    return sorted(found, key=lambda v: len(v.path))


def _violation(error: jsonschema_rs.ValidationError, where: str) -> Violation:
    keyword = next(str(part) for part in reversed(error.schema_path) if isinstance(part, str))
    limit = next(iter(error.kind.as_dict().values()), None)
    if keyword == "type" and isinstance(limit, list) and len(limit) == 1:
        limit = limit[0]
    return Violation(where, tuple(error.instance_path), keyword, limit, error.instance, error.message)


class ParameterRule:
    """One parameter of an operation, read from text to its declared type."""

    def __init__(self, definition: Mapping[str, Any], components: Mapping[str, Any]) -> None:
        found = resolved(definition, components)
        self.name: str = found["name"]
        self.where: str = found["in"]
        self.required: bool = found.get("required", False)
        self.schema = resolved(found.get("schema", {}), components)
        self._components = components
        self._item = resolved(self.schema.get("items", {}), components)
        constraints = self.schema.keys() - {"items"} | self._item.keys()
        self._constrained = bool(constraints - {"type", "description", "default", "examples"})

    @cached_property
    def _validator(self) -> jsonschema_rs.Draft202012Validator:
        return compile_schema(self.schema, self._components)

    def read(self, values: Sequence[str]) -> tuple[Any, list[Violation]]:
        """The value of the declared type, or what is wrong with the text."""
        kind = self.schema.get("type", "string")
        texts: Any = list(values) if kind == "array" else values[-1]
        try:
            if kind == "array":
                item = self._item.get("type", "string")
                value: Any = [_typed(text, item) for text in texts]
            else:
                value = _typed(texts, kind)
        except ValueError:
            message = f"{texts!r} is not of type {kind!r}"
            return None, [Violation(self.where, (self.name,), "type", kind, texts, message)]
        if not self._constrained:
            return value, []
        found = violations(self._validator, value, self.where)
        return value, [Violation(v.where, (self.name, *v.path), v.keyword, v.limit, v.value, v.message) for v in found]


def _typed(text: str, kind: str | Sequence[str]) -> Any:
    if kind in ("integer", "number"):
        if not _NUMBER.fullmatch(text) or (kind == "integer" and not text.lstrip("-").isdigit()):
            raise ValueError(text)
        return int(text) if kind == "integer" else float(text)
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise ValueError(text)
        return text.lower() == "true"
    return text


class BodyRule:
    """The request body of an operation: required or not, its media types and schema."""

    def __init__(self, definition: Mapping[str, Any], components: Mapping[str, Any]) -> None:
        content = definition.get("content", {})
        self.required: bool = definition.get("required", False)
        self.media_types = tuple(content)
        media: Mapping[str, Any] = content.get("application/json") or next(iter(content.values()), {})
        self.schema: Mapping[str, Any] = media.get("schema", {})
        self._components = components

    @cached_property
    def _validator(self) -> jsonschema_rs.Draft202012Validator:
        return compile_schema(self.schema, self._components)

    @cached_property
    def _known(self) -> _Known:
        return _known(self.schema, self._components, 0)

    def check(self, value: Any) -> list[Violation]:
        if self._validator.is_valid(value):
            return []
        return violations(self._validator, value, "body")

    def unknown(self, value: Any) -> Iterable[Diagnostic]:
        """A warning for every member the contract does not name: the vendor ignores it."""
        found: list[str] = []
        self._known.unknown(value, (), found)
        if not found:
            return ()
        return [Diagnostic("unknown-field", "warning", "the vendor ignores this field", pointer) for pointer in found]


class _Known:
    """The member names a schema declares, at every level where it declares any and is not open.

    `deep` holds the members that have something to tell themselves.
    """

    __slots__ = ("deep", "items", "names", "open", "patterns")

    def __init__(
        self, members: dict[str, _Known | None], items: _Known | None, patterns: list[re.Pattern[str]], is_open: bool
    ) -> None:
        self.names = members.keys()
        self.deep = {name: below for name, below in members.items() if below is not None and below.tells}
        self.items = items if items is not None and items.tells else None
        self.patterns = patterns
        self.open = is_open

    @property
    def tells(self) -> bool:
        """Whether any value could have a member that is unknown."""
        return not self.open or bool(self.deep) or self.items is not None

    def unknown(self, value: Any, path: tuple[str | int, ...], found: list[str]) -> None:
        """Add the pointers of unknown members to `found`; `path` leads to the value."""
        if isinstance(value, dict):
            if not self.open and not value.keys() <= self.names:
                found += [
                    pointer_to(*path, key)
                    for key in value
                    if key not in self.names and not any(pattern.search(key) for pattern in self.patterns)
                ]
            for name, below in self.deep.items():
                if name in value:
                    below.unknown(value[name], (*path, name), found)
        elif isinstance(value, list) and self.items is not None:
            for index, item in enumerate(value):
                self.items.unknown(item, (*path, index), found)


def _known(schema: Mapping[str, Any], components: Mapping[str, Any], level: int) -> _Known:
    """`level` bounds recursive schemas: below it nothing is told."""
    parts = list(_branches(schema, components, 0))
    members: dict[str, _Known | None] = {}
    items: _Known | None = None
    for part in parts:
        for name, definition in part.get("properties", {}).items():
            below = _known(definition, components, level + 1) if level < 6 else None
            members[name] = below if below is not None and below.tells else members.get(name)
        if "items" in part and level < 6:
            items = _known(part["items"], components, level + 1)
    patterns = [re.compile(pattern) for part in parts for pattern in part.get("patternProperties", ())]
    declared = any("properties" in part for part in parts)
    is_open = not declared or any(part.get("additionalProperties") not in (None, False) for part in parts)
    return _Known(members, items, patterns, is_open)


def _branches(schema: Any, components: Mapping[str, Any], level: int) -> Iterable[Mapping[str, Any]]:
    """A schema and all that it is composed of; `true` and `false` stand for nothing."""
    if not isinstance(schema, Mapping):
        return
    found = resolved(schema, components)
    yield found
    for key in ("allOf", "anyOf", "oneOf", "then", "else"):
        parts = found.get(key, ())
        for part in (parts,) if isinstance(parts, Mapping) else parts:
            if level < 6:
                yield from _branches(part, components, level + 1)


class ReplyRule:
    """What an operation may answer; a reply off contract is a fault of ours."""

    def __init__(self, operation: str, responses: Mapping[str, Any], components: Mapping[str, Any]) -> None:
        self._operation = operation
        self._responses = {str(status): resolved(r, components) for status, r in responses.items()}
        self._components = components
        self._validators: dict[int, jsonschema_rs.Draft202012Validator | None] = {}

    def check(self, status: int, body: Any) -> None:
        """Raises ReplyFault for a status the contract does not list or a body that breaks its schema."""
        validator = self._validator(status)
        if validator is not None and not validator.is_valid(body):
            first = violations(validator, body, "reply")[0]
            place = "/".join(map(str, first.path))
            raise ReplyFault(f"{self._operation}: reply {status} breaks its contract at /{place}: {first.message}")

    def violations(self, status: int, body: Any) -> list[Violation]:
        """All that breaks the schema of a status. Raises ReplyFault for a status the contract does not list."""
        validator = self._validator(status)
        return violations(validator, body, "reply") if validator is not None else []

    def _validator(self, status: int) -> jsonschema_rs.Draft202012Validator | None:
        try:
            return self._validators[status]
        except KeyError:
            validator = self._validators[status] = self._compile(status)
            return validator

    def _compile(self, status: int) -> jsonschema_rs.Draft202012Validator | None:
        responses = self._responses
        response = responses.get(str(status)) or responses.get(f"{status // 100}XX") or responses.get("default")
        if response is None:
            raise ReplyFault(f"{self._operation}: status {status} is not in its contract")
        schema = response.get("content", {}).get("application/json", {}).get("schema")
        return compile_schema(schema, self._components) if schema is not None else None
