"""Every error Punchh documents with a body or a text has a parity row, or a reason why it has none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contracts.test_index import CATALOGUE
from tests.parity.test_parity import HERE as PARITY

TESTS = Path(__file__).parent
TIERS = ("core", "secondary")

Missing = set[tuple[str, str]]
"""Operation, and status with the body or text."""

ELSEWHERE = {
    "mobile/test_checkins.py": {"This receipt is too old to be accepted.": "mobile_checkins_barcode__post"},
    "mobile/test_redemptions.py": {
        "This Redemption cannot be cancelled because the Redemption code has been expired": (
            "mobile_redemptions_redemption_id__delete"
        ),
        "CODE_EXPIRED": "pos_users_search__get",
    },
    "dashboard/test_segment_members.py": {
        "Max 1000 users allowed per api call in async mode": "dashboard_custom_segments_members_add_users__post",
    },
}
"""Needs time to pass, or too large for a row: a test in this file has it."""

UNSEEN = {
    "the guest is the token's, so that nobody else can be named": {
        "User not found": """mobile_discounts_active__get mobile_discounts_select__post
            mobile_discounts_unselect__delete sso_batch_redemptions__post sso_batch_redemptions_redemption_ref__delete
            sso_discounts_active__get sso_discounts_auto_select__post sso_discounts_select__post
            sso_discounts_unlock__put sso_discounts_unselect__delete""",
        "Required parameter missing or the value is empty: user_id": """mobile_discounts_select__post
            sso_discounts_select__post""",
    },
    "who is banned or deactivated is logged out and gets a 401 before": {
        "Guest is not allowed to select/unselect from basket as he/she is banned or deactivated from the Loyalty "
        "program": """mobile_discounts_select__post mobile_discounts_unselect__delete sso_discounts_auto_select__post
            sso_discounts_select__post sso_discounts_unselect__delete""",
    },
    "which configuration is invalid is not published": {
        "Invalid Business Configuration. Please connect with your Customer Success representative for resolution of "
        "the issue": """mobile_discounts_select__post sso_discounts_select__post sso_discounts_unlock__put
            pos_discounts_select__post pos_discounts_unlock__put pos_discounts_lookup__post""",
    },
    "strategies of the dashboard whose rules are not published: limits by type, interoperability, amounts": {
        "Processing limit for discounts of loyalty type has been reached": """mobile_discounts_select__post
            sso_batch_redemptions__post sso_discounts_select__post pos_batch_redemptions__post
            pos_discounts_select__post""",
        "Interoperability validation failed": """mobile_discounts_select__post sso_discounts_select__post
            pos_discounts_select__post""",
        "Max Redemption Amount has been reached": """mobile_discounts_select__post sso_discounts_select__post
            pos_discounts_select__post""",
        "The code can not be added, as the campaign has exceeded its usage limit": """mobile_discounts_select__post
            sso_discounts_select__post pos_discounts_select__post""",
        "This coupon can only be used 1 time(s) per day": """mobile_discounts_select__post pos_discounts_select__post
            sso_discounts_select__post""",
    },
    "the published parameters have no `id`": {
        "Required parameter missing or the value is empty: id": """sso_batch_redemptions__post
            sso_batch_redemptions_redemption_ref__delete pos_batch_redemptions__post
            pos_batch_redemptions_redemption_ref__delete""",
    },
    "when things are put in without an order is not published; here they may": {
        "Required parameter missing or the value is empty: external_uid": """mobile_discounts_select__post
            sso_discounts_select__post pos_discounts_select__post""",
    },
    "a call is answered whole here before another begins": {
        "Another transaction is currently accessing the same code. Please try after some time.": """
            mobile_discounts_select__post sso_discounts_select__post pos_discounts_select__post""",
    },
    "checked when things are put in; what no longer fits is a failure of its own row": {
        "Points Balance is insufficient to process request": "sso_batch_redemptions__post pos_batch_redemptions__post",
        "Redemption limit reached": "sso_batch_redemptions__post pos_batch_redemptions__post",
    },
    "Google is configured here as soon as it is enabled": {
        "Google sign-in client ID not configured.": """mobile_users_google_sign_in__post
            sso_users_connect_with_google__post""",
    },
    "the family knows its client otherwise: a wrong digest, or an admin key": {
        "Required parameter missing or the value is empty.": """sso_users_connect_with_google__post
            dashboard_locations__get""",
    },
    "there are no positions, opening hours and unreadable printers here": {
        "Guest not within range of restaurant location.": "mobile_checkins_barcode__post",
        "Due to network connectivity issues at the printing location, this Bar Code cannot be scanned. Please submit "
        "a picture of the receipt showing the receipt amount and receipt date via  'Need Help?' button.": (
            "mobile_checkins_barcode__post"
        ),
        "We are looking for your check, but it's taking longer than expected. Once we find it, we'll let you know and "
        "add it to your account.": "mobile_checkins_barcode__post",
        "Unable to determine your distance from El Paso. Please check to see if your phone's GPS is enabled and try "
        "upgrading your app.": "mobile_checkins_qrcode__post",
        "You can only checkin at this location within working hours.": "mobile_checkins_qrcode__post",
    },
    "no example but the kinds of its members": {"string": "mobile_users__delete"},
    "two answers are published for one condition; the newer is given": {
        "@mobile_invalid_access_token": "mobile_users_logout__delete mobile_user_relations__post",
    },
    "a note of the catalogue, not a text": {
        "(same text for segment_id, category, campaign_type, start_time, campaign_id)": "dashboard_campaigns__post",
    },
    "coupon campaigns are not made by this call here, which it says": {
        "Coupon campaign not found": "dashboard_campaigns__post",
    },
    "the call has no e-mail and no password; the texts are those of the login": {
        "Required parameter missing or the value is empty: email": "mobile_coupons__post",
        "Sorry, Invalid Email/Password.": "mobile_coupons__post",
    },
    "reading takes no data and no UUID; the texts are those of the calls beside it": {
        "Required parameter missing or the value is empty: data": "dashboard_offers_redeemable__get",
        "Invalid redeemable UUID": "dashboard_offers_redeemable__get",
    },
    "what is wrong with one row is said in its result, and the call is a 200": {
        "Invalid redeemable uuid": "dashboard_offers_redeemable__post",
    },
}
"""Reason: what has no row because of it, and in which operations. It may only shrink."""


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Any]:
    file = CATALOGUE / "punchh" / "endpoints.yaml"
    if not file.is_file():
        pytest.skip("no catalogue of the vendor's operations on this machine")
    found: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return found


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    files = sorted((PARITY / "punchh").glob("*.yaml"))
    return [row for file in files for row in yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)]


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


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


def wanted(operation: dict[str, Any], common: dict[str, Any]) -> Iterator[str]:
    """`422 {"errors":...}` of each error with a body, `422 text` of each with a text alone."""
    for error in operation.get("errors") or ():
        status = error["status"]
        for name in error.get("ref", ()):
            yield f"{status} @{name}"
        for body in error.get("bodies", ()):
            yield f"{status} {compact(json.loads(body))}"
        for text in error.get("messages", ()):
            yield f"{status} {text}"


def pattern(error: str, common: dict[str, Any]) -> tuple[int, str, bool]:
    """Status, a pattern of what must be told, and whether it is the whole body."""
    status, _, what = error.partition(" ")
    if what.startswith("@"):
        found = common[what[1:]]
        bodies = [found["body"]] + [text for text in found.get("variants") or () if text.startswith(("{", "["))]
        whole = [compact(json.loads(re.sub(r" \(.*$", "", re.sub(r"\}( on | \().*$", "}", body)))) for body in bodies]
        return int(status), "|".join(map(loosely, whole)), True
    whole_body = what.startswith(("{", "["))
    return int(status), loosely(what if whole_body else what.rstrip(".")) + ("" if whole_body else r"\.?"), whole_body


def loosely(text: str) -> str:
    """A text of the catalogue as a pattern: names in braces, and numbers of examples, stand for any."""
    found = re.escape(text)
    found = re.sub(r"\\\{\w+\\\}|\\\([a-z\\ ]+\\\)", '[^"]+', found)
    return re.sub(r"\d[\d.\\-]*", r"[\\d.-]+", found)


def tells(row: dict[str, Any], error: str, common: dict[str, Any]) -> bool:
    status, told, whole = pattern(error, common)
    if row["reply"]["status"] != status:
        return False
    body = row["reply"].get("body", row["reply"].get("contains"))
    found = [compact(body)] if whole else texts(body)
    return any(re.fullmatch(told, one) for one in found)


def missing(operation: dict[str, Any], rows: list[dict[str, Any]], common: dict[str, Any]) -> Missing:
    path = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(operation["path"])))
    own = [row for row in rows if row["call"]["method"] == operation["method"] and path.fullmatch(row["call"]["path"])]
    return {
        (operation["id"], error)
        for error in wanted(operation, common)
        if not any(tells(row, error, common) for row in own)
    }


def said(error: str, common: dict[str, Any]) -> str:
    """The text of an error, by which the lists above name it."""
    _, _, what = error.partition(" ")
    if what.startswith("@"):
        return what
    return next(texts(json.loads(what))) if what.startswith(("{", "[")) else what.removesuffix(".")


def listed(table: dict[str, dict[str, str]]) -> set[tuple[str, str]]:
    return {
        (operation, text.removesuffix("."))
        for group in table.values()
        for text, names in group.items()
        for operation in names.split()
    }


def test_every_documented_error_has_a_row_or_a_reason(catalogue: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Exactly: a reason that is no longer needed fails, too."""
    common = catalogue["common_errors"]
    without = {
        (operation, said(error, common).removesuffix("."))
        for row in catalogue["operations"]
        if row["tier"] in TIERS
        for operation, error in missing(row, rows, common)
    }
    assert without == listed(ELSEWHERE) | listed(UNSEEN)


@pytest.mark.parametrize(("file", "text"), [(file, text) for file, group in ELSEWHERE.items() for text in group])
def test_what_is_tested_elsewhere_is(file: str, text: str) -> None:
    assert text in (TESTS / file).read_text(encoding="utf-8")


def test_most_errors_have_rows(catalogue: dict[str, Any]) -> None:
    common, core = catalogue["common_errors"], [row for row in catalogue["operations"] if row["tier"] in TIERS]
    documented = sum(len(list(wanted(row, common))) for row in core)
    assert len(listed(ELSEWHERE) | listed(UNSEEN)) < documented / 5
