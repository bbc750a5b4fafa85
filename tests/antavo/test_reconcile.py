"""Whatever events come in whatever order: balances, rows and purchases always tell the same story.

A Hypothesis state machine drives one member through the front door. After every step: the counters of the profile are
the sums over the purchases and point events, the points of all rows are the balance, an event that was refused changed
nothing, and a purchase sent again is refused and changes nothing.
"""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from stampcard.client import in_process
from stampcard.emulator import Emulator
from tests.antavo.calls import call, event

EMULATOR = Emulator()

POINTS = st.integers(1, 500)
MONEY = st.one_of(st.integers(0, 3000), st.decimals(0, 300, places=2).map(float))
NAMES = st.sampled_from(["T1", "T2", "T3", "T4"])
SETTINGS = st.fixed_dictionaries(
    {
        "earn": st.fixed_dictionaries(
            {
                "level": st.sampled_from(["transaction", "item"]),
                "percentage": st.sampled_from([5, 33, 100]),
                "rounding": st.sampled_from(["ceil", "floor", "round"]),
            }
        ),
        "pending": st.fixed_dictionaries({"type": st.sampled_from(["none", "manual"])}),
        "pending_burn": st.sampled_from(["spent", "reserved"]),
        "negative_points": st.booleans(),
    }
)


GAMES: dict[str, Any] = {
    "contests": [
        {"id": "c", "title": "C", "start_date": "2026-01-01", "end_date": "2027-01-01", "points": 30, "max_entries": 3}
    ],
    "prize_wheels": [
        {
            "id": "w",
            "name": "W",
            "points": 10,
            "options": [
                {"id": "win", "type": "points", "label": "Win", "weight": 50, "points": 25},
                {"id": "lose", "type": "empty", "label": "Lose", "weight": 50},
            ],
        }
    ],
    "rewards": [
        {"id": "r", "name": "R", "points": 40, "max_claims": 3},
        {"id": "bag", "name": "Bag", "type": "bidding"},
    ],
}


