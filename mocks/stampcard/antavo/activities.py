"""What a member can do: ways to earn (challenges, incentivized purchase) and to spend (rewards)."""

from __future__ import annotations

from typing import Any

from stampcard.antavo import challenges, rewards
from stampcard.antavo.entities import REWARDS, records
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import find_customer
from stampcard.core.endpoint import Call, Reply


async def list_all(call: Call[Brand]) -> Reply:
    """Everything the emulated modules offer; `activity_types` keeps some."""
    customer = find_customer(call.state, call.path["customer_id"])
    rows = [*_earn(call.state, customer), *_spend(call, customer)]
    if "activity_types" in call.query:
        wanted = call.query["activity_types"].split(",")
        rows = [row for row in rows if row["activity_type"] in wanted]
    return Reply(200, {"data": rows})


async def earn(call: Call[Brand]) -> Reply:
    customer = find_customer(call.state, call.path["customer_id"])
    return Reply(200, {"data": _earn(call.state, customer)})


async def spend(call: Call[Brand]) -> Reply:
    customer = find_customer(call.state, call.path["customer_id"])
    return Reply(200, {"data": _spend(call, customer)})


def _earn(brand: Brand, customer: Customer) -> list[dict[str, Any]]:
    """The purchase's points are its percentage as a multiplier in text: "1.00" is 100 %."""
    rows = [
        {**challenges.view(brand, customer, one), "activity_type": "challenge"} for one in challenges.running(brand)
    ]
    purchase = {
        "id": None,
        "status": "active",
        "title": "Incentivized purchase",
        "description": "",
        "points": f"{brand.settings.points.earn.percentage / 100:.2f}",
        "activity_type": "incentivized_purchase",
    }
    return [*rows, purchase]


def _spend(call: Call[Brand], customer: Customer) -> list[dict[str, Any]]:
    shown = rewards.shown(call.state, customer, records(call.state, REWARDS).values())
    return [{**rewards.view(call, reward, customer), "activity_type": "reward"} for reward in shown]
