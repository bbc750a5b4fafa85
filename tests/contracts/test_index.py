"""The index lists every operation the vendors document, so that coverage is true."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from stampcard import Emulator

COUNTS = {"braze": 134, "punchh": 287, "voucherify": 386, "antavo": 132}
CATALOGUE = Path(os.environ.get("STAMPCARD_CATALOGUE", Path(__file__).parents[3] / "shared" / "reference"))
"""A catalogue of the vendors' operations kept beside the checkout, on machines that have one."""


@pytest.mark.parametrize(("vendor", "count"), COUNTS.items())
def test_the_index_holds_every_documented_operation(vendor: str, count: int, stampcard_emulator: Emulator) -> None:
    contract = stampcard_emulator.vendors[vendor].contract
    assert sum(not operation.ours for operation in contract) == count


@pytest.mark.parametrize("vendor", COUNTS)
def test_every_route_is_served_once_and_leads_to_its_operation(vendor: str, stampcard_emulator: Emulator) -> None:
    contract = stampcard_emulator.vendors[vendor].contract
    routes = Counter((operation.service, operation.method, operation.path) for operation in contract)
    assert [route for route, count in routes.items() if count > 1] == []
    for operation in contract:
        assert operation.path.startswith("/"), operation.id
        assert operation.method in ("GET", "POST", "PUT", "PATCH", "DELETE"), operation.id
        assert operation.group and operation.source, operation.id


@pytest.mark.parametrize("vendor", COUNTS)
def test_the_index_agrees_with_the_catalogue(vendor: str, stampcard_emulator: Emulator) -> None:
    catalogue = CATALOGUE / vendor / "endpoints.yaml"
    if not catalogue.is_file():
        pytest.skip("no catalogue of the vendor's operations on this machine")

    def routes(rows: Any) -> dict[str, tuple[str, str, str]]:
        return {row["id"]: (row["method"], row["path"], row["group"]) for row in rows}

    known = routes(yaml.load(catalogue.read_text(encoding="utf-8"), yaml.CSafeLoader)["operations"])
    contract = stampcard_emulator.vendors[vendor].contract
    ours = {
        operation.id: (operation.method, operation.path, operation.group)
        for operation in contract
        if not operation.ours
    }
    assert ours == known
