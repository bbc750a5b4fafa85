"""A recording as a Mermaid sequence diagram."""

from __future__ import annotations

from stampcard.storyboard.recording import Recording


def mermaid(recording: Recording) -> str:
    """A Mermaid `sequenceDiagram`."""
    names = {lane: f"p{number}" for number, lane in enumerate(recording.lanes)}
    lines = ["sequenceDiagram"]
    lines += [f"    participant {short} as {_plain(lane)}" for lane, short in names.items()]
    for scene in recording.scenes:
        if scene.title:
            first, last = next(iter(names.values())), list(names.values())[-1]
            lines.append(f"    Note over {first},{last}: {_plain(scene.title)}")
        for step in recording.steps(scene):
            arrow = "--x" if step.failed else "->>"
            more = f" ({step.times} more)" if step.times else ""
            lines.append(f"    {names[step.sender]}{arrow}{names[step.receiver]}: {_plain(step.label)}{more}")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Mermaid takes no line breaks, semicolons or hashes in a label."""
    return " ".join(text.split()).replace(";", ",").replace("#", "no. ")[:120]
