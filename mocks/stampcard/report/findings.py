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
        yield Finding("warning", place, f"what is known of it is assumed, not documented: {use.source}")
    for pointer in use.undocumented:
        yield Finding("warning", place, f"{pointer} is sent and not documented: the vendor drops it")
    for pointer in use.outdated:
        yield Finding("warning", place, f"{pointer} is sent and deprecated")
    for what, times in use.dropped.items():
        if not what.startswith(("unknown-field", "unknown-parameter")):  # Said as undocumented already.
            yield Finding("warning", place, f"not taken as it was sent: {what} ({times} times)")
    for code, times in use.diagnostics.items():
        yield Finding("info", place, f"diagnostic {code} ({times} times)")
    for status in use.never_exercised:
        yield Finding("info", place, f"the documented answer {status} was never met")
    yield from _of_repeating(place, use)


def _of_repeating(place: str, use: OperationUse) -> Iterator[Finding]:
    """Retries, repetition and rate limits."""
    unsure = [status for status in use.retried_after if status in ("408", "no answer") or status[0] == "5"]
    if unsure and not use.keys:
        told = ", ".join(unsure)
        yield Finding("warning", place, f"repeated after {told} without an idempotency key: it may happen twice")
    if refused := [status for status in use.retried_after if status[0] == "4" and status not in ("408", "429")]:
        yield Finding("warning", place, f"repeated unchanged after {', '.join(refused)}: the answer will be the same")
    if use.repeated:
        yield Finding("info", place, f"sent again with the same idempotency key, {use.repeated} times")
    if use.again_after_success:
        times = f"sent again, {use.again_after_success} times, though it was taken"
        yield Finding("warning", place, f"{times}: without an idempotency key it happens twice")
    if use.hasty:
        yield Finding("error", place, f"came back sooner than a 429 asked for, {use.hasty} times: it did not wait")
    if use.limited and not use.hasty:
        kept = f"waited {use.waited} times" if use.waited else "did not come back"
        yield Finding("info", place, f"met {use.limited} rate limits and {kept}")
    for pointer, (_, high, limit) in use.batches.items():
        if limit and high > limit:
            yield Finding("error", place, f"{pointer} holds {high} items; the vendor takes {limit}")


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
    for pointer, (_, length, _) in new.batches.items():
        if pointer in old.batches and length > old.batches[pointer][1]:
            yield Finding("error", place, f"{pointer} grew from {old.batches[pointer][1]} to {length} items")
    if new.hasty > old.hasty == 0:
        yield Finding("error", place, "comes back now sooner than a 429 asks for")
    for status in new.retried_after.keys() - old.retried_after.keys():
        yield Finding("error", place, f"repeats now after {status}")
