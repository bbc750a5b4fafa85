"""A HAR file that a browser exported: browser/README.md says how it was made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stampcard.cli import main

HAR = Path(__file__).with_name("browser") / "shop.har"
HOSTS = ["--host", "127.0.0.1:8103=voucherify", "--host", "127.0.0.1:8101=braze"]


@pytest.fixture
def usage(capsys: pytest.CaptureFixture[str]) -> Any:
    main(["report", "--har", str(HAR), *HOSTS, "--format", "json"])
    return json.loads(capsys.readouterr().out)


def test_it_is_the_browser_s_own() -> None:
    log = json.loads(HAR.read_text(encoding="utf-8"))["log"]
    assert log["creator"] == {"name": "WebInspector", "version": "537.36"}
    assert len(log["entries"]) == 16


def test_every_call_of_the_page_is_told_with_its_answers(usage: Any) -> None:
    operations = usage["vendors"]["voucherify"]["operations"]
    assert {name: (use["calls"], use["statuses"]) for name, use in operations.items()} == {
        "client-create-customer": (1, {"200": 1}),
        "list-promotion-tiers-client-side": (1, {"200": 1}),
        "redeem-stacked-discounts-client-side": (2, {"200": 1, "400": 1}),
        "track-custom-event-client-side": (1, {"200": 1}),
        "validate-stacked-discounts-client-side": (1, {"200": 1}),
    }
    fields = operations["client-create-customer"]["fields"]
    assert set(fields) == {"/name", "/source_id"}


def test_other_hosts_are_counted_and_nothing_more(usage: Any) -> None:
    assert usage["strangers"] == {"127.0.0.1:9000": 3}


def test_preflights_are_the_browser_s_and_no_operations(usage: Any) -> None:
    assert [use["unknown"] for use in usage["vendors"].values()] == [{}, {}]


def test_a_call_that_the_browser_kept_back_has_no_answer(usage: Any) -> None:
    assert usage["vendors"]["braze"]["operations"]["users_track"]["statuses"] == {"0": 1}


def test_the_report_is_fit_to_be_committed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "partners.json"
    command = ["report", "--har", str(HAR), *HOSTS]
    main([*command, "--write", str(kept)])
    assert "redeem-stacked-discounts-client-side" in capsys.readouterr().out
    assert main([*command, "--against", str(kept)]) == 0
