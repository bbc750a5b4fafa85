"""Ten thousand Punchh guests who sign up in the app, buy at the register and redeem there, one call each."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from tests.bench.requests import Facts, framed, sign_ups
from tests.bench.servers import load

GUESTS = 10_000
POINTS = 20
REDEEMABLE = 9001
Make = Callable[[Facts, int, int], list[bytes]]


def register(facts: Facts) -> dict[str, str]:
    """The headers of a register."""
    keys = facts["punchh"]
    return {"Authorization": f"Token token={keys['location_key']}, btoken={keys['business_key']}"}


def receipt(number: int, **more: Any) -> dict[str, Any]:
    item = {"item_name": "Tea", "item_qty": 1, "item_amount": POINTS, "menu_item_type": "M"}
    return {
        "email": f"guest{number}@example.com",
        "receipt_amount": POINTS,
        "subtotal_amount": POINTS,
        "payable": POINTS,
        "receipt_datetime": "2026-01-15T09:00:00Z",
        "transaction_no": f"{number}",
        "menu_items": [item],
        **more,
    }


def calls(path: str, facts: Facts, bodies: list[dict[str, Any]]) -> list[bytes]:
    headers = register(facts)
    return [framed(path, json.dumps(body, separators=(",", ":")).encode(), headers) for body in bodies]


def check_ins(facts: Facts, start: int, count: int) -> list[bytes]:
    numbers = range(start, start + count)
    return calls("/api/pos/checkins", facts, [receipt(one, punchh_key=f"bench-{one}") for one in numbers])


def redemptions(facts: Facts, start: int, count: int) -> list[bytes]:
    wanted = {"discount_type": "redeemable", "redeemable_id": REDEEMABLE}
    return calls("/api/pos/redemptions", facts, [receipt(one, **wanted) for one in range(start, start + count)])


STEPS: dict[str, Make] = {"sign up": sign_ups, "check in": check_ins, "redeem": redemptions}


def prepare(facts: Facts) -> None:
    """The offer that is redeemed, which takes all that a guest earns."""
    offer = {"id": REDEEMABLE, "name": "Tea", "points": POINTS, "discount_amount": 2}
    document = {"punchh": {"redeemables": [offer]}}
    url = f"{facts['control']['url']}/_stampcard/worlds/{facts['world']}/setup"
    httpx.put(url, json=document, trust_env=False).raise_for_status()


def run(facts: Facts, start: int, count: int = GUESTS) -> dict[str, dict[str, float]]:
    """What the load generator says of each step; raises AssertionError when the last guest still has points."""
    prepare(facts)
    port = int(facts["punchh"]["url"].rpartition(":")[2])
    told = {step: load(port, make(facts, start, count)) for step, make in STEPS.items()}
    url = f"{facts['punchh']['url']}/api/pos/users/search?email=guest{start + count - 1}@example.com"
    balance = httpx.get(url, headers=register(facts), trust_env=False).json()["balance"]
    assert (balance["total_credits"], balance["net_balance"]) == (POINTS, 0), balance
    return told
