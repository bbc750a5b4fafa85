"""What a member can do: ways to earn and to spend, across the modules."""

from __future__ import annotations

from typing import Any

from stampcard.antavo import challenges, contests, explorations, offers, prize_wheels, profiling, quizzes, rewards
from stampcard.antavo.entities import REWARDS, records
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import find_customer
from stampcard.core.endpoint import Call, Reply

NOT_EMULATED = frozenset(
    ["campaign", "friend_referral", "instagram_contests", "offline_treasure", "review", "social_follow", "social_share"]
)
"""Types of activities whose modules list nothing here."""


async def list_all(call: Call[Brand]) -> Reply:
    """Everything the modules offer; `activity_types` keeps some, `fields` adds custom attributes of contests."""
    customer = find_customer(call.state, call.path["customer_id"])
    rows = [*_earn(call.state, customer), *_spend(call, customer), *_others(call.state, customer)]
    if "activity_types" in call.query:
        wanted = call.query["activity_types"].split(",")
        rows = [row for row in rows if row["activity_type"] in wanted]
        for name in sorted(NOT_EMULATED.intersection(wanted)):
            message = f"{name} activities are not emulated and absent from the answer"
            call.diagnose("not-emulated", message, "/activity_types", "error")
    return Reply(200, {"data": rows})


async def earn(call: Call[Brand]) -> Reply:
    """Challenges, profiling, content and the incentivized purchase."""
    customer = find_customer(call.state, call.path["customer_id"])
    return Reply(200, {"data": _earn(call.state, customer)})


async def spend(call: Call[Brand]) -> Reply:
    """Rewards and contests."""
    customer = find_customer(call.state, call.path["customer_id"])
    return Reply(200, {"data": _spend(call, customer)})


def _earn(brand: Brand, customer: Customer) -> list[dict[str, Any]]:
    """The purchase's points are its percentage as a multiplier in text: "1.00" is 100 %."""
    rows = [
        {**challenges.view(brand, customer, one), "activity_type": "challenge"} for one in challenges.running(brand)
    ]
    contents = [{"id": None, **row} for row in explorations.content_rows(brand, customer)]
    purchase = {
        "id": None,
        "status": "active",
        "title": "Incentivized purchase",
        "description": "",
        "points": f"{brand.settings.points.earn.percentage / 100:.2f}",
        "activity_type": "incentivized_purchase",
    }
    return [*rows, *profiling.rows(brand, customer), *contents, purchase]


def _spend(call: Call[Brand], customer: Customer) -> list[dict[str, Any]]:
    brand = call.state
    shown = rewards.shown(brand, customer, records(brand, REWARDS).values())
    found = [{**rewards.view(call, reward, customer), "activity_type": "reward"} for reward in shown]
    wanted = call.query.get("fields", "").split(",")
    return [*found, *({**row, "activity_type": "contest"} for row in contests.rows(brand, customer, wanted))]


def _others(brand: Brand, customer: Customer) -> list[dict[str, Any]]:
    """What is neither listed as earning nor as spending: offers, quizzes, treasure hunts, prize wheels."""
    rows = [{**row, "activity_type": "offer"} for row in offers.rows(brand, customer)]
    rows += [{**row, "activity_type": "quiz"} for row in quizzes.rows(brand, customer)]
    rows += [{"id": None, **row, "activity_type": "treasure"} for row in explorations.treasure_rows(brand, customer)]
    for one in prize_wheels.spinnable(brand, customer):
        about = {"id": one.id, "title": one.name, "status": one.status, "points": one.points}
        rows.append({**about, "activity_type": "prize wheels"})
    return rows
