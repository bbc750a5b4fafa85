"""Redemptions 1.0 over all families: codes, direct use, voids; a reward is used at most once."""

import asyncio
from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.webhooks.test_adapter import PAIR, calls, submitted

OFFERS = [
    {"id": 132, "name": "Fries", "discount_amount": 3, "expiry_days": 30},
    {"id": 133, "name": "Cola", "points": 40, "discount_amount": 2},
    {"id": 134, "name": "Burger"},
]


async def ready(world: WorldClient, api: Api, **setup: Any) -> tuple[int, str, str]:
    """A guest with 100 points and a reward; its id, mobile token and SSO token."""
    await world.setup({"punchh": {"redeemables": OFFERS, **setup}})
    number, mobile = await api.sign_up(**PAIR)
    login = {"user": {"email": "ada@example.com", "password": "Passw0rd!"}}
    sso = (await api.send("POST", "/api/auth/customers/sign_in", login)).json()["authentication_token"]
    await api.buy("ada@example.com", 100, "t0")
    await api.send("POST", "/api2/dashboard/users/support", {"user_id": number, "redeemable_id": 132})
    return number, mobile, sso


def receipt(**more: Any) -> dict[str, Any]:
    burger = {"item_name": "Burger", "item_qty": 1, "item_amount": 8.5, "menu_item_type": "M"}
    body = {"receipt_amount": 20, "subtotal_amount": 20, "receipt_datetime": "2026-01-15T09:00:00Z"}
    return {**body, "transaction_no": "77", "menu_items": [burger], "store_number": "1", **more}


async def state(api: Api, mobile: str) -> tuple[float, int, int]:
    """Points, usable rewards and running codes in the app."""
    body = (await api.send("GET", "/api2/mobile/users/balance", None, mobile)).json()
    return body["account_balance"]["redeemable_points"], len(body["rewards"]), len(body["active_redemptions"])


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


async def test_points_are_taken_when_the_code_is_processed(world: WorldClient, api: Api) -> None:
    _, mobile, _ = await ready(world, api)
    path = "/api2/mobile/redemptions/redeemable"
    first = (await api.send("POST", path, {"reedemable_id": 133}, mobile)).json()
    assert (await api.send("POST", path, {"redeemable_id": 133}, mobile)).status_code == 200
    short = await api.send("POST", path, {"redeemable_id": 133}, mobile)
    assert (short.status_code, (await state(api, mobile))[0]) == (422, 100)
    code = {"discount_type": "redemption_code", "redemption_code": first["redemption_tracking_code"]}
    used = await api.send("POST", "/api/pos/redemptions", receipt(**code))
    assert (used.status_code, used.json()["redemption_amount"]) == (200, 2)
    assert (await state(api, mobile))[0] == 60


async def test_of_concurrent_redemptions_of_one_reward_one_wins(world: WorldClient, api: Api) -> None:
    _, mobile, sso = await ready(world, api)
    body = receipt(discount_type="reward", reward_id=900001, email="ada@example.com", external_uid="x")
    at_register = [api.send("POST", "/api/pos/redemptions", body) for _ in range(4)]
    online = [api.send("POST", "/api/auth/redemptions/online_order", body, sso) for _ in range(4)]
    answers = await asyncio.gather(*at_register, *online)
    assert sorted(answer.status_code for answer in answers) == [200] + [422] * 7
    losers = [answer.json() for answer in answers if answer.status_code == 422]
    assert losers == [["Given reward is not accessible for this guest"]] * 7


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


async def test_asking_what_is_possible_changes_nothing(world: WorldClient, api: Api) -> None:
    _, mobile, sso = await ready(world, api)
    body = receipt(discount_type="reward", reward_id=900001, email="ada@example.com")
    asked = await api.send("POST", "/api/pos/redemptions/possible", body)
    online = await api.send("POST", "/api/auth/redemptions/online_order", {**body, "query": True}, sso)
    assert [answer.json()["redemption_amount"] for answer in (asked, online)] == [3, 3]
    assert await state(api, mobile) == (100, 1, 0)


async def test_an_offer_without_amount_gives_the_item_of_its_name(world: WorldClient, api: Api) -> None:
    number, _, _ = await ready(world, api)
    await api.send("POST", "/api2/dashboard/users/support", {"user_id": number, "redeemable_id": 134})
    body = receipt(discount_type="reward", reward_id=900002, email="ada@example.com")
    used = (await api.send("POST", "/api/pos/redemptions", body)).json()
    assert (used["redemption_amount"], [row["item_name"] for row in used["qualified_menu_items"]]) == (8.5, ["Burger"])


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


async def test_an_admin_redeems_for_a_guest(world: WorldClient, api: Api) -> None:
    number, mobile, _ = await ready(world, api)
    body = {"user_id": number, "redemption": {"requested_punches": 30, "force_message": "sorry"}}
    assert (await api.send("POST", "/api2/dashboard/redemptions/force_redeem", body)).status_code == 201
    assert (await state(api, mobile))[0] == 70


async def test_registers_list_running_codes_and_fitting_offers(world: WorldClient, api: Api) -> None:
    _, mobile, sso = await ready(world, api)
    await api.send("POST", "/api/auth/redemptions", {"reward_id": 900001}, sso)
    running = await api.send("GET", "/api/pos/users/active_redemptions?email=ada@example.com")
    assert [row["redeemable"]["name"] for row in running.json()] == ["Fries"]
    body = receipt(email="ada@example.com", channel="pos", amount=20)
    offers = await api.send("POST", "/api/pos/redemptions/applicable_offers", body)
    assert [(row["discount_amount"], row["reward"]["name"]) for row in offers.json()] == [(3, "Fries")]
    online = await api.send("GET", "/api/auth/redemptions/applicable_offers", {**body, "channel": "web"}, sso)
    assert [row["reward"]["name"] for row in online.json()] == ["Fries"]


async def test_many_are_voided_or_none(world: WorldClient, api: Api) -> None:
    _, mobile, _ = await ready(world, api)
    body = receipt(discount_type="redeemable", redeemable_id=133, email="ada@example.com")
    ids = [(await api.send("POST", "/api/pos/redemptions", body)).json()["redemption_id"] for _ in range(2)]
    path = "/api/pos/redemptions/multiple_destroy"
    assert (await api.send("DELETE", path, {"redemption_id": [*ids, 1]})).status_code == 422
    assert (await state(api, mobile))[0] == 20
    assert (await api.send("DELETE", path, {"redemption_id": ids})).status_code == 202
    assert (await state(api, mobile))[0] == 100


async def test_a_use_reaches_braze(world: WorldClient, api: Api) -> None:
    await submitted(world)
    _, mobile, _ = await ready(world, api)
    made = (await api.send("POST", "/api2/mobile/redemptions/reward", {"reward_id": 900001}, mobile)).json()
    await api.send("PATCH", "/api2/dashboard/redemptions", {"redemption_code": made["redemption_tracking_code"]})
    events = [event for body in await calls(world) for event in body.get("events", [])]
    told = [event["properties"] for event in events if event["name"] == "redemptions"]
    assert [row["redemption_status"] for row in told] == ["redeemable", "processed"]
    assert (told[1]["redemption_code_status"], told[1]["redeemable_name"]) == ("processed", "Fries")
    assert "redemption_code" not in told[1]
