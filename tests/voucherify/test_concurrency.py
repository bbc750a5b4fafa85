"""Many callers at once, over real sockets: the last use, the last code and the last cent go to one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from stampcard.blocking import LiveWorld

CALLERS = 200
COUPON = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "AMOUNT", "amount_off": 100}}
SETUP = {
    "campaigns": [{"name": "One", "vouchers_count": 1, "voucher": COUPON}],
    "vouchers": [
        {"code": "LAST", "redemption": {"quantity": 1}, "discount": COUPON["discount"]},
        {"code": "GIFT", "gift": {"amount": 1}},
    ],
}


def redeemed(code: str) -> dict[str, Any]:
    return {"redeemables": [{"object": "voucher", "id": code}], "order": {"amount": 1000}}


RACES: list[tuple[str, Callable[[int], dict[str, Any]]]] = [
    ("/v1/redemptions", lambda number: redeemed("LAST")),
    ("/v1/redemptions", lambda number: redeemed("GIFT")),
    ("/v1/publications", lambda number: {"campaign": "One", "customer": f"c{number}"}),
]


@pytest.mark.parametrize(("path", "body"), RACES, ids=["last use", "last cent", "last code"])
def test_one_of_many_callers_gets_it(live_world: LiveWorld, path: str, body: Callable[[int], dict[str, Any]]) -> None:
    live_world.setup({"voucherify": SETUP})
    facts = live_world["voucherify"]
    headers = {"X-App-Id": facts["app_id"], "X-App-Token": facts["app_token"]}

    async def race() -> list[int]:
        limits = httpx.Limits(max_connections=50)
        async with httpx.AsyncClient(base_url=facts["url"], headers=headers, limits=limits, timeout=60) as client:
            calls = [client.post(path, json=body(number)) for number in range(CALLERS)]
            return [answer.status_code for answer in await asyncio.gather(*calls)]

    statuses = asyncio.run(race())

    assert sorted(set(statuses)) == [200, 400]
    assert statuses.count(200) == 1


def test_one_of_many_sessions_locks_the_last_use(live_world: LiveWorld) -> None:
    """Every validation succeeds; one of them holds the code, and only its session redeems it."""
    live_world.setup({"voucherify": SETUP})
    facts = live_world["voucherify"]
    headers = {"X-App-Id": facts["app_id"], "X-App-Token": facts["app_token"]}

    async def race() -> tuple[list[dict[str, Any]], list[int]]:
        limits = httpx.Limits(max_connections=50)
        async with httpx.AsyncClient(base_url=facts["url"], headers=headers, limits=limits, timeout=60) as client:
            body = {**redeemed("LAST"), "session": {"type": "LOCK"}}
            answers = await asyncio.gather(*(client.post("/v1/validations", json=body) for _ in range(CALLERS)))
            found = [answer.json() for answer in answers]
            keys = [answer["session"]["key"] for answer in found if answer["valid"]]
            sessions = [{"type": "LOCK", "key": key} for key in [*keys, "another"]]
            tries = [{**redeemed("LAST"), "session": session} for session in reversed(sessions)]
            return found, [(await client.post("/v1/redemptions", json=one)).status_code for one in tries]

    answers, statuses = asyncio.run(race())

    assert [answer["valid"] for answer in answers].count(True) == 1
    errors = {
        item["result"]["error"]["key"] for answer in answers if not answer["valid"] for item in answer["redeemables"]
    }
    assert errors == {"quantity_exceeded"}
    assert statuses == [400, 200]
