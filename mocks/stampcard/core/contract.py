"""contracts/<vendor>/ to operations: what is served, what is checked, and where we know it from.

A vendor's folder holds `index.yaml` (every operation the vendor documents, emulated or not), one OpenAPI 3.1 document
per resource group for what is emulated, and `setup.yaml` (JSON Schema of its part of the setup document). The
documents are read as one: a component has one name in all of them, and `common.yaml#/components/...` is the same as
`#/components/...`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from stampcard.core import events
from stampcard.core.checking import BodyRule, ParameterRule, ReplyRule, resolved
from stampcard.core.errors import ContractFault
from stampcard.core.http import Request
from stampcard.core.routing import Router

MAIN_SERVICE = "api"
_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_EMULATIONS = frozenset({"stateful", "static"})
_PROVENANCES = frozenset({"documented", "observed", "assumed"})


@dataclass(frozen=True)
class Operation:
    """One method and path of a vendor.

    `emulation` is stateful, static or none (listed, answered 501); `provenance` is documented, observed or assumed,
    with its `source`. `extra` holds the contract's other `x-` members without the prefix (`permission`, `auth` ...),
    and of the index `base` (where the vendor's host serves the path, such as /api; it is served without, too),
    `reason` (why it is not emulated) and `auth`, where no contract file is the place for it.
    """

    id: str
    vendor: str
    group: str
    method: str
    path: str
    service: str
    tier: str
    emulation: str
    provenance: str
    source: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    definition: Mapping[str, Any] = field(default_factory=dict)
    components: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def ours(self) -> bool:
        """Not the vendor's: an address of the emulator's own, such as where an exported file is kept."""
        return self.tier == "own"

    @cached_property
    def header(self) -> tuple[str, str]:
        """The header of an answer that names the operation."""
        return "X-Stampcard-Operation", self.id

    @cached_property
    def failures(self) -> Mapping[str, Mapping[str, Any]]:
        """Failures of the vendor's own that it documents: name -> `status` and `body`.

        Those of an operation are its `x-failures`, those of all of them the index's `failures`.
        """
        found: Mapping[str, Mapping[str, Any]] = self.extra.get("failures", {})
        return found

    @cached_property
    def max_body(self) -> int | None:
        """The most bytes of a body where they are not the vendor's usual ones (`x-max-body`)."""
        found: int | None = self.extra.get("max-body")
        return found

    @property
    def auth(self) -> tuple[str, ...]:
        """What a call has to prove, all of it, in names of the contract's `x-security`; told as `x-auth`."""
        found = self.extra.get("auth", "usual")
        return (found,) if isinstance(found, str) else tuple(found)

    @cached_property
    def parameters(self) -> tuple[ParameterRule, ...]:
        """Those of path and query; headers are read by whoever they mean something to."""
        rules = (ParameterRule(p, self.components) for p in self.definition.get("parameters", ()))
        return tuple(rule for rule in rules if rule.where in ("path", "query"))

    @cached_property
    def query_names(self) -> frozenset[str]:
        return frozenset(rule.name for rule in self.parameters if rule.where == "query")

    @cached_property
    def body(self) -> BodyRule | None:
        body = self.definition.get("requestBody")
        return BodyRule(resolved(body, self.components), self.components) if body else None

    @cached_property
    def replies(self) -> ReplyRule:
        return ReplyRule(self.id, self.definition.get("responses", {}), self.components)


class Match(msgspec.Struct, frozen=True):
    """A path the vendor has: the operation for the method, if any, with decoded path parameters."""

    operation: Operation | None
    path: dict[str, str]
    allowed: tuple[str, ...]


class Contract:
    """All operations of one vendor, by id and by route, and the events it sends out, by name."""

    def __init__(self, vendor: str, operations: Mapping[str, Operation], document: Mapping[str, Any]) -> None:
        self.vendor = vendor
        self.operations = operations
        self.document = document
        self.events = events.read(vendor, document["webhooks"], document["components"])
        self._routers: dict[str, Router[Operation]] = {}
        for operation in operations.values():
            router = self._routers.setdefault(operation.service, Router())
            router.add(operation.method, operation.path, operation)
            if base := operation.extra.get("base"):
                router.add(operation.method, base + operation.path, operation)
        self._services = tuple(sorted(self._routers, key=lambda name: name != MAIN_SERVICE))

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations.values())

    def find(self, request: Request, service: str | None) -> Match | None:
        """Where a request leads; None for a path the vendor does not have.

        `service` is the part of the vendor the host names; None (a host of ours) asks all of them, the main one first.
        """
        for name in (service,) if service else self._services:
            router = self._routers.get(name)
            found = router.find(request.raw_path, request.method) if router else None
            if found is not None:
                methods, values = found
                target = methods.get(request.method)
                if target is None:
                    return Match(None, {}, tuple(methods))
                operation, names = target
                return Match(operation, dict(zip(names, values, strict=True)), tuple(methods))
        return None

    @property
    def setup_schema(self) -> Mapping[str, Any]:
        schema: Mapping[str, Any] = self.document["setup"]
        return schema


