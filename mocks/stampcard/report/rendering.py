"""A consumer contract as Markdown, JSON or JUnit XML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

import msgspec

from stampcard.report.findings import Finding
from stampcard.report.usage import Usage, VendorUse


def as_json(usage: Usage) -> str:
    """Indented and in a fixed order, so that a committed report has small diffs."""
    return msgspec.json.format(msgspec.json.encode(usage, order="deterministic"), indent=2).decode() + "\n"


def as_markdown(usage: Usage, found: Sequence[Finding]) -> str:
    lines = ["# What this client relies on", ""]
    for vendor, use in sorted(usage.vendors.items()):
        lines += [f"## {vendor}", "", _provenances(use), ""]
        lines += ["| operation | calls | answers | fields | known from |", "| --- | ---: | --- | --- | --- |"]
        for name, operation in use.operations.items():
            fields = ", ".join(f"`{pointer}`" for pointer in sorted({*operation.fields, *operation.parameters}))
            known = operation.provenance if operation.emulation != "none" else "not emulated"
            lines.append(f"| {name} | {operation.calls} | {_counted(operation.statuses)} | {fields} | {known} |")
        lines += ["", *_details(use)]
    if usage.strangers:
        lines += ["## Other hosts", "", _counted(usage.strangers), ""]
    lines += ["## Findings", ""]
    lines += [f"- **{finding.severity}** {finding.place}: {finding.message}" for finding in found] or ["None."]
    return "\n".join(lines) + "\n"


def _provenances(use: VendorUse) -> str:
    """Where all that is relied on is known from, in one line."""
    kinds = Counter("not emulated" if one.emulation == "none" else one.provenance for one in use.operations.values())
    return f"{len(use.operations)} operations: " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())


def _details(use: VendorUse) -> list[str]:
    """Values of enumerations, sizes of batches, keys and repetition, of the operations that have any."""
    lines = []
    for name, one in use.operations.items():
        told = [f"`{pointer}` is {', '.join(values)}" for pointer, values in one.values.items()]
        for pointer, (low, high, limit) in one.batches.items():
            told.append(f"`{pointer}` holds {low}-{high} items" + (f" of {limit}" if limit else ""))
        told += [f"key `{pointer}`" for pointer in one.keys]
        told += [f"repeated after {_counted(one.retried_after)}"] if one.retried_after else []
        told += [f"{one.limited} rate limits, waited {one.waited}, too soon {one.hasty}"] if one.limited else []
        if told:
            lines.append(f"- {name}: {'; '.join(told)}")
    return [*lines, ""] if lines else []


def as_junit(found: Sequence[Finding], name: str = "stampcard report") -> str:
    """Errors are failures, the rest passes with its message in the output."""
    failures = sum(finding.severity == "error" for finding in found)
    suite = ElementTree.Element("testsuite", name=name, tests=str(max(1, len(found))), failures=str(failures))
    for finding in found:
        case = ElementTree.SubElement(suite, "testcase", classname=finding.place, name=finding.message)
        if finding.severity == "error":
            ElementTree.SubElement(case, "failure", message=finding.message)
        else:
            ElementTree.SubElement(case, "system-out").text = f"{finding.severity}: {finding.message}"
    if not found:
        ElementTree.SubElement(suite, "testcase", classname=name, name="nothing found")
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ×{times}" for name, times in sorted(counts.items()))