class Member(RuleBasedStateMachine):
    """One member of a fresh world; `score`, `spent`, `held` and `bid` are what point events and games alone did."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.inside = EMULATOR.add_world(frozen=True)
        self.world = in_process(EMULATOR, self.inside)
        self.score = self.spent = self.bid = 0
        self.held: dict[str, int] = {}

    def teardown(self) -> None:
        self.runner.run(self.world.close())
        self.runner.close()
        EMULATOR.remove_world(self.inside.name)
        assert not self.inside.faults_of_ours

    def send(self, action: str, data: dict[str, Any]) -> bool:
        """Whether the event was accepted; one that was not changed nothing."""
        before = self.state()
        response = self.runner.run(event(self.world.antavo, action, data))
        assert response.status_code in (200, 400), response.text
        if response.status_code != 200:
            assert self.state() == before
        return bool(response.status_code == 200)

    def state(self) -> tuple[Any, Any, Any]:
        antavo = self.world.antavo
        paths = ("", "/transactions", "/events?order=asc&limit=1000")
        bodies = [self.runner.run(call(antavo, "GET", f"/customers/ann{path}")).json() for path in paths]
        return bodies[0], bodies[1]["data"], bodies[2]["data"]

    @initialize(points=SETTINGS)
    def set_up(self, points: dict[str, Any]) -> None:
        self.runner.run(self.world.setup({"antavo": {"members": [{"id": "ann"}], "points": points, **GAMES}}))

    @rule(points=POINTS)
    def add(self, points: int) -> None:
        self.score += points if self.send("point_add", {"points": points}) else 0

    @rule(points=POINTS)
    def subtract(self, points: int) -> None:
        self.score -= points if self.send("point_sub", {"points": points}) else 0

    @rule(points=st.integers(-300, 300))
    def fix(self, points: int) -> None:
        self.score += points if self.send("point_fix", {"points": points}) else 0

    @rule(points=POINTS)
    def spend(self, points: int) -> None:
        self.spent += points if self.send("point_spend", {"points": points}) else 0

    @rule(points=POINTS)
    def unspend(self, points: int) -> None:
        self.spent -= points if self.send("point_unspend", {"points": points}) else 0

    @rule(name=NAMES, points=POINTS)
    def reserve(self, name: str, points: int) -> None:
        if self.send("reserve_points", {"transaction_id": name, "points": points}):
            self.held[name] = self.held.get(name, 0) + points

    @rule(name=NAMES, points=st.none() | POINTS)
    def release(self, name: str, points: int | None) -> None:
        data = {"transaction_id": name} | ({"points": points} if points else {})
        if self.send("release_points", data):
            self.held[name] -= points or self.held[name]

    @rule(name=NAMES, money=st.lists(MONEY, min_size=1, max_size=3), burned=st.sampled_from([0, 0, 50, 400]))
    def buy(self, name: str, money: list[float], burned: int) -> None:
        items = [{"product_id": f"P{n}", "subtotal": price} for n, price in enumerate(money)]
        total = round(sum(money), 2)
        data = {"transaction_id": name, "total": total, "items": items, "points_burned": burned}
        if self.send("checkout", data):
            self.held.pop(name, None)
            assert not self.send("checkout", data), "a purchase was registered twice"

    @rule(name=NAMES, action=st.sampled_from(["checkout_accept", "checkout_reject", "refund"]))
    def decide(self, name: str, action: str) -> None:
        if self.send(action, {"transaction_id": name}):
            assert not self.send(action, {"transaction_id": name}), f"{action} was done twice"

    @rule(name=NAMES, total=MONEY, burned=st.none() | st.integers(0, 300))
    def change(self, name: str, total: float, burned: int | None) -> None:
        self.send("checkout_update", {"transaction_id": name, "total": total, "points_burned": burned})

    @rule(name=NAMES, amount=MONEY)
    def refund_part(self, name: str, amount: float) -> None:
        self.send("partial_refund", {"transaction_id": name, "amount": amount})

    @rule(name=NAMES, action=st.sampled_from(["checkout_accept_item", "refund_item"]), product=st.integers(0, 2))
    def one_item(self, name: str, action: str, product: int) -> None:
        self.send(action, {"transaction_id": name, "product_id": f"P{product}"})

    def ask(self, path: str, body: Any = None) -> dict[str, Any] | None:
        """The answer to a call of a game; None when it was refused, which changed nothing."""
        before = self.state()
        response = self.runner.run(call(self.world.antavo, "POST", f"/customers/ann{path}", body))
        if response.status_code != 200:
            assert response.status_code == 400, response.text
            assert self.state() == before
            return None
        found: dict[str, Any] = response.json()
        return found

    @rule(count=st.integers(1, 2))
    def enter(self, count: int) -> None:
        if self.ask("/activities/contests/c/enter", {"count": count}) is not None:
            self.spent += 30 * count

    @rule()
    def spin(self) -> None:
        won = self.ask("/prize-wheels/w")
        if won is not None:
            self.spent += 10
            self.score += 25 if won["id"] == "win" else 0

    @rule(amount=POINTS)
    def make_a_bid(self, amount: int) -> None:
        if self.ask("/activities/rewards/bag/bid", {"amount": amount}) is not None:
            assert amount > self.bid
            self.bid = amount

    @rule()
    def claim(self) -> None:
        if self.ask("/activities/rewards/r/claim") is not None:
            self.spent += 40

    @invariant()
    def everything_adds_up(self) -> None:
        if not self.inside.tenants["antavo"].customers:
            return
        profile, purchases, rows = self.state()
        inside = self.inside.tenants["antavo"].transactions
        assert profile["score"] == self.score + sum(p["earned"] for p in purchases)
        assert profile["spent"] == self.spent + sum(p["burned"] for p in purchases)
        assert profile["pending"] == sum(t.pending for t in inside.values())
        assert profile["reserved"] == sum(self.held.values()) + self.bid + sum(t.held for t in inside.values())
        assert profile["point_balance"] == profile["score"] - profile["spent"] - profile["reserved"]
        assert profile["spendable"] == max(0, profile["point_balance"])
        assert sum(row["points"] for row in rows) == profile["point_balance"]


TestMember = Member.TestCase
TestMember.settings = settings(
    max_examples=20,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
