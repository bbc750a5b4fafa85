"""What we did not think of: schemathesis drives every emulated operation of every contract, seeded and bounded.

Each operation is a test: boundary values of every member first, then random data, on contract and off it. On contract:
an answer the contract lists, in its media type and schema, and never a fault of ours. Off contract: refused, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from stampcard import Emulator
from stampcard.core.contract import load
from stampcard.core.export import openapi
from tests.contracts.driving import Driver

BUDGET = 3000
"""Random cases in all, spread over the operations; boundary values come on top. A case costs about 3 ms."""

CONTRACTS = {vendor: load(vendor) for vendor in ("braze", "punchh", "voucherify", "antavo")}
OPERATIONS = sum(operation.emulation != "none" for one in CONTRACTS.values() for operation in one)
EXAMPLES = max(4, BUDGET // OPERATIONS)

ALWAYS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

EXCLUDED: dict[str, dict[Any, str]] = {}
"""Operation id -> checks that do not hold for it, and why."""

pytestmark = pytest.mark.filterwarnings("ignore")
seeded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def contract(vendor: str) -> Any:
    """The emulated operations of a vendor as schemathesis reads them."""
    schema = schemathesis.openapi.from_dict(openapi(CONTRACTS[vendor]))
    schema.config.generation.update(modes=list(GenerationMode), deterministic=True)
    schema.config.phases.update(phases=["coverage", "fuzzing"])
    return schema


@pytest.fixture
def drive(stampcard_emulator: Emulator) -> Iterator[Callable[[str, Case], None]]:
    """Send a case to a vendor's world, the same for all cases of a test, and check the answer."""
    drivers: dict[str, Driver] = {}

    def send(vendor: str, case: Case) -> None:
        if vendor not in drivers:
            drivers[vendor] = Driver(stampcard_emulator, vendor)
        response = drivers[vendor].send(case)
        excluded = EXCLUDED.get(case.operation.definition.raw["operationId"], {})
        if deliberate(response):
            return
        refused = 400 <= response.status_code < 500  # schemathesis does not know Punchh's 412 for a refusal
        checks = [
            check for check in (*ALWAYS, *(() if refused else (negative_data_rejection,))) if check not in excluded
        ]
        case.validate_response(response, checks=checks)

    yield send
    for driver in drivers.values():
        driver.close()


def deliberate(response: Any) -> bool:
    """A 501 that names what of a documented operation we do not emulate: refused loudly, as it should be."""
    return response.status_code == 501 and b"stampcard does not" in response.content


braze = contract("braze")
punchh = contract("punchh")
voucherify = contract("voucherify")
antavo = contract("antavo")


@braze.parametrize()
@seeded
def test_braze(case: Case, drive: Callable[[str, Case], None]) -> None:
    drive("braze", case)


@punchh.parametrize()
@seeded
def test_punchh(case: Case, drive: Callable[[str, Case], None]) -> None:
    drive("punchh", case)


@voucherify.parametrize()
@seeded
def test_voucherify(case: Case, drive: Callable[[str, Case], None]) -> None:
    drive("voucherify", case)


@antavo.parametrize()
@seeded
def test_antavo(case: Case, drive: Callable[[str, Case], None]) -> None:
    drive("antavo", case)
