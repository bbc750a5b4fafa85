"""A check's outcome as a table for a terminal, or as JUnit XML; and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO
from xml.etree import ElementTree

from stampcard.check.calls import Checked


def as_text(found: Sequence[Checked]) -> str:
    """A row per operation, then every failure with the lines that repeat it."""
    lines = [f"{'operation':<64} {'calls':>6} {'failures':>9}  answers"]
    for checked in found:
        answers = [f"{status} x{count}" for status, count in sorted(checked.statuses.items())]
        answers += [f"none x{checked.unanswered}"] if checked.unanswered else []
        failures = len(checked.failures) + checked.dropped + len(checked.faults)
        lines.append(f"{checked.label:<64} {checked.calls:>6} {failures:>9}  {', '.join(answers)}")
    for checked in found:
        lines += _told(checked)
    broken = [checked for checked in found if checked.broken]
    if broken and broken[0].preparation:
        lines += ["", "The lines above are for a fresh `stampcard up --frozen`, after these:"]
        lines += [f"  {line}" for line in broken[0].preparation]
    calls = sum(checked.calls for checked in found)
    chains = sum(checked.chain for checked in found)
    lines += ["", f"{len(found) - chains} operations, {chains} chains, {calls} calls; {len(broken)} broke the contract"]
    return "\n".join(lines) + "\n"


def _told(checked: Checked) -> Iterator[str]:
    for failure in checked.failures:
        yield from ("", f"{checked.label}: {failure.check}", f"  {failure.message}", f"  {failure.curl}")
    for fault in checked.faults:
        yield from ("", f"{checked.label}: a fault of stampcard's own", f"  {fault}")
    if checked.dropped:
        yield from ("", f"{checked.label}: {checked.dropped} more failures are not told")
    if checked.given_up:
        yield from ("", f"{checked.label}: given up, as nobody answers")


def as_junit(found: Sequence[Checked], name: str) -> str:
    """A test case per operation, failed when any call of it failed."""
    failed = sum(checked.broken for checked in found)
    suite = ElementTree.Element("testsuite", name=name, tests=str(len(found)), failures=str(failed), errors="0")
    for checked in found:
        case = ElementTree.SubElement(suite, "testcase", classname=name, name=checked.label)
        for failure in checked.failures:
            told = ElementTree.SubElement(case, "failure", type=failure.check, message=_printable(failure.message))
            told.text = _printable(failure.curl)
        for fault in checked.faults:
            ElementTree.SubElement(case, "failure", type="fault", message="a fault of stampcard's own").text = fault
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _printable(text: str) -> str:
    """XML has no place for control characters."""
    return "".join(character if character.isprintable() or character == "\n" else "\ufffd" for character in text)


def followed(outcomes: Iterable[Checked], total: int, stream: TextIO) -> Iterator[Checked]:
    """Pass outcomes on and show how far it is: a bar on a terminal, elsewhere a line for every tenth part."""
    if stream.isatty():
        yield from _bar(outcomes, total, stream)
        return
    failed = shown = 0
    for number, checked in enumerate(outcomes, start=1):
        failed += checked.broken
        if number * 10 // total > shown or number == total:
            shown = number * 10 // total
            print(f"{number} of {total} done, {failed} broken", file=stream, flush=True)
        yield checked


def _bar(outcomes: Iterable[Checked], total: int, stream: TextIO) -> Iterator[Checked]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        bar = progress.add_task("", total=total)
        failed = 0
        for checked in outcomes:
            failed += checked.broken
            progress.update(bar, advance=1, description=f"{failed} broken  {checked.label}")
            yield checked
