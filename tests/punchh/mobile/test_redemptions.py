"""Redemption codes in the app."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_redemptions import ready, state


async def test_a_code_expires_and_the_reward_stays(world: WorldClient, api: Api) -> None:
    _, mobile, _ = await ready(world, api)
    made = (await api.send("POST", "/api2/mobile/redemptions/reward", {"reward_id": 900001}, mobile)).json()
    assert made["expiring_at"] == "2026-01-15T11:00:00Z"
    await world.advance("2h")
    assert await state(api, mobile) == (100, 1, 0)
    late = await api.send("GET", f"/api/pos/users/search?redemption_code={made['redemption_tracking_code']}")
    assert (late.status_code, late.json()) == (404, {"error": "CODE_EXPIRED"})
    gone = await api.send("DELETE", f"/api2/mobile/redemptions/{made['redemption_id']}", None, mobile)
    text = "This Redemption cannot be cancelled because the Redemption code has been expired"
    assert (gone.status_code, gone.json()) == (422, {"errors": text})


async def test_cancelling_twice_and_what_is_not_mine(world: WorldClient, api: Api) -> None:
    _, mobile, _ = await ready(world, api)
    made = (await api.send("POST", "/api2/mobile/redemptions/reward", {"reward_id": 900001}, mobile)).json()
    path = f"/api2/mobile/redemptions/{made['redemption_id']}"
    _, other = await api.sign_up("bob@example.com")
    assert (await api.send("DELETE", path, None, other)).status_code == 404
    assert (await api.send("DELETE", path, None, mobile)).status_code == 200
    again = await api.send("DELETE", path, None, mobile)
    assert again.json() == {"errors": "Redemption cancellation failed. This redemption has already been cancelled."}


async def test_money_from_the_bank(world: WorldClient, api: Api) -> None:
    program = {"type": "points", "points_conversion_type": "currency", "conversion_threshold": 50}
    _, mobile, _ = await ready(world, api, program={**program, "conversion_value": 5})
    path = "/api2/mobile/redemptions/banked_currency"
    assert (await api.send("POST", path, {"banked_currency": 11}, mobile)).status_code == 422
    made = (await api.send("POST", path, {"banked_currency": 4}, mobile)).json()
    assert (made["redemption_type"], made["redeemed_value"]) == ("BankedRewardRedemption", 4)
    body = {"redemption_code": made["redemption_tracking_code"]}
    await api.send("PATCH", "/api2/dashboard/redemptions", body)
    balance = (await api.send("GET", "/api2/mobile/users/balance", None, mobile)).json()["account_balance"]
    assert balance["banked_currency"] == 6


async def test_a_full_card(world: WorldClient, api: Api) -> None:
    program = {"type": "visits", "visits_per_card": 1, "card_redeemable_id": 132}
    _, mobile, _ = await ready(world, api, program=program)
    made = (await api.send("POST", "/api2/mobile/redemptions/visits", None, mobile)).json()
    await api.send("PATCH", "/api2/dashboard/redemptions", {"redemption_code": made["redemption_tracking_code"]})
    assert (await api.send("POST", "/api2/mobile/redemptions/visits", None, mobile)).status_code == 422
