"""A check that does not see deliberately broken copies of the fakes is none: the share it catches is printed."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from stampcard import Emulator
from stampcard.check.calls import Checked
from stampcard.check.chains import check_chain, links_of
from stampcard.check.running import check_operation, operations
from stampcard.check.target import FreshWorld
from stampcard.core.contract import Contract
from tests.check.mutants import MISTAKES, MUTANTS, Mutant

pytestmark = pytest.mark.filterwarnings("ignore")

PLACES: dict[str, dict[str, str]] = {
    "braze": {
        "root": "catalogs_create",
        "read": "catalogs_list",
        "body": "content_blocks_create",
        "create": "catalog_item_create",
        "show": "catalog_item_get",
        "change": "catalog_item_update",
        "remove": "catalog_item_delete",
        "again": "content_blocks_create",
    },
    "punchh": {
        "root": "dashboard_locations__post",
        "read": "mobile_users_profile__get",
        "body": "dashboard_custom_segments__post",
        "create": "dashboard_locations__post",
        "show": "dashboard_locations__get",
        "change": "dashboard_locations__patch",
        "remove": "dashboard_locations__delete",
        "again": "mobile_users__post",
    },
    "voucherify": {
        "root": "create-customer",
        "read": "get-customer",
        "body": "create-customer",
        "create": "create-customer",
        "show": "get-customer",
        "change": "update-customer",
        "remove": "delete-customer",
        "again": "create-customer",
    },
    "antavo": {
        "root": "reward_entities_create",
        "read": "customer_get",
        "body": "events_submit",
        "create": "reward_entities_create",
        "show": "reward_entities_get",
        "change": "reward_entities_update",
        "remove": "reward_entities_archive",
        "again": "events_submit",
    },
}
"""Where each vendor's copies are broken; `root` begins the chain that goes through create, change and remove."""

ROOTS = {
    ("braze", "again"): "content_blocks_create",
    ("punchh", "again"): "mobile_users__post",
    ("antavo", "again"): "events_submit",
}
"""Chains that repeat a call, where that is another chain."""


@pytest.fixture(scope="module")
def driven() -> dict[str, list[Any]]:
    """Operations as schemathesis reads them: contracts are the same for all mutants."""
    emulator = Emulator()
    return {vendor: list(operations(emulator.vendors[vendor].contract)) for vendor in PLACES}


@pytest.fixture(scope="module")
def emulator() -> Emulator:
    return Emulator()


def copied(emulator: Emulator, vendor: str) -> Emulator:
    """An emulator whose one vendor can be broken without breaking another's: contracts load once."""
    twin = copy.copy(emulator)
    broken = copy.copy(emulator.vendors[vendor])
    fresh = {id: copy.copy(operation) for id, operation in broken.contract.operations.items()}
    broken.contract = Contract(vendor, fresh, broken.contract.document)
    twin.vendors = {**emulator.vendors, vendor: broken}
    twin.worlds, twin._hosts = {}, {}
    return twin


def checked(emulator: Emulator, found: list[Any], vendor: str, mutant: Mutant) -> Checked:
    place = PLACES[vendor][mutant.of]
    twin = copied(emulator, vendor)
    mutant.change(twin.vendors[vendor], place)
    target = FreshWorld(twin, vendor)
    try:
        if mutant.chain:
            begin = ROOTS.get((vendor, mutant.of), PLACES[vendor]["root"])
            root = next(one for one in found if one.definition.raw["operationId"] == begin)
            return check_chain(root, links_of(found), target)
        operation = next(one for one in found if one.definition.raw["operationId"] == place)
        return check_operation(operation, target, examples=2, max_calls=40)
    finally:
        target.close()


@pytest.mark.parametrize("vendor", PLACES)
@pytest.mark.parametrize("of", ["read", "body", "create"])
def test_the_fake_itself_passes_and_gets_beyond_refusals(
    driven: dict[str, list[Any]], emulator: Emulator, vendor: str, of: str
) -> None:
    found = checked(emulator, driven[vendor], vendor, Mutant(of, lambda vendor, operation: None, of == "create"))
    assert found.failures == []
    assert any(status < 300 for status in found.statuses), found.statuses


@pytest.mark.parametrize("vendor", PLACES)
def test_at_least_nineteen_of_twenty_broken_copies_are_caught(
    driven: dict[str, list[Any]], emulator: Emulator, vendor: str, capsys: pytest.CaptureFixture[str]
) -> None:
    MISTAKES.clear()
    missed = [name for name, one in MUTANTS.items() if not checked(emulator, driven[vendor], vendor, one).broken]
    share = 1 - len(missed) / len(MUTANTS)
    with capsys.disabled():
        print(
            f"\n{vendor}: {len(MUTANTS) - len(missed)} of {len(MUTANTS)} mutants caught, {share:.0%}", *missed, end=""
        )
    assert MISTAKES == []
    assert len(MUTANTS) >= 10
    assert share >= 0.95, missed
