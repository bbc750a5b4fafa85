"""What must hold whatever happens in which order: Hypothesis plays the lives of two loyalty cards and a gift card."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from stampcard import Emulator
from stampcard.client import in_process
from stampcard.voucherify.campaigns.records import Voucher
from tests.voucherify.calls import made, send

ENDS = st.sampled_from([None, "2026-01-15", "2026-01-18", "2026-02-10"])


class Cards(RuleBasedStateMachine):
    """Ann's and Bob's loyalty cards and Ann's gift card, and all that can happen to points and credits."""

    emulator: Emulator

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world = in_process(self.emulator, self.emulator.add_world())
        self.redemptions: list[str] = []
        self.refused = 0
        self.run(self.set_up())
        assert self.world.inside is not None
        self.project = self.world.inside.tenants["voucherify"]

    async def set_up(self) -> None:
        rules = {"period_type": "MONTH", "period_value": 1}
        card = {"type": "LOYALTY_CARD", "loyalty_card": {"points": 20, "expiration_rules": rules}}
        await made(self.world, "POST", "/v1/loyalties", {"name": "Club", "type": "AUTO_UPDATE", "voucher": card})
        self.cards = [
            (await made(self.world, "POST", "/v1/loyalties/Club/members", {"customer": who}))["code"]
            for who in ("ann", "bob")
        ]
        tiers = [{"name": "Silver", "points": {"from": 30, "to": 59}}, {"name": "Gold", "points": {"from": 60}}]
        await made(self.world, "POST", "/v1/loyalties/Club/tiers", tiers)
        fixed = {"type": "FIXED", "points": 5}
        wait = {"period_type": "DAY", "period_value": 2}
        earning = [
            {"event": "order.paid", "loyalty": fixed},
            {"event": "order.paid", "loyalty": fixed, "pending_points": wait},
        ]
        await made(self.world, "POST", "/v1/loyalties/Club/earning-rules", earning)
        coins = {"name": "Coins", "type": "COIN", "parameters": {"coin": {"exchange_ratio": 1}}}
        self.reward = (await made(self.world, "POST", "/v1/rewards", coins))["id"]
        await made(self.world, "POST", f"/v1/rewards/{self.reward}/assignments", {"campaign": "Club"})
        await made(self.world, "POST", "/v1/vouchers/GIFT", {"gift": {"amount": 1000}})
        await made(self.world, "POST", "/v1/publications", {"voucher": "GIFT", "customer": "ann"})

    def run(self, awaitable: Any) -> Any:
        return self.runner.run(awaitable)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A call that may be refused for want of points, and for nothing else."""
        response = self.run(send(self.world, method, path, body))
        if response.is_error:
            self.refused += 1
            assert response.status_code == 400, response.text
            assert response.json()["key"] in (
                "loyalty_card_points_exceeded",
                "gift_amount_exceeded",
                "invalid_pending_points_state",
                "already_rolled_back",
                "invalid_expiration_date",
            ), response.text
            return None
        return response.json() if response.content else {}

    def teardown(self) -> None:
        assert self.world.inside is not None
        faults = list(self.world.inside.faults_of_ours)
        self.emulator.remove_world(self.world.name)
        self.runner.close()
        assert not faults

    # What happens

    @rule(which=st.integers(0, 1), points=st.integers(1, 40), end=ENDS)
    def points_are_added(self, which: int, points: int, end: str | None) -> None:
        more = {"expiration_type": "CUSTOM_DATE", "expiration_date": end} if end else {}
        self.call("POST", f"/v1/loyalties/members/{self.cards[which]}/balance", {"points": points, **more})

    @rule(which=st.integers(0, 1), points=st.integers(1, 60))
    def points_are_taken(self, which: int, points: int) -> None:
        self.call("POST", f"/v1/loyalties/members/{self.cards[which]}/balance", {"points": -points})

    @rule(which=st.integers(0, 1), points=st.integers(1, 40))
    def points_move(self, which: int, points: int) -> None:
        source, target = self.cards[which], self.cards[1 - which]
        self.call("POST", f"/v1/loyalties/Club/members/{target}/transfers", [{"code": source, "points": points}])

    @rule(who=st.sampled_from(["ann", "bob"]))
    def an_order_is_paid(self, who: str) -> None:
        self.call("POST", "/v1/orders", {"amount": 100, "customer": who, "status": "PAID"})

    @rule(index=st.integers(0, 5), what=st.sampled_from(["activate", "cancel"]))
    def pending_points_end(self, index: int, what: str) -> None:
        entries = list(self.project.ledger.pending.values())
        if entries:
            entry = entries[index % len(entries)]
            self.call("POST", f"/v1/loyalties/members/{entry.voucher.code}/pending-points/{entry.id}/{what}")

    @rule(which=st.integers(0, 1), points=st.integers(1, 50))
    def points_pay(self, which: int, points: int) -> None:
        row = {"object": "voucher", "id": self.cards[which], "reward": {"id": self.reward, "points": points}}
        self.redeem(row)

    @rule(credits=st.integers(1, 600))
    def credits_pay(self, credits: int) -> None:
        self.redeem({"object": "voucher", "id": "GIFT", "gift": {"credits": credits}})

    def redeem(self, row: dict[str, Any]) -> None:
        found = self.call("POST", "/v1/redemptions", {"redeemables": [row], "order": {"amount": 10000}})
        if found:
            self.redemptions.append(found["redemptions"][0]["id"])

    @rule(index=st.integers(0, 5))
    def a_redemption_is_rolled_back(self, index: int) -> None:
        if self.redemptions:
            self.call("POST", f"/v1/redemptions/{self.redemptions[index % len(self.redemptions)]}/rollback")

    @rule(amount=st.integers(-500, 500).filter(bool))
    def credits_change(self, amount: int) -> None:
        self.call("POST", "/v1/vouchers/GIFT/balance", {"amount": amount})

    @rule(days=st.integers(1, 20))
    def time_passes(self, days: int) -> None:
        self.run(self.world.advance(f"{days}d"))

    # What holds

    @invariant()
    def balances_are_the_sum_of_what_happened(self) -> None:
        for code, unit, first in (
            (self.cards[0], "points", 20),
            (self.cards[1], "points", 20),
            ("GIFT", "amount", 1000),
        ):
            card: Voucher = self.project.vouchers[code]
            moves = [item for item in self.project.transactions if item.voucher is card]
            changes = [item.details["balance"][unit] for item in moves]
            balance = card.value["balance"]
            assert balance == first + sum(changes) >= 0
            assert balance == card.value[unit] - card.redeemed_amount - card.value.get("expired_points", 0)
            assert [item.details["balance"]["balance"] for item in moves][-1:] in ([], [balance])
            running = first
            for item, change in zip(moves, changes, strict=True):
                running += change
                assert item.details["balance"]["balance"] == running >= 0

    @invariant()
    def points_that_wait_are_never_spendable(self) -> None:
        for code in self.cards:
            card = self.project.vouchers[code]
            waiting = [
                item.points
                for item in self.project.ledger.pending.values()
                if item.voucher is card and item.status == "PENDING"
            ]
            assert card.value.get("pending_points", 0) == sum(waiting)
            if waiting:
                more = {"points": -card.value["balance"] - 1}
                refused = self.run(send(self.world, "POST", f"/v1/loyalties/members/{code}/balance", more))
                assert (refused.status_code, refused.json()["key"]) == (400, "loyalty_card_points_exceeded")

    @invariant()
    def points_that_expire_are_part_of_the_balance(self) -> None:
        today = self.project.now[:10]
        for code in self.cards:
            card = self.project.vouchers[code]
            held = self.project.ledger.buckets.get(card.id, [])
            assert all(bucket.points >= 0 and bucket.expires_at >= today for bucket in held)
            assert [bucket.expires_at for bucket in held] == sorted({bucket.expires_at for bucket in held})
            assert sum(bucket.points for bucket in held) <= card.value["balance"]
            ending = next((bucket for bucket in held if bucket.points), None)
            assert card.value.get("next_expiration_date") == (ending.expires_at if ending else None)
            assert card.value.get("next_expiration_points") == (ending.points if ending else None)

    @invariant()
    def tiers_follow_balances(self) -> None:
        for code in self.cards:
            card = self.project.vouchers[code]
            hold = self.project.ledger.holds.get(card.id)
            wanted = "Gold" if card.value["balance"] >= 60 else "Silver" if card.value["balance"] >= 30 else None
            assert (hold.tier.name if hold else None) == wanted

    @invariant()
    def holders_summaries_add_up(self) -> None:
        for who, code in zip(("ann", "bob"), self.cards, strict=True):
            customer = self.project.source_ids[who]
            assert customer.loyalty is not None and customer.summary is not None
            card = self.project.vouchers[code]
            assert customer.loyalty["campaigns"]["Club"]["points"] == card.value["balance"]
            assert customer.summary["redemptions"]["loyalty_card"]["points_to_go"] == card.value["balance"]


def test_points_and_credits_add_up(stampcard_emulator: Emulator) -> None:
    machine = type("Lives", (Cards,), {"emulator": stampcard_emulator})
    quick = settings(
        max_examples=25,
        stateful_step_count=40,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=quick)
