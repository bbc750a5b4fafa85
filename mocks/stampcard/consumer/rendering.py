"""A consumer's answers as a table for a terminal, or as JUnit XML."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from stampcard.consumer.sending import Told


def as_text(found: Sequence[Told], manners: Sequence[str]) -> str:
    """A row per event, a column per manner of sending, then what is wrong; `!` marks an answer that is."""
    width = max((len(told.name) for told in found), default=0)
    row = f"{{:<{width}}}" + "".join(f"  {{:>{max(6, len(how))}}}" for how in manners)
    lines = [row.format("event", *manners)]
    for told in found:
        by_manner = {one.how: one for one in told.outcomes}
        cells = [
            f"{one.status or '-'}{'!' if one.wrong else ''}" if (one := by_manner.get(how)) else "" for how in manners
        ]
        if not any(cells):
            cells[0] = f"{told.outcomes[0].status or '-'}{'!' if told.outcomes[0].wrong else ''}"
        lines.append(row.format(told.name, *cells).rstrip())
    lines += [""] + [
        f"{told.name}, {one.how}: {one.status or one.error}: {one.wrong}"
        for told in found
        for one in told.outcomes
        if one.wrong
    ]
    calls, failed = sum(len(told.outcomes) for told in found), sum(told.failed for told in found)
    lines.append(f"{len(found)} rows, {calls} calls; {failed} rows failed")
    return "\n".join(lines) + "\n"


def as_junit(found: Sequence[Told], name: str) -> str:
    """A test case per call."""
    calls = [(told, outcome) for told in found for outcome in told.outcomes]
    failed = sum(bool(outcome.wrong) for _, outcome in calls)
    suite = ElementTree.Element("testsuite", name=name, tests=str(len(calls)), failures=str(failed))
    for told, outcome in calls:
        case = ElementTree.SubElement(suite, "testcase", classname=f"{name}.{told.name}", name=outcome.how)
        if outcome.wrong:
            message = f"answered {outcome.status or outcome.error}: {outcome.wrong}"
            ElementTree.SubElement(case, "failure", message=_printable(message))
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _printable(text: str) -> str:
    """XML has no place for control characters."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
