"""What Antavo has and the emulator has not answers 501 with its name and the reason."""

from __future__ import annotations

import pytest

from stampcard import Emulator
from stampcard.client import WorldClient
from stampcard.core.contract import load

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
async def test_it_says_so_by_name(world: WorldClient, operation: object) -> None:
    found = next(one for one in NOT_EMULATED if one is operation)

    response = await world.antavo.request(found.method, found.path.replace("{", "").replace("}", ""))

    body = response.json()
    assert response.status_code == 501
    assert (body["operation"], body["reason"]) == (found.id, found.extra["reason"])
