"""What we did not think of: every emulated operation of every contract driven by `stampcard check`, seeded and bounded.

Each operation is a test in a fresh world: boundary values of every member first, then random data, on contract and
off it, then without credentials and with wrong ones. An answer off contract, a fault of ours, or bad data that is
accepted, fails it.
"""

from __future__ import annotations

from typing import Any

import pytest

from stampcard import Emulator
from stampcard.check.chains import check_chain, links_of, roots
from stampcard.check.running import check_operation, operations, schema_of
from stampcard.check.stateful import check_sequences
from stampcard.check.target import FreshWorld
from stampcard.core.contract import load

VENDORS = ("braze", "punchh", "voucherify", "antavo")
BUDGET = 3000
"""Random cases in all, spread over the operations; boundary values come on top. A case costs about 3 ms."""

OPERATIONS = [(vendor, operation) for vendor in VENDORS for operation in operations(load(vendor))]
EXAMPLES = max(4, BUDGET // len(OPERATIONS))
MAX_CALLS = 150
"""Boundary values sent at most for one operation; some have thousands."""

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    ("vendor", "operation"), OPERATIONS, ids=[f"{vendor} {operation.label}" for vendor, operation in OPERATIONS]
)
def test_the_contract_holds(vendor: str, operation: Any, stampcard_emulator: Emulator) -> None:
    target = FreshWorld(stampcard_emulator, vendor)
    try:
        checked = check_operation(operation, target, examples=EXAMPLES, max_calls=MAX_CALLS)
    finally:
        target.close()
    assert [f"{failure.check}: {failure.message}\n{failure.curl}" for failure in checked.failures] == []
    assert checked.faults == []
    assert checked.calls


LINKS = {vendor: links_of([one for name, one in OPERATIONS if name == vendor]) for vendor in VENDORS}
CHAINS = [
    (vendor, root) for vendor in VENDORS for root in roots([o for v, o in OPERATIONS if v == vendor], LINKS[vendor])
]


@pytest.mark.parametrize(("vendor", "root"), CHAINS, ids=[f"{vendor} {root.label}" for vendor, root in CHAINS])
def test_what_is_created_can_be_read_changed_and_deleted(vendor: str, root: Any, stampcard_emulator: Emulator) -> None:
    target = FreshWorld(stampcard_emulator, vendor)
    try:
        checked = check_chain(root, LINKS[vendor], target)
    finally:
        target.close()
    assert [f"{failure.check}: {failure.message}\n{failure.curl}" for failure in checked.failures] == []
    assert checked.faults == []
    assert checked.calls > 1


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_declared_link_is_followed(vendor: str) -> None:
    """A link that no chain reaches would be a promise nobody keeps."""
    begun = [root.label for name, root in CHAINS if name == vendor]
    reached = set(begun)
    while begun:
        onward = {link.read.target.label for link in LINKS[vendor].get(begun.pop(), ())} - reached
        reached |= onward
        begun += onward
    assert LINKS[vendor].keys() <= reached


@pytest.mark.parametrize("vendor", VENDORS)
def test_sequences_made_up_along_the_links_hold(vendor: str, stampcard_emulator: Emulator) -> None:
    schema = schema_of(stampcard_emulator.vendors[vendor].contract)
    checked = check_sequences(schema, lambda: FreshWorld(stampcard_emulator, vendor), examples=10)
    assert [f"{failure.check}: {failure.message}\n{failure.curl}" for failure in checked.failures] == []
    assert checked.faults == []
    assert any(status < 300 for status in checked.statuses)
