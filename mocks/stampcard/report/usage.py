"""What a client relies on, counted from its exchanges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from stampcard.core.checking import resolved
from stampcard.report.exchanges import Exchange

IDEMPOTENCY_FIELDS = frozenset({"source_id", "external_uid", "transaction_id", "send_id"})
"""Members by which a vendor tells a repeated call from a new one."""


class OperationUse(msgspec.Struct):
    """How one operation is used.

    `fields` and `parameters` are JSON pointers and query names with how often they were sent; `undocumented` those the
    contract does not name, `outdated` those it calls deprecated; `dropped` what a vendor would not take, as
    `code /pointer`; `values` the values sent where the contract has an enumeration; `batches` the shortest and longest
    array sent per pointer, with the contract's limit (0: none); `keys` the idempotency members sent; `repeated` how
    often a body with the same key came again, `again_after_success` how often a POST or PATCH without any key came
    again that had been taken; `retried_after` statuses after which the very same request came again. `limited` counts
    the 429s met, `waited` and `hasty` how often the client came back after and before the vendor said it might (within
    the same second, when the vendor said nothing).
    """

    calls: int = 0
    group: str = ""
    emulation: str = "none"
    provenance: str = ""
    source: str = ""
    deprecated: bool = False
    statuses: dict[str, int] = {}
    never_exercised: list[str] = []
    parameters: dict[str, int] = {}
    fields: dict[str, int] = {}
    undocumented: dict[str, int] = {}
    outdated: dict[str, int] = {}
    dropped: dict[str, int] = {}
    values: dict[str, list[str]] = {}
    batches: dict[str, tuple[int, int, int]] = {}
    keys: list[str] = []
    repeated: int = 0
    again_after_success: int = 0
    retried_after: dict[str, int] = {}
    limited: int = 0
    waited: int = 0
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
        use.group, use.emulation = operation.group, operation.emulation
        use.provenance, use.source = operation.provenance, operation.source
        use.deprecated = bool(definition.get("deprecated"))
        _count(use.statuses, str(exchange.status))
        documented = [status for status in definition.get("responses", {}) if status[:1] in "45"]
        use.never_exercised = [status for status in documented if status not in use.statuses]
        self._query(use, exchange)
        for diagnostic in exchange.diagnostics:
            _count(use.diagnostics, diagnostic["code"])
            if diagnostic["severity"] != "info":
                _count(use.dropped, f"{diagnostic['code']} {_starred(diagnostic['pointer'])}".strip())
        if exchange.body is not None:
            self._body(use, exchange)
        self._retry(use, exchange)

    def _query(self, use: OperationUse, exchange: Exchange) -> None:
        operation = exchange.operation
        assert operation is not None
        for name in exchange.query:
            _count(use.parameters, name)
        if operation.definition:
            for name in exchange.query.keys() - operation.query_names:
                _count(use.undocumented, f"?{name}")
        for definition in operation.definition.get("parameters", ()):
            found = resolved(definition, operation.components)
            if found.get("deprecated") and found["name"] in exchange.query:
                _count(use.outdated, f"?{found['name']}")

    def _body(self, use: OperationUse, exchange: Exchange) -> None:
        operation = exchange.operation
        assert operation is not None
        schema = operation.body.schema if operation.body else {}
        if isinstance(exchange.body, list):
            limit = resolved(schema, operation.components).get("maxItems", 0)
            use.batches["/"] = _widest(use.batches.get("/"), (len(exchange.body), len(exchange.body), limit))
        for pointer, value, found in _walk(exchange.body, schema, operation.components, ""):
            _count(use.fields, pointer)
            if isinstance(value, list):
                limit = found.get("maxItems", 0) if found else 0
                use.batches[pointer] = _widest(use.batches.get(pointer), (len(value), len(value), limit))
            if found and found.get("deprecated"):
                _count(use.outdated, pointer)
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
        """The very same request again: after what, how soon, and whether it may happen twice."""
        use.limited += exchange.status == 429
        mark = (exchange.vendor, f"{exchange.method} {exchange.target}", msgspec.json.encode(exchange.body).decode())
        before = self._last.get(mark)
        self._last[mark] = exchange
        if before is None:
            return
        if before.status == 429:
            early = _seconds_between(before, exchange) < _asked_to_wait(before)
            use.hasty += early
            use.waited += not early
        if 200 <= before.status < 300:
            changes = exchange.method in ("POST", "PATCH") and exchange.body is not None
            use.again_after_success += changes and not _keyed(exchange.body)
        else:
            _count(use.retried_after, str(before.status or "no answer"))


def _seconds_between(one: Exchange, other: Exchange) -> float:
    try:
        return (datetime.fromisoformat(other.at) - datetime.fromisoformat(one.at)).total_seconds()
    except (ValueError, TypeError):
        return float("inf")  # A recording without times accuses nobody.


def _asked_to_wait(refusal: Exchange) -> float:
    """Seconds that a 429 asks for: Retry-After, or the time of X-RateLimit-Reset; one second when it says nothing."""
    after, reset = refusal.heard.get("retry-after", ""), refusal.heard.get("x-ratelimit-reset", "")
    if after.isdecimal():
        return float(after)
    if reset.isdecimal() and refusal.at:
        now = datetime.fromisoformat(refusal.at).timestamp()
        return float(reset) - now if float(reset) > now else 1.0
    return 1.0


def _keyed(body: Any) -> bool:
    """Whether a body holds, anywhere, a member by which a vendor tells a repeated call from a new one."""
    if isinstance(body, dict):
        return any(key in IDEMPOTENCY_FIELDS or _keyed(item) for key, item in body.items())
    return isinstance(body, list) and any(_keyed(item) for item in body)


def merged(usages: Iterable[Usage]) -> Usage:
    """Several clients' use, or one's in several worlds, as one."""
    whole = Usage()
    for usage in usages:
        for host, times in usage.strangers.items():
            whole.strangers[host] = whole.strangers.get(host, 0) + times
        for name, vendor in usage.vendors.items():
            into = whole.vendors.setdefault(name, VendorUse())
            for place, times in vendor.unknown.items():
                into.unknown[place] = into.unknown.get(place, 0) + times
            for operation, use in vendor.operations.items():
                known = into.operations.get(operation)
                into.operations[operation] = use if known is None else _sum(known, use)
            into.operations = dict(sorted(into.operations.items()))
    whole.vendors = dict(sorted(whole.vendors.items()))
    return whole


def _sum(one: OperationUse, other: OperationUse) -> OperationUse:
    """Counts add up; lists of values unite; an answer was never met when neither met it."""
    made = msgspec.structs.replace(one)
    for name in OperationUse.__struct_fields__:
        mine, theirs = getattr(one, name), getattr(other, name)
        if name in ("never_exercised", "keys"):
            joined = set(mine) & set(theirs) if name == "never_exercised" else set(mine) | set(theirs)
            setattr(made, name, [item for item in dict.fromkeys((*mine, *theirs)) if item in joined])
        elif name == "values":
            setattr(made, name, {key: sorted({*mine.get(key, ()), *theirs.get(key, ())}) for key in {**mine, **theirs}})
        elif name == "batches":
            made.batches = {key: _widest(mine.get(key), theirs.get(key)) for key in {**mine, **theirs}}
        elif isinstance(mine, dict):
            setattr(made, name, dict(Counter(mine) + Counter(theirs)))
        elif isinstance(mine, int) and not isinstance(mine, bool):
            setattr(made, name, mine + theirs)
    return made


def _widest(one: tuple[int, int, int] | None, other: tuple[int, int, int] | None) -> tuple[int, int, int]:
    known = [batch for batch in (one, other) if batch is not None]
    return min(low for low, _, _ in known), max(high for _, high, _ in known), known[0][2]


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
