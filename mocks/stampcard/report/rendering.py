"""A consumer contract as Markdown, JSON or JUnit XML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

import msgspec

from stampcard.report.findings import Finding
from stampcard.report.usage import Usage


def as_json(usage: Usage) -> str:
    """Indented and in a fixed order, so that a committed report has small diffs."""
    return msgspec.json.format(msgspec.json.encode(usage, order="deterministic"), indent=2).decode() + "\n"


def as_markdown(usage: Usage, found: Sequence[Finding]) -> str:
    lines = ["# What this client relies on", ""]
    for vendor, use in sorted(usage.vendors.items()):
        lines += [
            f"## {vendor}",
            "",
            "| operation | calls | answers | fields | known from |",
            "| --- | ---: | --- | --- | --- |",
        ]
        for name, operation in use.operations.items():
            fields = ", ".join(f"`{pointer}`" for pointer in sorted({*operation.fields, *operation.parameters}))
            known = operation.provenance if operation.emulation != "none" else "not emulated"
            lines.append(f"| {name} | {operation.calls} | {_counted(operation.statuses)} | {fields} | {known} |")
        lines.append("")
    if usage.strangers:
        lines += ["## Other hosts", "", _counted(usage.strangers), ""]
    lines += ["## Findings", ""]
    lines += [f"- **{finding.severity}** {finding.place}: {finding.message}" for finding in found] or ["None."]
    return "\n".join(lines) + "\n"


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
