"""What a listener remembers of a played story, and the arrows it makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from stampcard.core.http import OUTSIDE

FOLD_AFTER = 3
"""Calls of one kind in a scene that are drawn before the rest is folded."""

YOU, PEOPLE = "your system", "people"


@dataclass(slots=True)
class Scene:
    """What was said, and the journal entries and kept expectations up to the next saying."""

    title: str
    entries: list[Mapping[str, Any]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Recording:
    """A listener that remembers a story; `messages` and `urls` of the vendors are added when it has ended.

    `noted` maps a balance, code or segment to what it was, in the order of time.
    """

    name: str
    text: str
    scenes: list[Scene] = field(default_factory=lambda: [Scene("")])
    messages: Sequence[Mapping[str, Any]] = field(default_factory=list)
    urls: Mapping[str, str] = field(default_factory=dict)
    failure: str = ""
    noted: dict[str, list[Any]] = field(default_factory=dict)

    def __call__(self, what: str, detail: Any) -> None:
        if what == "say":
            self.scenes.append(Scene(detail))
        elif what == "expected":
            self.scenes[-1].kept.append(detail)
        elif what == "noted":
            name, value = detail
            self.noted.setdefault(name, []).append(value)
        else:
            self.scenes[-1].entries += detail

    def steps(self, scene: Scene) -> Iterator[Step]:
        """The arrows of a scene; of those alike the first few, then one that stands for the rest."""
        received = {message["entry"]: message for message in self.messages if message["status"] == "sent"}
        seen: Counter[tuple[str, str, str]] = Counter()
        rest: dict[tuple[str, str, str], Step] = {}
        for entry in scene.entries:
            step = _step(entry, received.get(entry["id"]))
            alike = (step.sender, step.receiver, step.label if entry["kind"] == "call" else entry["operation"] or "")
            seen[alike] += 1
            if seen[alike] <= FOLD_AFTER:
                yield step
            else:
                rest[alike] = replace(step, times=seen[alike] - FOLD_AFTER)
        yield from rest.values()

    @property
    def lanes(self) -> list[str]:
        """Who took part, in the order of their first appearance."""
        found: dict[str, None] = {YOU: None}
        for scene in self.scenes:
            for step in self.steps(scene):
                found |= {step.sender: None, step.receiver: None}
        return list(found)


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow of the diagram; `times` is how many calls alike it stands for, 0 for itself alone."""

    sender: str
    receiver: str
    label: str
    failed: bool
    entry: Mapping[str, Any]
    times: int = 0


def _step(entry: Mapping[str, Any], message: Mapping[str, Any] | None) -> Step:
    sender = YOU if entry["caller"] == OUTSIDE else entry["caller"]
    if message is not None and message["channel"] != "webhook":
        shown = message["parts"].get("subject") or message["parts"].get("title") or message["campaign"] or ""
        return Step(sender, PEOPLE, f"{message['channel']}: {shown}", False, entry)
    if entry["kind"] != "call":
        return Step(sender, sender, entry["summary"] or entry["operation"] or "", bool(entry["error"]), entry)
    request = entry["request"]
    path = request["url"].partition("?")[0]
    status = entry["status"] or "no answer"
    failed = not entry["status"] or entry["status"] >= 400
    return Step(sender, entry["vendor"], f"{request['method']} {path} → {status}", failed, entry)
