"""Deliberately broken copies of the fakes: a check that does not see them broken is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from stampcard import Emulator
from stampcard.check.calls import Checked
from stampcard.check.running import check_operation, operations
from stampcard.check.target import FreshWorld
from stampcard.core.contract import load
from stampcard.core.endpoint import Caller, Reply, Vendor
from stampcard.core.errors import ApiError

pytestmark = pytest.mark.filterwarnings("ignore")

OPERATIONS = {
    "braze": "users_export_ids",
    "punchh": "dashboard_custom_segments__post",
    "voucherify": "create-customer",
    "antavo": "customer_get",
}
"""One operation a vendor, that answers with success to data made up."""

BODIES = {"antavo": "events_submit"}
"""Another one, where the first takes nothing that could be wrong."""

Change = Callable[[Vendor[Any], str], None]


def answering(change: Callable[[Reply], Reply]) -> Change:
    """A handler whose replies are changed on their way out, past our own check of replies."""

    def mutate(vendor: Vendor[Any], operation: str) -> None:
        handler = vendor.handlers[operation]

        async def changed(call: Any) -> Reply:
            return change(await handler(call))

        vendor.handlers = {**vendor.handlers, operation: changed}  # type: ignore[misc]
        vendor.contract.operations[operation].__dict__["replies"] = Unchecked()

    return mutate


class Unchecked:
    """Our own check of replies, off: what is sought is whether a check from outside sees it."""

    def check(self, status: int, body: Any) -> None:
        pass


def emptied(reply: Reply) -> Reply:
    return replace(reply, body={} if isinstance(reply.body, dict) else None)


def retyped(reply: Reply) -> Reply:
    return replace(reply, body=[reply.body])


def crashed(reply: Reply) -> Reply:
    raise RuntimeError("mutant")


def open_to_all(vendor: Vendor[Any], operation: str) -> None:
    """Authentication is ignored: whoever calls is taken for the newest tenant."""
    add = vendor.add_tenant
    known: list[Caller[Any]] = []

    def add_tenant(world: Any) -> Any:
        state = add(world)
        known.append(Caller(world, state, None))
        return state

    identify, authenticate = vendor.identify, vendor.authenticate

    def identified(request: Any) -> Any:
        return identify(request) or known[-1]

    def authenticated(caller: Any, request: Any, place: Any) -> Any:
        try:
            return authenticate(caller, request, place)
        except ApiError:
            return caller or known[-1]

    vendor.add_tenant = add_tenant  # type: ignore[method-assign]
    vendor.identify = identified  # type: ignore[method-assign]
    vendor.authenticate = authenticated  # type: ignore[method-assign]


def careless(vendor: Vendor[Any], operation: str) -> None:
    """What breaks the contract is answered with success."""
    vendor.invalid = lambda call, error: ApiError(200, {"message": "fine"})  # type: ignore[method-assign]


MUTANTS: dict[str, Change] = {
    "wrong status": answering(lambda reply: replace(reply, status=reply.status + 7)),
    "redirect": answering(lambda reply: replace(reply, status=302)),
    "missing members": answering(emptied),
    "wrong type": answering(retyped),
    "wrong content type": answering(lambda reply: replace(reply, raw=b"<p>hello</p>", media_type="text/html")),
    "no JSON": answering(lambda reply: replace(reply, raw=b"{")),
    "a crash": answering(crashed),
    "authentication ignored": open_to_all,
    "bad data accepted": careless,
}


@pytest.fixture(scope="module")
def driven() -> dict[str, Any]:
    """Operations as schemathesis reads them, by id: contracts are the same for all mutants."""
    wanted = {*OPERATIONS.values(), *BODIES.values()}
    every = [operation for vendor in OPERATIONS for operation in operations(load(vendor))]
    return {found: one for one in every if (found := one.definition.raw["operationId"]) in wanted}


def checked(driven: dict[str, Any], vendor: str, found: str, mutate: Change | None) -> Checked:
    emulator = Emulator()
    if mutate is not None:
        mutate(emulator.vendors[vendor], found)
    target = FreshWorld(emulator, vendor)
    try:
        return check_operation(driven[found], target, examples=4)
    finally:
        target.close()


@pytest.mark.parametrize("vendor", OPERATIONS)
def test_the_fake_itself_passes_and_gets_beyond_refusals(driven: dict[str, Any], vendor: str) -> None:
    found = checked(driven, vendor, OPERATIONS[vendor], None)
    assert found.failures == []
    assert any(status < 300 for status in found.statuses), found.statuses


@pytest.mark.parametrize("vendor", OPERATIONS)
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mutant_is_caught(driven: dict[str, Any], vendor: str, mutant: str) -> None:
    operation = BODIES.get(vendor, OPERATIONS[vendor]) if mutant == "bad data accepted" else OPERATIONS[vendor]
    assert checked(driven, vendor, operation, MUTANTS[mutant]).failures != []
