"""What a client relies on, counted from its exchanges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from stampcard.core.checking import resolved
from stampcard.report.exchanges import Exchange

IDEMPOTENCY_FIELDS = frozenset({"source_id", "external_uid", "transaction_id", "send_id"})
"""Members by which a vendor tells a repeated call from a new one."""


class OperationUse(msgspec.Struct):
    """How one operation is used.

    `fields` and `parameters` are JSON pointers and query names with how often they were sent; `undocumented` those the
    contract does not name; `values` the values sent where the contract has an enumeration; `largest` the longest array
    sent per pointer; `keys` the idempotency members sent; `repeated` how often a body with the same key came again;
    `retried_after` statuses after which the very same request came again, `hasty` those of them that came back before
    a rate limit's window could have passed (under a second).
    """

    calls: int = 0
    group: str = ""
    emulation: str = "none"
    provenance: str = ""
    deprecated: bool = False
    statuses: dict[str, int] = {}
    never_exercised: list[str] = []
    parameters: dict[str, int] = {}
    fields: dict[str, int] = {}
    undocumented: dict[str, int] = {}
    values: dict[str, list[str]] = {}
    largest: dict[str, int] = {}
    keys: list[str] = []
    repeated: int = 0
    retried_after: dict[str, int] = {}
    hasty: int = 0
    diagnostics: dict[str, int] = {}


class VendorUse(msgspec.Struct):
    """One vendor: operations by id, and calls to what the vendor does not have (`GET /nope` -> times)."""

    operations: dict[str, OperationUse] = {}
    unknown: dict[str, int] = {}


class Usage(msgspec.Struct):
    """The consumer contract. `strangers` are hosts of a HAR that are no vendor's, with their calls."""

    vendors: dict[str, VendorUse] = {}
    strangers: dict[str, int] = {}


def collect(exchanges: Iterable[Exchange]) -> Usage:
    """Count a client's exchanges, in the order they happened."""
    usage = Usage()
    collector = _Collector()
    for exchange in exchanges:
        vendor = usage.vendors.setdefault(exchange.vendor, VendorUse())
        if exchange.operation is None:
            place = f"{exchange.method} {exchange.target.partition('?')[0]}"
            vendor.unknown[place] = vendor.unknown.get(place, 0) + 1
            continue
        use = vendor.operations.setdefault(exchange.operation.id, OperationUse())
        collector.add(use, exchange)
    for vendor in usage.vendors.values():
        vendor.operations = dict(sorted(vendor.operations.items()))
    return usage


class _Collector:
    """Remembers what was sent before, to notice repetition."""

    def __init__(self) -> None:
        self._keys: Counter[tuple[str, str, str]] = Counter()
        self._last: dict[tuple[str, str, str], Exchange] = {}

    def add(self, use: OperationUse, exchange: Exchange) -> None:
        operation = exchange.operation
        assert operation is not None
        definition = operation.definition
        use.calls += 1
        use.group, use.emulation, use.provenance = operation.group, operation.emulation, operation.provenance
        use.deprecated = bool(definition.get("deprecated"))
        _count(use.statuses, str(exchange.status))
        documented = [status for status in definition.get("responses", {}) if status[:1] in "45"]
        use.never_exercised = [status for status in documented if status not in use.statuses]
        for name in exchange.query:
            _count(use.parameters, name)
        declared = {rule.name for rule in operation.parameters}
        if definition:
            for name in exchange.query.keys() - declared:
                _count(use.undocumented, f"?{name}")
        for diagnostic in exchange.diagnostics:
            _count(use.diagnostics, diagnostic["code"])
        if exchange.body is not None:
            self._body(use, exchange)
        self._retry(use, exchange)

    def _body(self, use: OperationUse, exchange: Exchange) -> None:
        operation = exchange.operation
        assert operation is not None
        schema = operation.body.schema if operation.body else {}
        for pointer, value, found in _walk(exchange.body, schema, operation.components, ""):
            _count(use.fields, pointer)
            if isinstance(value, list):
                use.largest[pointer] = max(use.largest.get(pointer, 0), len(value))
            if found and "enum" in found and isinstance(value, str):
                use.values[pointer] = sorted({*use.values.get(pointer, ()), value})
            name = pointer.rpartition("/")[2]
            if name in IDEMPOTENCY_FIELDS and isinstance(value, str):
                use.keys = sorted({*use.keys, pointer})
                seen = (operation.id, pointer, value)
                use.repeated += bool(self._keys[seen])
                self._keys[seen] += 1
        if operation.body:
            for diagnostic in operation.body.unknown(exchange.body):
                _count(use.undocumented, _starred(diagnostic.pointer))

    def _retry(self, use: OperationUse, exchange: Exchange) -> None:
        mark = (exchange.vendor, f"{exchange.method} {exchange.target}", msgspec.json.encode(exchange.body).decode())
        before = self._last.get(mark)
        if before is not None and (before.status == 429 or before.status >= 500 or before.status == 0):
            _count(use.retried_after, str(before.status or "no answer"))
            use.hasty += before.status == 429 and before.at[:19] == exchange.at[:19] != ""
        self._last[mark] = exchange


def _walk(value: Any, schema: Mapping[str, Any], components: Mapping[str, Any], pointer: str) -> Iterable[Any]:
    """Every member below a value: its pointer (`*` for an index), the value and the schema it is declared with."""
    found = resolved(schema, components) if isinstance(schema, Mapping) else {}
    if isinstance(value, dict):
        for key, item in value.items():
            below = _member(found, key, components)
            yield f"{pointer}/{key}", item, resolved(below, components) if below else {}
            yield from _walk(item, below, components, f"{pointer}/{key}")
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, found.get("items", {}), components, f"{pointer}/*")


def _member(schema: Mapping[str, Any], key: str, components: Mapping[str, Any]) -> Mapping[str, Any]:
    member = schema.get("properties", {}).get(key)
    if member is None:
        for part in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
            member = member or _member(resolved(part, components), key, components)
    return member if isinstance(member, Mapping) else {}


def _starred(pointer: str) -> str:
    return "/".join("*" if part.isdecimal() else part for part in pointer.split("/"))


def _count(counter: dict[str, int], key: str) -> None:
    counter[key] = counter.get(key, 0) + 1
