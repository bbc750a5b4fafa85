"""Every error key of the reference has a parity row with its status and text, or a reason why it has none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.contracts.test_index import CATALOGUE
from tests.parity.test_parity import HERE as PARITY

Error = tuple[int, str]
"""Status and key; 200 for the reasons a validation gives in a reply that succeeds."""

SECTIONS = {
    "### 3.1": None,
    "### 3.2": None,
    "### 3.3": 400,
    "### 3.4": None,
    "## 16.": 200,
}
"""Where the reference lists errors, and the status of those that do not tell one."""

NO_TEXT = ("—", "v2:")
"""What the notes begin with where nobody published the text."""

UNSEEN: dict[str, str] = {
    "the key is listed without a text, a sample or what leads to it": """
        400 duplicate_resource_key  400 query_too_large  400 invalid_campaign_params  400 invalid_gift
        400 invalid_product  400 invalid_sku  400 invalid_publish_params  400 invalid_rollback_params
        400 invalid_add_balance_params  400 invalid_export_params""",
    "an older spelling; calls answer not_found": "404 resource_not_found",
    "campaign templates are not emulated": "400 campaign_type_is_not_supported_by_campaign_template",
    "calls are atomic here: the later of two meets what the first left": "400 multiple_requests",
    "the vendor's guide redeems discounts on items without items, to no effect": "400 missing_order_items",
    "only the estimate of points answers them, which is rare and not emulated": """
        400 campaign_not_active  400 campaign_not_allow_auto_join  400 loyalty_card_not_active""",
    "the vendor's document of loyalty v2 answers it with 409 only": "400 member_already_exists",
}
"""Reason: the keys that have no row because of it. It may only shrink."""


@pytest.fixture(scope="module")
def errors() -> dict[Error, list[str]]:
    """What the reference lists: status and key, with the texts it has for them."""
    file = CATALOGUE / "voucherify" / "behaviour.md"
    if not file.is_file():
        pytest.skip("no notes on the vendor's behaviour on this machine")
    found: dict[Error, list[str]] = {}
    for error, text in tabled(file.read_text(encoding="utf-8")):
        found.setdefault(error, []).append(text)
    return found


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    files = sorted((PARITY / "voucherify").glob("*.yaml"))
    return [row for file in files for row in yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)]


def tabled(notes: str) -> Iterator[tuple[Error, str]]:
    """The rows of the tables of errors, a row of several keys once for each; keys listed in prose without a text."""
    section, status = "", None
    for line in notes.splitlines():
        if line.startswith("#"):
            section = next((name for name in SECTIONS if line.startswith(name)), "")
            status = SECTIONS.get(section)
        elif section and line.startswith("| "):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            statuses = [status] if status else [int(one) for one in re.findall(r"^\d{3}|(?<=/)\d{3}$", cells.pop(0))]
            keys = re.findall(r"`(\w+)`", cells[0])
            yield from (((one, key), cells[1]) for one in statuses for key in keys if one)
        elif section == "### 3.1":
            yield from (((400, key), "—") for key in re.findall(r"`(invalid_\w+)`", line))


def told(value: Any) -> Iterator[dict[str, Any]]:
    """Every error object or reason anywhere in a reply."""
    if isinstance(value, dict):
        if "key" in value:
            yield value
        for item in value.values():
            yield from told(item)
    elif isinstance(value, list):
        for item in value:
            yield from told(item)


def plain(text: str) -> str:
    """A text without its names and ids."""
    return re.sub(r"'[^']*'", "''", text)


def tells(row: dict[str, Any], error: Error, text: str) -> bool:
    """Whether a row demands the key with its status and, where one is documented, with its text."""
    status, key = error
    if row["reply"]["status"] != status:
        return False
    bodies = told(row["reply"].get("body", row["reply"].get("contains")))
    return any(
        body["key"] == key
        and (text.startswith(NO_TEXT) or ("message" in body and plain(body["message"]) in plain(text)))
        for body in bodies
    )


def test_every_error_key_has_a_row_or_a_reason(errors: dict[Error, list[str]], rows: list[dict[str, Any]]) -> None:
    """Exactly: a reason that is no longer needed fails, too."""
    without = {
        error for error, texts in errors.items() for text in texts if not any(tells(row, error, text) for row in rows)
    }
    listed = [(int(status), key) for group in UNSEEN.values() for status, key in re.findall(r"(\d{3}) (\w+)", group)]
    assert len(listed) == len(set(listed)), "a key is listed twice"
    assert sorted(without - set(listed)) == [], "these keys have no row"
    assert sorted(set(listed) - without) == [], "these keys have a row: take them off the list"


def test_the_tables_are_read(errors: dict[Error, list[str]]) -> None:
    some = {(409, "duplicate_found"), (400, "voucher_expired"), (200, "no_effect"), (423, "zero_card_balance")}
    assert some <= set(errors)
    assert len(errors) > 85
