"""A check's outcome as a table for a terminal, or as JUnit XML."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from stampcard.check.running import Checked


def as_text(found: Sequence[Checked]) -> str:
    """A row per operation, then every failure with the line that repeats it."""
    lines = [f"{'operation':<52} {'calls':>6} {'failures':>9}  answers"]
    for checked in found:
        answers = ", ".join(f"{status} x{count}" for status, count in sorted(checked.statuses.items()))
        lines.append(f"{checked.label:<52} {checked.calls:>6} {len(checked.failures):>9}  {answers}")
    for checked in found:
        for failure in checked.failures:
            lines += ["", f"{checked.label}: {failure.check}", f"  {failure.message}", f"  {failure.curl}"]
    failed = sum(bool(checked.failures) for checked in found)
    calls = sum(checked.calls for checked in found)
    lines += ["", f"{len(found)} operations, {calls} calls; {failed} operations broke their contract"]
    return "\n".join(lines) + "\n"


def as_junit(found: Sequence[Checked], name: str) -> str:
    """A test case per operation, failed when any call of it failed."""
    failed = sum(bool(checked.failures) for checked in found)
    suite = ElementTree.Element("testsuite", name=name, tests=str(len(found)), failures=str(failed))
    for checked in found:
        case = ElementTree.SubElement(suite, "testcase", classname=name, name=checked.label)
        for failure in checked.failures:
            told = ElementTree.SubElement(case, "failure", type=failure.check, message=_printable(failure.message))
            told.text = _printable(failure.curl)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _printable(text: str) -> str:
    """XML has no place for control characters."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
