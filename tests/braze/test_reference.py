"""Every row of the tables in the Braze reference is tested by name, or the map says why not."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent
REFERENCE = HERE.parents[2] / "shared" / "reference" / "braze"
MAP = (HERE / "reference_map.txt").read_text(encoding="utf-8")
TEMPLATES = [row["template"] for row in yaml.safe_load((HERE / "liquid_cases.yaml").read_text(encoding="utf-8"))]
Row = tuple[str, str, str]
"""File and section, the beginning of the row's first cell, where it is tested."""


def mapped() -> list[Row]:
    rows, section = [], ""
    for line in MAP.splitlines():
        if line.startswith("# "):
            section = line[2:]
        elif section and line:
            cell, _, where = line.partition(" | ")
            rows.append((section, cell, where))
    return rows


def table_rows(name: str) -> list[tuple[str, str]]:
    """Section and first cell of every row of a document's tables."""
    section, inside, found = "", False, []
    for line in (REFERENCE / name).read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"#{2,3} (\d+(?:\.\d+)?)\.? ", line):
            section = heading[1]
        if not line.startswith("|"):
            inside = False
        elif re.fullmatch(r"\|[-| ]+\|", line):
            inside = True
        elif inside:
            found.append((f"{name} {section}", re.split(r"(?<!\\)\|", line)[1].strip()))
    return found


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((HERE.parent / f"{file}.py").read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("row", mapped(), ids=lambda row: f"{row[0]}: {row[1]}"[:80])
def test_the_row_is_tested_where_the_map_says(row: Row) -> None:
    _, _, where = row
    for target in where.split(" ;; "):
        kind, _, what = target.partition(" ")
        if kind == "case":
            assert any(what in template for template in TEMPLATES), f"no case has {what!r}"
        elif kind == "test":
            file, _, name = what.partition("::")
            assert name in names_in(file), f"{file}.py has no {name}"
        else:
            assert kind == "none:" and what, where


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference lies beside the checkout, not in it")
@pytest.mark.parametrize("name", ["liquid.md", "connected-content.md", "engine.md"])
def test_no_row_of_the_reference_is_left_out(name: str) -> None:
    ours = [(section, cell) for section, cell, _ in mapped() if section.startswith(name)]
    theirs = [(section, cell) for section, cell in table_rows(name) if not section.startswith("engine.md 7")]
    # In order: some first cells stand several times in a table, and a cell may begin as another one does.
    unmatched = [
        pair for pair in theirs if not any(section == pair[0] and pair[1].startswith(cell) for section, cell in ours)
    ]
    assert unmatched == []
    assert len(ours) == len(theirs)