def contracts_folder() -> Path:
    """The installed contracts, or those of the checkout."""
    packaged = Path(__file__).parent.parent / "contracts"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "contracts"


def vendors() -> list[str]:
    """The vendors that have a contract, in the order of the alphabet."""
    return sorted(path.parent.name for path in contracts_folder().glob("*/index.yaml"))


def load(vendor: str, folder: Path | None = None) -> Contract:
    """Read a vendor's folder. Raises ContractFault, naming file and operation, for anything that does not fit."""
    home = (folder or contracts_folder()) / vendor
    if not home.is_dir():
        raise ContractFault(f"no contract for {vendor!r}; there are {', '.join(vendors())}")
    document = _compiled(home)
    emulated = {definition["operationId"]: definition for definition in document["operations"]}
    failures = document["index"].get("failures", {})
    operations: dict[str, Operation] = {}
    for row in document["index"]["operations"]:
        definition = emulated.pop(row["id"], None)
        if definition is not None:
            _check_definition(home, row, definition)
        operation = _operation(vendor, row, definition, document["components"])
        if failures:
            own = {"failures": {**failures, **operation.failures}}
            operation = replace(operation, extra={**operation.extra, **own})
        if operation.id in operations:
            raise _fault(home, f"id: {operation.id},", f"{operation.id} is listed twice in index.yaml")
        operations[operation.id] = operation
    if emulated:
        first = next(iter(emulated))
        raise _fault(home, f"\n      operationId: {first},", f"not in index.yaml: {', '.join(sorted(emulated))}")
    return Contract(vendor, operations, document)


def _fault(home: Path, words: str, reason: str) -> ContractFault:
    """`vendor/file:line: reason`, for the first line of the vendor's files that holds the words."""
    for path in sorted(home.rglob("*.yaml")):
        for number, line in enumerate(path.read_bytes().decode(errors="replace").splitlines(), start=1):
            if words in f"\n{line},":
                return ContractFault(f"{home.name}/{path.relative_to(home)}:{number}: {reason}")
    return ContractFault(f"{home.name}: {reason}")


def _check_definition(home: Path, row: Mapping[str, Any], definition: Mapping[str, Any]) -> None:
    place, words = (definition["x-method"], definition["x-path"]), f"\n      operationId: {row['id']},"
    if place != (row["method"], row["path"]):
        raise _fault(home, words, f"{row['id']} is {row['method']} {row['path']} in index.yaml, not {place}")
    if definition.get("x-emulation") not in _EMULATIONS or definition.get("x-provenance") not in _PROVENANCES:
        raise _fault(home, words, f"{row['id']} lacks a valid x-emulation or x-provenance")
    if not definition.get("x-source"):
        raise _fault(home, words, f"{row['id']} lacks x-source")


def _operation(
    vendor: str, row: Mapping[str, Any], definition: Mapping[str, Any] | None, components: Mapping[str, Any]
) -> Operation:
    found = definition or {}
    known = ("x-emulation", "x-provenance", "x-source", "x-method", "x-path")
    return Operation(
        id=row["id"],
        vendor=vendor,
        group=row["group"],
        method=row["method"],
        path=row["path"],
        service=row.get("service", MAIN_SERVICE),
        tier=row.get("tier", ""),
        emulation=found.get("x-emulation", "none"),
        provenance=found.get("x-provenance", row.get("provenance", "documented")),
        source=found.get("x-source", row["source"]),
        extra={key: row[key] for key in ("base", "reason", "auth") if key in row}
        | {key[2:]: value for key, value in found.items() if key.startswith("x-") and key not in known},
        definition=found,
        components=components,
    )


def _compiled(home: Path) -> dict[str, Any]:
    """The folder as one document, from the cache beside it when the YAML has not changed (YAML reads slowly)."""
    files = {path: path.read_bytes() for path in sorted(home.rglob("*.yaml"))}
    if home / "index.yaml" not in files:
        raise ContractFault(f"no contract index at {home}")
    digest = hashlib.sha256()
    for path, raw in files.items():
        digest.update(str(path.relative_to(home)).encode() + b"\0" + raw + b"\0")
    cache = home / f".compiled-{digest.hexdigest()[:16]}.json"
    try:
        cached: dict[str, Any] = msgspec.json.decode(cache.read_bytes())
        return cached
    except (OSError, msgspec.DecodeError):
        document = _bundle(home, files)
        _store(home, cache, document)
        return document


