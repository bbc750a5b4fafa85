"""What a consumer contract tells: things to mend in the client, and how it compares with an earlier one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stampcard.core.severity import SEVERITIES
from stampcard.report.usage import OperationUse, Usage


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know: `severity` info, warning or error; `place` is `vendor operation`."""

    severity: str
    place: str
    message: str


def findings(usage: Usage) -> list[Finding]:
    """What is wrong or unproven about a client's use, errors first."""
    found: list[Finding] = []
    for vendor, use in usage.vendors.items():
        for place, times in use.unknown.items():
            found.append(Finding("error", vendor, f"{place}: the vendor has no such operation ({times} calls)"))
        for name, operation in use.operations.items():
            found += _of_operation(f"{vendor} {name}", operation)
    return sorted(found, key=lambda finding: -SEVERITIES.index(finding.severity))


def _of_operation(place: str, use: OperationUse) -> Iterator[Finding]:
    if use.emulation == "none":
        yield Finding("warning", place, "documented by the vendor, not emulated here: nothing was proven")
    if use.deprecated:
        yield Finding("warning", place, "deprecated by the vendor")
    if use.provenance == "assumed":
        yield Finding("warning", place, "what is known of it is assumed, not documented")
    for pointer in use.undocumented:
        yield Finding("warning", place, f"{pointer} is sent and not documented: the vendor drops it")
    for code, times in use.diagnostics.items():
        yield Finding("info", place, f"diagnostic {code} ({times} times)")
    for status in use.never_exercised:
        yield Finding("info", place, f"the documented answer {status} was never met")
    unkeyed = {status: times for status, times in use.retried_after.items() if status != "429"}
    if unkeyed and not use.keys:
        told = ", ".join(unkeyed)
        yield Finding("warning", place, f"repeated after {told} without an idempotency key: it may happen twice")
    if use.hasty:
        yield Finding("error", place, f"came back within a second of a 429, {use.hasty} times: it did not wait")


def compared(old: Usage, new: Usage) -> list[Finding]:
    """Where a client's use grew or broke since `old`: what it relies on now and did not before."""
    found: list[Finding] = []
    for vendor, use in new.vendors.items():
        before = old.vendors.get(vendor)
        for place in use.unknown:
            if before is None or place not in before.unknown:
                found.append(Finding("error", vendor, f"{place}: called now, and the vendor has no such operation"))
        for name, operation in use.operations.items():
            known = before.operations.get(name) if before else None
            place = f"{vendor} {name}"
            if known is None:
                found.append(Finding("error", place, "a new operation is used"))
            else:
                found += _grown(place, known, operation)
    return found


def _grown(place: str, old: OperationUse, new: OperationUse) -> Iterator[Finding]:
    for what, before, now in (
        ("field", old.fields, new.fields),
        ("parameter", old.parameters, new.parameters),
        ("undocumented member", old.undocumented, new.undocumented),
        ("answer", old.statuses, new.statuses),
    ):
        for name in sorted(now.keys() - before.keys()):
            yield Finding("error", place, f"a new {what}: {name}")
    for pointer, values in new.values.items():
        for value in sorted(set(values) - set(old.values.get(pointer, ()))):
            yield Finding("error", place, f"a new value of {pointer}: {value}")
    for pointer, length in new.largest.items():
        if pointer in old.largest and length > old.largest[pointer]:
            yield Finding("error", place, f"{pointer} grew from {old.largest[pointer]} to {length} items")
