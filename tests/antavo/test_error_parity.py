"""Every error Antavo documents, by operation and in the table of codes, has a parity row or a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contracts.test_index import CATALOGUE
from tests.parity.test_parity import HERE as PARITY

TESTS = Path(__file__).parent
Missing = set[tuple[str, str]]
"""Operation, and status with code; of code 0, which stands for many, status with the text."""

READ_AS = {"Limit must be between 100 and 100": "Limit must be between 1 and 100"}
"""Published texts with an evident slip."""

ELSEWHERE = {
    "test_async_events.py": {"async_events_status": "200 112101"},
    "catalogue/test_bulk.py": {"bulk_coupons": "400 202003"},
}
"""What a row cannot do: let the queue run, or send 50,001 codes. The test in this file does."""

UNSEEN = {
    "an empty customer id makes the path the one of the search, which has the row": {"customer_get": "400 160211"},
    "named in the row it concerns, with HTTP 200; when the whole call answers 404 is not published": {
        "entities_bulk": "404 Entity not found"
    },
    "a path without an id is another path": {
        "customer_optin_credentials": "400 Missing path param: customer_id",
    },
    "the id is generated on this route": {"entities_create": "400 The ID is required and needs to be unique"},
    "the list names no reward": {"rewards_legacy_list": "404 Reward not found"},
    "modules are always on here, but for those that are empty until they are set up": {
        "rewards_legacy_claim": "200 160600",
        "offers_for_cart": "404 Not Found",
    },
    "the same text under two codes; the other one is answered": {
        "coupon_pool_update": "400 202025",
        "coupon_pool_create": "400 202025",
        "bulk_coupons_status": "404 202004",
        "bulk_coupons": "400 330502",
    },
    "two codes for one mistake; the other one is answered": {
        "bulk_coupons_errors": "404 320504",
        "club_owner_assign": "400 201034",
    },
    "what makes an id invalid is not published": {
        "coupon_pool_update": "400 202004, 404 202004",
        "coupon_pool_create": "400 202004",
    },
    "the call names no batch": {"bulk_coupons": "404 330531"},
    "the same error is listed with HTTP 400, too, which is answered": {
        "club_point_expiry": "404 201121",
        "club_points_donate": "404 201094",
    },
    "an unexpected failure of Antavo; nothing that a caller does leads to it": {"club_disband": "400 201056"},
    "a template that has clubs cannot vanish here": {"club_invite": "400 201062"},
    "nobody is in two clubs, so no member owns another one": {"club_owner_assign": "400 201037"},
    "how long somebody has to be a member before donating is not set up anywhere here": {
        "club_points_donate": "400 201155"
    },
    "when joining misses a member is not published": {"club_join_public": "400 201087"},
    "what a member bought is never less than one of the purchases": {"events_submit": "400 112204"},
}
"""Reason: operation, and the errors without a row because of it. It may only shrink."""

CODES_UNSEEN = {
    112204: "as above",
    120031: "the table gives 120030 and 120031 one text; 120030 is answered",
    160600: "as above",
    220012: "invalid_grant: client credentials are no grant that could be invalid",
    220013: "unauthorized_client: every client here may have the one grant there is",
    202025: "as above",
}
"""Codes of the table that no row tells, and why."""


@pytest.fixture(scope="module")
def operations() -> list[dict[str, Any]]:
    file = CATALOGUE / "antavo" / "endpoints.yaml"
    if not file.is_file():
        pytest.skip("no catalogue of the vendor's operations on this machine")
    found: list[dict[str, Any]] = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)["operations"]
    return found


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    files = sorted((PARITY / "antavo").glob("*.yaml"))
    return [row for file in files for row in yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)]


def errors(value: Any) -> Iterator[dict[str, Any]]:
    """Every object with a code anywhere in a reply."""
    if isinstance(value, dict):
        if "code" in value:
            yield value
        for item in value.values():
            yield from errors(item)
    elif isinstance(value, list):
        for item in value:
            yield from errors(item)


def cases(operation: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    for error in operation.get("errors", ()):
        for case in error.get("cases", ()):
            yield error["status"], case


def tells(row: dict[str, Any], status: int, case: dict[str, Any]) -> bool:
    """Whether a row expects this status, code, and (its placeholders aside) text and type."""
    if row["reply"]["status"] != status:
        return False
    told = errors(row["reply"].get("body", row["reply"].get("contains")))
    return any(one["code"] == case["code"] and same(one, case) for one in told)


def same(told: dict[str, Any], case: dict[str, Any]) -> bool:
    text = READ_AS.get(case["message"], case["message"]).replace("\u2019", "'").replace("\u2018", "'")
    pattern = re.sub(r"%s|\\\{\\\}|\\\{\w+\\\}|<[^>]+>|''", ".*", re.escape(text).replace("\\ ", " "))
    message = told.get("message", "").replace("\u2019", "'").replace("\u2018", "'")
    # The actor of one page is the empty property of another: the name in quotes is what the row is about.
    pattern = pattern.replace("'actor'", "'.*'")
    return bool(re.fullmatch(pattern, message)) and case["type"] in (told.get("type"), None)


def missing(operation: dict[str, Any], rows: list[dict[str, Any]]) -> Missing:
    path = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(operation["path"])))
    own = [row for row in rows if row["call"]["method"] == operation["method"] and path.fullmatch(row["call"]["path"])]
    return {
        (operation["id"], key(status, case))
        for status, case in cases(operation)
        if not any(tells(row, status, case) for row in own)
    }


def listed(table: dict[str, dict[str, str]]) -> Missing:
    return {
        (operation, one) for group in table.values() for operation, text in group.items() for one in text.split(", ")
    }


def key(status: int, case: dict[str, Any]) -> str:
    return f"{status} {case['code'] or case['message']}"


def test_every_documented_error_has_a_row_or_a_reason(
    operations: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> None:
    """Exactly: a reason that is no longer needed fails, too."""
    without = {found for operation in operations for found in missing(operation, rows)}
    assert without == listed(ELSEWHERE) | listed(UNSEEN)


@pytest.mark.parametrize(("file", "code"), [(file, t.split()[1]) for file, g in ELSEWHERE.items() for t in g.values()])
def test_what_is_tested_elsewhere_is(file: str, code: str) -> None:
    assert re.search(rf"\b{code}\b", (TESTS / file).read_text(encoding="utf-8"))


def test_reasons_may_only_shrink(operations: list[dict[str, Any]]) -> None:
    documented = {(one["id"], key(status, case)) for one in operations for status, case in cases(one)}
    assert len(documented) > 300
    assert len(listed(UNSEEN)) <= 26


def test_every_code_of_the_table_has_a_row_or_a_reason(
    operations: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> None:
    """The table of codes in the behaviour reference, and every code an operation lists."""
    text = (CATALOGUE / "antavo" / "behaviour.md").read_text(encoding="utf-8")
    table = text.partition("### 3.2 Codes")[2].partition("### 3.3")[0]
    codes = {code for line in table.splitlines() if line.startswith("| ") for code in named(line.split("|")[1])}
    told = {one["code"] for row in rows for one in errors(row["reply"].get("body", row["reply"].get("contains")))}
    elsewhere = {int(found.split()[1]) for _, found in listed(ELSEWHERE)}
    assert len(codes) >= 50
    assert codes - told - elsewhere - {429} == CODES_UNSEEN.keys() & codes
    assert 429 in {row["reply"]["status"] for row in rows}


def named(cell: str) -> Iterator[int]:
    """`160211 / 160311`, `120030, 120031`, `220010 - 220015, 220052`; families such as 2010xx are the operations'."""
    for part in re.split(r"[/,]", cell):
        ends = [int(one) for one in re.findall(r"\b\d+\b", part)]
        if re.search(r"\dxx", part) or not ends:
            continue
        yield from range(ends[0], ends[-1] + 1)
