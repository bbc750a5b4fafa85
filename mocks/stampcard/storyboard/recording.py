"""What a listener remembers of a played story, and the arrows it makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stampcard.core.http import OUTSIDE

FOLD_AFTER = 3
"""Calls of one kind in a row that are drawn before the rest is folded."""

YOU, PEOPLE = "your system", "people"


@dataclass(slots=True)
class Scene:
    """What was said, and the journal entries and kept expectations up to the next saying."""

    title: str
    entries: list[Mapping[str, Any]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Recording:
    """A listener that remembers a story; `messages` and `facts` are added when it has ended."""

    name: str
    text: str
    scenes: list[Scene] = field(default_factory=lambda: [Scene("")])
    messages: Sequence[Mapping[str, Any]] = field(default_factory=list)
    urls: Mapping[str, str] = field(default_factory=dict)
    failure: str = ""

    def __call__(self, what: str, detail: Any) -> None:
        if what == "say":
            self.scenes.append(Scene(detail))
        elif what == "expected":
            self.scenes[-1].kept.append(detail)
        else:
            self.scenes[-1].entries += detail


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow of the diagram; `times` is over 1 where calls alike are folded."""

    sender: str
    receiver: str
    label: str
    failed: bool
    entry: Mapping[str, Any]
    times: int = 1


def steps(entries: Sequence[Mapping[str, Any]]) -> Iterator[Step]:
    """The arrows of some entries, long runs of calls alike folded into one."""
    run: list[Step] = []
    for step in (_step(entry) for entry in entries):
        if run and (run[0].sender, run[0].receiver, run[0].label) != (step.sender, step.receiver, step.label):
            yield from _folded(run)
            run = []
        run.append(step)
    yield from _folded(run)


def _folded(run: list[Step]) -> Iterator[Step]:
    yield from run[:FOLD_AFTER]
    if len(run) > FOLD_AFTER:
        last = run[-1]
        yield Step(last.sender, last.receiver, last.label, last.failed, last.entry, len(run) - FOLD_AFTER)


def _step(entry: Mapping[str, Any]) -> Step:
    sender = YOU if entry["caller"] == OUTSIDE else entry["caller"]
    if entry["kind"] != "call":
        return Step(sender, sender, entry["summary"] or entry["operation"] or "", bool(entry["error"]), entry)
    request = entry["request"]
    path = request["url"].partition("?")[0]
    status = entry["status"] or "no answer"
    failed = not entry["status"] or entry["status"] >= 400
    return Step(sender, entry["vendor"], f"{request['method']} {path} → {status}", failed, entry)


def lanes(recording: Recording) -> list[str]:
    """Who took part, in the order of their first appearance."""
    found: dict[str, None] = {YOU: None}
    for scene in recording.scenes:
        for step in steps(scene.entries):
            found |= {step.sender: None, step.receiver: None}
    if recording.messages:
        found[PEOPLE] = None
    return list(found)