def _store(home: Path, cache: Path, document: Mapping[str, Any]) -> None:
    try:
        for old in home.glob(".compiled-*.json"):
            old.unlink(missing_ok=True)
        part = cache.with_suffix(f".{hashlib.sha256(str(id(document)).encode()).hexdigest()[:8]}")
        part.write_bytes(msgspec.json.encode(document))
        part.replace(cache)
    except OSError:
        pass  # A read-only installation reads the YAML each time.


def _bundle(home: Path, files: Mapping[Path, bytes]) -> dict[str, Any]:
    components: dict[str, dict[str, Any]] = {}
    webhooks: dict[str, Any] = {}
    bundle: dict[str, Any] = {"operations": [], "webhooks": webhooks, "undescribed": [], "components": components}
    bundle |= {"setup": {"type": "object"}, "security": {}, "setups": {}}
    defined: dict[str, str] = {}
    for path, raw in files.items():
        name = str(path.relative_to(home))
        document = _read_yaml(f"{home.name}/{name}", raw)
        if name in ("index.yaml", "setup.yaml"):
            bundle[name.removesuffix(".yaml")] = document
            continue
        try:
            _gather(home, name, document, components)
            if twice := webhooks.keys() & document.get("webhooks", {}).keys():
                reason = f"described in another file, too: {', '.join(sorted(twice))}"
                raise ContractFault(f"{home.name}/{name}: {reason}")
            webhooks.update(document.get("webhooks", {}))
            bundle["undescribed"] += document.get("x-undescribed", [])
            bundle["security"] |= document.get("x-security", {})
            bundle["setups"] |= document.get("x-setup", {})
            for definition in _operations(home, name, document):
                operation = definition["operationId"]
                if operation in defined:
                    reason = f"{operation} is defined in {defined[operation]} and {name}"
                    raise _fault(home, f"\n      operationId: {operation},", reason)
                defined[operation] = name
                bundle["operations"].append(definition)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ContractFault(f"{home.name}/{name}: not put together as OpenAPI says: {error!r}") from error
    _check_index(home, bundle["index"])
    _check_references(home, [bundle["operations"], webhooks, components], components)
    return bundle


def _gather(home: Path, name: str, document: Mapping[str, Any], components: dict[str, dict[str, Any]]) -> None:
    for kind, members in document.get("components", {}).items():
        for key, value in members.items():
            if components.setdefault(kind, {}).setdefault(key, value) != value:
                raise _fault(home, f"    {key}:", f"components/{kind}/{key} differs from another file's ({name})")


def _check_index(home: Path, index: Mapping[str, Any]) -> None:
    rows = index.get("operations")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ContractFault(f"{home.name}/index.yaml: operations is not a list of mappings")
    for number, row in enumerate(rows):
        if missing := {"id", "group", "method", "path", "source"} - row.keys():
            reason = f"index.yaml: row {number} ({row.get('id')}) lacks {', '.join(missing)}"
            raise _fault(home, f"id: {row.get('id')},", reason)


def _check_references(home: Path, value: Any, components: Mapping[str, Any]) -> None:
    """Every `$ref` leads somewhere; found here rather than by the first request that needs it."""
    if isinstance(value, list):
        for item in value:
            _check_references(home, item, components)
    elif isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str):
            kind, _, name = reference.removeprefix("#/components/").partition("/")
            if not reference.startswith("#/components/") or name not in components.get(kind, ()):
                raise _fault(home, reference, f"a contract file refers to {reference}, which is not there")
        for item in value.values():
            _check_references(home, item, components)


def _check_path(home: Path, path: str, parameters: Iterable[Mapping[str, Any]]) -> None:
    """A path parameter that the path has no place for."""
    for parameter in parameters:
        if parameter.get("in") == "path" and f"{{{parameter['name']}}}" not in path:
            raise _fault(home, f"{path}:", f"{path} has no {{{parameter['name']}}}")


def _read_yaml(name: str, raw: bytes) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document = yaml.load(raw, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise ContractFault(f"{place}: not YAML: {getattr(error, 'problem', None) or error}") from error
    if not isinstance(document, dict):
        raise ContractFault(f"{name}:1: not a mapping")
    return _local_references(document)  # type: ignore[no-any-return]


def _local_references(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: "#" + item.partition("#")[2] if key == "$ref" and isinstance(item, str) else _local_references(item)
            for key, item in value.items()
        }
    return [_local_references(item) for item in value] if isinstance(value, list) else value


def _operations(home: Path, name: str, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                definition = dict(item[method])
                if "operationId" not in definition:
                    raise _fault(home, f"{path}:", f"{name}: {method.upper()} {path} has no operationId")
                shared = item.get("parameters", [])
                definition["parameters"] = [*shared, *definition.get("parameters", [])]
                _check_path(home, path, definition["parameters"])
                definition |= {"x-method": method.upper(), "x-path": path}
                found.append(definition)
    return found
