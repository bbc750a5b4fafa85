"""What Antavo has and the emulator has not answers 501 with its name and the reason."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard import Emulator
from stampcard.antavo.processing import NOT_EMULATED as EVENTS
from stampcard.client import WorldClient
from stampcard.core.contract import Operation, load
from tests.antavo.calls import call, event, profile

NOT_EMULATED = [operation for operation in load("antavo") if operation.emulation == "none"]


def test_what_is_not_emulated_may_only_shrink() -> None:
    assert {operation.id for operation in NOT_EMULATED} <= {
        "settings_get",
        "wallet_download_apple",
        "wallet_download_google",
    }


def test_only_what_is_not_emulated_has_a_reason(stampcard_emulator: Emulator) -> None:
    for operation in stampcard_emulator.vendors["antavo"].contract:
        assert ("reason" in operation.extra) is (operation.emulation == "none"), operation.id


@pytest.mark.parametrize("operation", NOT_EMULATED, ids=lambda operation: operation.id)
async def test_it_says_so_by_name(world: WorldClient, operation: Operation) -> None:
    path = operation.path.replace("{", "").replace("}", "")

    response = await world.antavo.request(operation.method, path)

    body = response.json()
    assert response.status_code == 501
    assert (body["operation"], body["reason"]) == (operation.id, operation.extra["reason"])


# Events


@pytest.mark.parametrize("action", sorted(EVENTS))
async def test_what_is_not_emulated_says_so_and_why(world: WorldClient, action: str) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann", "points": 100}]}})

    response = await event(world.antavo, action, {})

    assert response.status_code == 501
    assert response.json()["error"]["message"].endswith(f"the event {action}: {EVENTS[action]}")


def test_events_that_are_not_emulated_may_only_shrink() -> None:
    assert EVENTS.keys() <= {"checkout_item", "checkout_claim", "coupon", "coupon_change", "treasure_found"}


@pytest.mark.parametrize("change", [{"guest": "true"}, {"guest": True}, {"data": {"guest": True}}])
async def test_guest_checkouts_are_refused_by_name(world: WorldClient, change: dict[str, Any]) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann", "points": 100}]}})
    body = {"customer": "ann", "action": "checkout", "data": {}, **change}
    body["data"] = {"transaction_id": "T1", "total": 5, **body["data"]}

    response = await call(world.antavo, "POST", "/events", body)

    assert response.status_code == 501
    assert "guest checkouts" in response.json()["error"]["message"]
    assert (await profile(world.antavo))["purchase_count"] == 0


async def test_events_of_another_account_are_refused_and_not_credited_elsewhere(world: WorldClient) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann", "points": 100}], "accounts": {"default": "gold"}}})
    body = {"customer": "ann", "action": "point_add", "data": {"points": 5}}

    other = await call(world.antavo, "POST", "/events", {**body, "account": "silver"})
    own = await call(world.antavo, "POST", "/events", {**body, "account": "gold"})
    bulk = (await call(world.antavo, "POST", "/events/bulk", {"events": [{**body, "account": "silver"}, body]})).json()

    assert other.status_code == 501
    assert "'gold'" in other.json()["error"]["message"]
    assert own.json()["score"] == 105
    assert (bulk["errors"], bulk["results"][0]["error"]["type"]) == (1, "NotEmulated")
    assert (await profile(world.antavo))["score"] == 110
