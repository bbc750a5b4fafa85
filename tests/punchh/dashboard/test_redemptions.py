"""Redemption codes on the dashboard."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_redemptions import ready, state


async def test_a_code_for_a_reward_is_processed_once(world: WorldClient, api: Api) -> None:
    _, mobile, _ = await ready(world, api)
    made = (await api.send("POST", "/api2/mobile/redemptions/reward", {"reward_id": 900001}, mobile)).json()
    assert (made["redemption_status"], len(made["redemption_tracking_code"])) == ("redeemable", 7)
    assert await state(api, mobile) == (100, 1, 1)
    body = {"redemption_code": made["redemption_tracking_code"], "store_number": "1"}
    processed = await api.send("PATCH", "/api2/dashboard/redemptions", body)
    assert (processed.status_code, processed.json()["redemption_status"]) == (200, "processed")
    assert await state(api, mobile) == (100, 0, 0)
    assert (await api.send("PATCH", "/api2/dashboard/redemptions", body)).status_code == 422


async def test_an_admin_redeems_for_a_guest(world: WorldClient, api: Api) -> None:
    number, mobile, _ = await ready(world, api)
    body = {"user_id": number, "redemption": {"requested_punches": 30, "force_message": "sorry"}}
    assert (await api.send("POST", "/api2/dashboard/redemptions/force_redeem", body)).status_code == 201
    assert (await state(api, mobile))[0] == 70
