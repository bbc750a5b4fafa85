"""Every error Braze documents has a parity row: with its text or id, or with its status where that is all there is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contracts.test_index import CATALOGUE
from tests.parity.test_parity import HERE as PARITY

TESTS = Path(__file__).parent
STAGES = ("ga", "early_access")
NO_TEXT = {"(text not documented)", "error text in `message`", 'message other than "success"'}
"""What the catalogue says of an error whose text nobody published."""
READ_AS: dict[str, list[str]] = {
    "invalid_external_id | missing_alias_name (input_array aliases_to_identify)": [
        "invalid_external_id",
        "missing_alias_name",
    ],
    "Invalid integration ID / Invalid cursor": ["Invalid integration ID", "Invalid cursor"],
    "The provided translations are missing 'id_1', 'id_2'": ["The provided translations are missing 'id_"],
    "The property '#/<pointer>' ...": ["The property '#/"],
}
"""Entries that stand for several texts, or for the beginning of one."""
BEGINNINGS = tuple(text for texts in READ_AS.values() for text in texts if text.endswith(("'id_", "'#/")))
IDS = {"error_id", "error_code"}

Missing = set[tuple[str, str]]
"""Operation, and text or id."""


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    file = CATALOGUE / "braze" / "endpoints.yaml"
    if not file.is_file():
        pytest.skip("no catalogue of the vendor's operations on this machine")
    found: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return found


@pytest.fixture(scope="module")
def catalogue(reference: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in reference["operations"] if row["stage"] in STAGES]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    files = sorted((PARITY / "braze").glob("*.yaml"))
    return [row for file in files for row in yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)]


def texts(value: Any) -> Iterator[str]:
    """Every text anywhere in a reply."""
    if isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def wanted(operation: dict[str, Any]) -> Counter[tuple[int, str]]:
    """Status and text or id of each error that has one; how often, as one text may stand for several rules."""
    found: Counter[tuple[int, str]] = Counter()
    for error in operation.get("errors", ()):
        text = error.get("error_id") or error.get("error_code") or error["message"]
        if text not in NO_TEXT:
            found.update((error["status"], known) for known in READ_AS.get(text, [text]))
    return found


def tells(row: dict[str, Any], status: int, text: str) -> bool:
    told = texts(row["reply"].get("body", row["reply"].get("contains")))
    return row["reply"]["status"] == status and any(
        one == text or (text in BEGINNINGS and one.startswith(text)) for one in told
    )


def of(operation: dict[str, Any], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that call an operation."""
    path = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(operation["path"])))
    return [row for row in rows if row["call"]["method"] == operation["method"] and path.fullmatch(row["call"]["path"])]


def missing(operation: dict[str, Any], rows: list[dict[str, Any]]) -> Missing:
    own = of(operation, rows)
    return {
        (operation["id"], text)
        for (status, text), count in wanted(operation).items()
        if sum(tells(row, status, text) for row in own) < count
    }


def statuses(operation: dict[str, Any]) -> set[int]:
    """The statuses of errors whose texts nobody published."""
    untold = [e for e in operation.get("errors", ()) if e["message"] in NO_TEXT and not (e.keys() & IDS)]
    return {error["status"] for error in untold if isinstance(error["status"], int)}


def test_every_documented_error_has_a_row(catalogue: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    assert {pair for operation in catalogue for pair in missing(operation, rows)} == set()


def test_every_error_without_a_text_has_a_row_of_its_status(
    catalogue: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> None:
    """What such an error says is assumed; that there is one, and its status, is documented."""
    without = {
        (operation["id"], status)
        for operation in catalogue
        for status in statuses(operation)
        if not any(row["reply"]["status"] == status for row in of(operation, rows))
    }
    assert without == set()


def test_every_error_common_to_all_operations_has_a_row(reference: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Of 5XX the statuses that the page of errors names; of a key as sent what stands before it."""
    common = {
        (status, text.partition("<")[0])
        for error in reference["common_errors"]
        for status in ((500, 502, 503, 504) if error["status"] == "5XX" else (error["status"],))
        for text in error["body"].values()
    }
    told = [(row["reply"]["status"], list(texts(row["reply"].get("body", ())))) for row in rows]
    seen = {
        pair for pair in common for status, said in told if status == pair[0] and said and said[0].startswith(pair[1])
    }
    assert len(common) == 12 and common - seen == set()


def test_there_are_errors_to_look_for(catalogue: list[dict[str, Any]]) -> None:
    assert sum(len(wanted(operation)) for operation in catalogue) > 300
