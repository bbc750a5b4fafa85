"""What a vendor sends out: read from its contract, and checked before it leaves."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.core import coverage, events
from stampcard.core.contract import load
from stampcard.core.delivery import Delivery, ladder
from stampcard.core.errors import ContractFault, DeliveryFault
from stampcard.core.export import openapi
from tests.core.conftest import Town

SIGNED = {"name": "x-signature", "in": "header", "required": True, "schema": {"type": "string", "pattern": "^[0-9]+$"}}
BODY = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
OPENED = {
    "x-emulation": "emitted",
    "x-provenance": "documented",
    "x-source": "https://example.com",
    "parameters": [SIGNED],
    "requestBody": {"content": {"application/json": {"schema": BODY}}},
}
GOOD = {"Content-Type": "application/json; charset=utf-8", "X-Signature": "12"}


def event(**more: Any) -> events.Event:
    return events.read("bank", {"opened": {"post": {**OPENED, **more}}}, {})["opened"]


def test_what_fits_is_taken() -> None:
    event().check(GOOD.items(), b'{"id": 1}')


@pytest.mark.parametrize(
    ("headers", "body", "what"),
    [
        ({"Content-Type": "application/json"}, b'{"id": 1}', "header x-signature is missing"),
        ({**GOOD, "X-Signature": "abc"}, b'{"id": 1}', "header x-signature: "),
        (GOOD, b'{"id": "1"}', "the body at /id: "),
        (GOOD, b"{}", "the body at /: "),
        (GOOD, b"{", "the body is no application/json"),
        ({**GOOD, "Content-Type": "text/plain"}, b"id", "no body of type text/plain"),
        ({"X-Signature": "1"}, b"", "no body of type none"),
    ],
)
def test_what_does_not_fit_says_where(headers: dict[str, str], body: bytes, what: str) -> None:
    with pytest.raises(DeliveryFault, match=f"bank opened breaks its contract: .*{what}"):
        event().check(headers.items(), body)


def test_any_body_fits_where_the_vendor_promises_none() -> None:
    free = event(requestBody={"content": {"*/*": {"schema": {}}}}, parameters=[])
    free.check([("Content-Type", "text/plain")], b"\xff")
    free.check([], b"")


@pytest.mark.parametrize("lost", ["x-emulation", "x-provenance", "x-source"])
def test_an_event_that_does_not_say_where_it_is_known_from_stops_the_start(lost: str) -> None:
    broken = {key: value for key, value in OPENED.items() if key != lost}
    with pytest.raises(ContractFault, match="opened lacks"):
        events.read("bank", {"opened": {"post": broken}}, {})


def test_an_event_has_one_method() -> None:
    with pytest.raises(ContractFault, match="one method, not post, put"):
        events.read("bank", {"opened": {"post": OPENED, "put": OPENED}}, {})


async def delivered(town: Town, body: bytes, event_name: str) -> Delivery:
    town.world.events["bank"] = {"opened": event()}
    made = Delivery(
        town.world,
        "bank",
        "webhook",
        "POST",
        "https://api.shop.example/v1/things",
        {**GOOD, "X-Key": "key-w"},
        body,
        3,
        ladder(10),
        event=event_name,
    )
    made.schedule()
    await town.world.clock.settle()
    return made


async def test_a_delivery_off_its_contract_is_not_sent_and_is_a_fault_of_ours(town: Town) -> None:
    made = await delivered(town, b'{"name": "a"}', "opened")
    assert (made.state, made.attempts, town.store.things, town.world.clock.due) == ("failed", [], {}, [])
    [entry] = town.world.journal
    assert (town.world.faults_of_ours, entry.cause) == ([entry.id], 3)
    town.world.faults_of_ours.clear()
    assert 'bank opened breaks its contract: the body at /: "id" is a required property' in entry.error


async def test_a_delivery_in_no_contract_is_a_fault_of_ours(town: Town) -> None:
    made = await delivered(town, b'{"id": 1}', "closed")
    assert (made.state, len(town.world.faults_of_ours)) == ("failed", 1)
    town.world.faults_of_ours.clear()


async def test_a_delivery_that_fits_is_sent(town: Town) -> None:
    made = await delivered(town, b'{"id": 1, "name": "a"}', "opened")
    assert (made.state, list(town.store.things), town.world.faults_of_ours) == ("delivered", ["a"], [])


# The four vendors


@pytest.mark.parametrize("vendor", ["braze", "punchh", "voucherify", "antavo"])
def test_an_export_and_the_coverage_hold_every_event(vendor: str) -> None:
    contract = load(vendor)
    whole, told = openapi(contract), coverage.as_json([contract])["vendors"][vendor]["events"]
    assert whole["webhooks"].keys() == contract.events.keys()
    assert (told["described"], len(told["list"])) == (len(contract.events), len(contract.events))
    assert told["documented"] == told["described"] + len(told["undescribed"])
    assert not {*told["undescribed"]} & contract.events.keys()
    line = coverage.as_text([contract]).splitlines()[-1]
    assert line.startswith(f"{vendor} events: {told['documented']} documented, {told['described']} described")


def test_all_28_events_of_punchh_are_described() -> None:
    consumers = [event for event in load("punchh").events.values() if event.receiver == "consumer"]
    assert len(consumers) == 28
