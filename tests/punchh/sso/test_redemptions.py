"""Redemptions on the ordering site."""

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_redemptions import ready, receipt, state


@pytest.mark.parametrize(
    "wanted",
    [{"discount_type": "reward", "reward_id": 900001}, {"discount_type": "redeemable", "redeemable_id": "133"}],
)
async def test_a_void_gives_everything_back(world: WorldClient, api: Api, wanted: dict[str, Any]) -> None:
    _, mobile, sso = await ready(world, api)
    before = await state(api, mobile)
    used = (await api.send("POST", "/api/auth/redemptions/online_order", receipt(**wanted), sso)).json()
    assert await state(api, mobile) != before
    body = {"redemption_id": used["redemption_id"]}
    assert (await api.send("DELETE", "/api/auth/redemptions", body, sso)).status_code == 202
    assert await state(api, mobile) == before
    assert (await api.send("DELETE", "/api/auth/redemptions", body, sso)).status_code == 422
