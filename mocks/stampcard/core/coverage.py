"""What is documented, what is emulated, and where each behaviour is known from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from stampcard.core.contract import Contract, Operation, load, vendors


def contracts() -> list[Contract]:
    """Every contract there is, without handlers: coverage is a matter of contracts alone."""
    return [load(vendor) for vendor in vendors()]


def as_json(all_of: Iterable[Contract]) -> dict[str, Any]:
    """The shape of `coverage --json`."""
    return {"vendors": {contract.vendor: _vendor(contract) for contract in all_of}}


def as_text(all_of: Iterable[Contract]) -> str:
    """A table for a terminal: a row per group, a total per vendor."""
    return _table(all_of, "{:<34} {:>10} {:>9} {:>7} {:>12}  {}", rule=False)


def as_markdown(all_of: Iterable[Contract]) -> str:
    return _table(all_of, "| {} | {} | {} | {} | {} | {} |", rule=True)


def _documented(contract: Contract) -> list[Operation]:
    return [operation for operation in contract if not operation.ours]


def _vendor(contract: Contract) -> dict[str, Any]:
    operations = _documented(contract)
    return {
        "events": _events(contract),
        "documented": len(operations),
        "stateful": _count(operations, "stateful"),
        "static": _count(operations, "static"),
        "not_emulated": _count(operations, "none"),
        "operations": [
            {
                "id": operation.id,
                "group": operation.group,
                "method": operation.method,
                "path": operation.path,
                "emulation": operation.emulation,
                "provenance": operation.provenance,
                "source": operation.source,
            }
            for operation in operations
        ],
    }


def _events(contract: Contract) -> dict[str, Any]:
    """What the vendor sends out: `documented` counts also those whose name alone is published (`undescribed`)."""
    described = contract.events.values()
    undescribed = [name for row in contract.document["undescribed"] for name in row["names"]]
    return {
        "documented": len(described) + len(undescribed),
        "described": len(described),
        "emitted": sum(event.emulation == "emitted" for event in described),
        "recorded": sum(event.emulation == "recorded" for event in described),
        "undescribed": undescribed,
        "list": [
            {"name": event.name, "emulation": event.emulation, "provenance": event.provenance, "source": event.source}
            for event in described
        ],
    }


def _events_line(contract: Contract) -> str:
    found = _events(contract)
    known = Counter(event.provenance for event in contract.events.values())
    said = ", ".join(f"{count} {provenance}" for provenance, count in known.most_common())
    kept = f", {found['recorded']} recorded" if found["recorded"] else ""
    return (
        f"{contract.vendor} events: {found['documented']} documented, {found['described']} described ({said}), "
        f"{found['emitted']} emitted{kept}"
    )


def _table(all_of: Iterable[Contract], row: str, *, rule: bool) -> str:
    lines = [row.format("group", "documented", "stateful", "static", "not emulated", "known from")]
    if rule:
        lines.append(row.format("---", "---:", "---:", "---:", "---:", "---"))
    told = []
    for contract in all_of:
        groups: dict[str, list[Operation]] = {}
        for operation in _documented(contract):
            groups.setdefault(operation.group, []).append(operation)
        for group, operations in sorted(groups.items()):
            lines.append(_row(row, f"{contract.vendor} {group}", operations))
        total = f"**{contract.vendor}**" if rule else f"{contract.vendor.upper()} in all"
        lines.append(_row(row, total, _documented(contract)))
        told.append(_events_line(contract))
    lines += ["", *(f"- {line}" if rule else line for line in told)]
    return "\n".join(line.rstrip() for line in lines)


def _row(row: str, name: str, operations: list[Operation]) -> str:
    known = Counter(operation.provenance for operation in operations if operation.emulation != "none")
    said = ", ".join(f"{count} {provenance}" for provenance, count in known.most_common())
    counts = [_count(operations, kind) for kind in ("stateful", "static", "none")]
    return row.format(name, len(operations), *counts, said)


def _count(operations: Iterable[Operation], emulation: str) -> int:
    return sum(operation.emulation == emulation for operation in operations)
