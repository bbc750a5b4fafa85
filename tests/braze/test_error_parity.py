"""Every error Braze documents with a text or an id of its own has a parity row, or a reason why it has none."""

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
}
"""Entries that stand for several texts, or for the beginning of one."""

Missing = set[tuple[str, str]]
"""Operation, and text or id."""

ELSEWHERE = {
    "test_content_blocks.py": {"Content must be smaller than 50kb": "content_blocks_create content_blocks_update"},
    "test_catalogs.py": {
        "too-many-fields": "catalogs_create",
        "catalog-exceeds-fields-limit": "catalog_fields_create",
    },
    "test_media_library.py": {
        "ASSET_SIZE_EXCEEDS_LIMIT": "media_library_create",
        "MEDIA_LIBRARY_LIMIT_REACHED": "media_library_create",
        "ZIP_FILE_TOO_LARGE": "media_library_create",
        "ZIPPED_ENTITY_HAS_NO_NAME": "media_library_create",
        "ZIPPED_ENTITY_CANNOT_HAVE_NESTED_DIRECTORY": "media_library_create",
    },
    "test_limits.py": {
        "You have exceeded the maximum number of requests. Please try again later.": """
            campaigns_translations_get campaigns_translations_source campaigns_translations_update
            canvas_translations_get canvas_translations_source canvas_translations_update
            content_blocks_translations_get content_blocks_translations_update
            templates_translations_get templates_translations_source templates_translations_update""",
    },
}
"""Too large, or not text, for a row; a test in this file stands for all operations that share the rule."""

UNSEEN = {
    "an unexpected failure of Braze; nothing that a caller does leads to it": {
        "arbitrary-error": """
            catalog_items_create_async catalog_items_update_async catalog_items_replace_async catalog_items_delete_async
            catalog_items_list catalog_item_get catalog_item_create catalog_item_update catalog_item_replace
            catalog_item_delete catalog_fields_create catalog_fields_delete catalog_selections_create
            catalog_selections_delete""",
        "GENERIC_ERROR": "media_library_create",
    },
    "there is no storage quota here": {
        "company-size-limit-already-reached": "catalog_fields_create catalog_selections_create",
    },
    "there is no back-in-stock notification here": {"field-is-inventory": "catalog_fields_delete"},
    "how long is too long is not documented": {
        "filtered-set-field-too-long": "catalog_item_create catalog_item_update catalog_item_replace",
    },
    "the operation has no parameter that names a locale": {
        "The provided locale code does not exist.": """
            campaigns_translations_source canvas_translations_source templates_translations_source""",
    },
    "bodies over 10 MB are refused before they are read": {
        "The provided translations have exceeded the maximum of 20MB.": """
            campaigns_translations_update canvas_translations_update content_blocks_translations_update
            templates_translations_update""",
    },
    "one rule, two texts; the other one is answered": {
        "The max number of ids per request was exceeded": "messages_send",
    },
    "the newest page has dropped the rule": {
        "identifiers must be objects of the same type": "users_merge",
    },
    "no page describes the slideup object that the rule is about": {
        "Slideup Message Length Exceeded": "messages_send",
    },
    "a send_id is assigned within the request here": {
        "The external reference has been queued.  Please retry to obtain send_id.": "transactional_send",
    },
    "campaigns cannot be archived here": {
        "The campaign is archived. Unarchive the campaign in order for trigger requests to take effect.": (
            "transactional_send"
        ),
    },
    "schemas of recommended e-commerce events are not checked here": {
        "The property '#/<pointer>' ...": "users_track",
    },
}
"""Reason: what has no row because of it, and in which operations. It may only shrink."""


@pytest.fixture(scope="module")
def catalogue() -> list[dict[str, Any]]:
    file = CATALOGUE / "braze" / "endpoints.yaml"
    if not file.is_file():
        pytest.skip("no catalogue of the vendor's operations on this machine")
    rows: list[dict[str, Any]] = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)["operations"]
    return [row for row in rows if row["stage"] in STAGES]


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
        one == text or (text.endswith("'id_") and one.startswith(text)) for one in told
    )


def missing(operation: dict[str, Any], rows: list[dict[str, Any]]) -> Missing:
    path = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(operation["path"])))
    own = [row for row in rows if row["call"]["method"] == operation["method"] and path.fullmatch(row["call"]["path"])]
    return {
        (operation["id"], text)
        for (status, text), count in wanted(operation).items()
        if sum(tells(row, status, text) for row in own) < count
    }


def listed(table: dict[str, dict[str, str]]) -> Missing:
    return {
        (operation, text) for group in table.values() for text, names in group.items() for operation in names.split()
    }


def test_every_documented_error_has_a_row_or_a_reason(
    catalogue: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> None:
    """Exactly: a reason that is no longer needed fails, too."""
    without = {pair for operation in catalogue for pair in missing(operation, rows)}
    assert without == listed(ELSEWHERE) | listed(UNSEEN)


@pytest.mark.parametrize(("file", "text"), [(file, text) for file, group in ELSEWHERE.items() for text in group])
def test_what_is_tested_elsewhere_is(file: str, text: str) -> None:
    assert text in (TESTS / file).read_text(encoding="utf-8")


def test_most_errors_have_rows(catalogue: list[dict[str, Any]]) -> None:
    documented = sum(len(wanted(operation)) for operation in catalogue)
    assert len(listed(ELSEWHERE) | listed(UNSEEN)) < documented / 5
