"""What must hold whatever happens in which order: Hypothesis plays one guest's life, and looks at every view."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from stampcard import Emulator
from stampcard.client import in_process
from tests.punchh.calls import Api
from tests.punchh.test_baskets import bill
from tests.punchh.test_redemptions import OFFERS, receipt
from tests.punchh.webhooks.test_adapter import PAIR, adapter


class Life(RuleBasedStateMachine):
    """One guest, and all that can happen to points and rewards."""

    emulator: Emulator

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world = in_process(self.emulator, self.emulator.add_world())
        self.api = Api(self.world)
        self.receipts = 0
        self.members: set[int] = set()
        self.run(self.world.setup(adapter(api_key=self.world.braze["api_key"])))
        segments = [{"id": 11646, "name": "VIP"}]
        program = {"rolling_expiry_days": 5}
        self.run(self.world.setup({"punchh": {"redeemables": OFFERS, "program": program, "segments": segments}}))
        rule = {"id": 1, "name": "Cash", "source_value": 10, "converted_value": 1}
        self.run(self.world.setup({"punchh": {"conversion_rules": [rule]}}))
        self.number, self.token = self.run(self.api.sign_up(**PAIR))
        self.friend, _ = self.run(self.api.sign_up("bob@example.com"))
        login = {"user": {"email": "ada@example.com", "password": "Passw0rd!"}}
        self.sso = self.run(self.api.send("POST", "/api/auth/customers/sign_in", login)).json()["authentication_token"]
        self.given_away = self.converted = self.orders = 0
        assert self.world.inside is not None
        self.business = self.world.inside.tenants["punchh"]
        self.guest = self.business.guests[self.number]

    def run(self, awaitable: Any) -> Any:
        return self.runner.run(awaitable)

    def teardown(self) -> None:
        assert self.world.inside is not None
        faults = list(self.world.inside.faults_of_ours)
        self.emulator.remove_world(self.world.name)
        self.runner.close()
        assert not faults

    @rule(amount=st.integers(0, 60), state=st.sampled_from(["", "pending"]))
    def buys(self, amount: int, state: str) -> None:
        self.receipts += 1
        answer = self.run(self.api.buy("ada@example.com", amount, f"t{self.receipts}", state=state))
        assert answer.status_code == (200 if amount else 422)

    @rule(points=st.integers(1, 30))
    def is_given_points(self, points: int) -> None:
        body = {"user_id": self.number, "gift_count": points}
        assert self.run(self.api.send("POST", "/api2/dashboard/users/support", body)).status_code == 201

    @rule()
    def is_given_a_reward(self) -> None:
        body = {"user_id": self.number, "redeemable_id": 132}
        assert self.run(self.api.send("POST", "/api2/dashboard/users/support", body)).status_code == 201

    @rule(kind=st.sampled_from(["redeemable", "reward", "discount_amount"]), value=st.integers(1, 50))
    def redeems(self, kind: str, value: int) -> None:
        rewards = list(self.guest.rewards) or [1]
        wanted = {"redeemable_id": 133, "reward_id": rewards[value % len(rewards)], "redeemed_points": value}
        body = receipt(discount_type=kind, email="ada@example.com", **wanted)
        assert self.run(self.api.send("POST", "/api/pos/redemptions", body)).status_code in (200, 422)

    @rule(index=st.integers(0, 5))
    def asks_for_a_code(self, index: int) -> None:
        number = (list(self.guest.rewards) or [1])[index % max(len(self.guest.rewards), 1)]
        answer = self.run(self.api.send("POST", "/api2/mobile/redemptions/reward", {"reward_id": number}, self.token))
        assert answer.status_code in (200, 422)

    @rule(index=st.integers(0, 5))
    def has_a_redemption_voided(self, index: int) -> None:
        numbers = list(self.guest.redemptions) or [1]
        body = {"redemption_id": numbers[index % len(numbers)]}
        assert self.run(self.api.send("DELETE", "/api/pos/redemptions", body)).status_code in (202, 422)

    @rule(amount=st.integers(1, 60), pending=st.booleans())
    def orders_online(self, amount: int, pending: bool) -> None:
        self.orders += 1
        more = {"state": "pending"} if pending else {}
        answer = self.run(self.api.order(self.sso, amount, f"o{self.orders}", **more))
        assert answer.status_code == 200

    @rule(index=st.integers(1, 6), amount=st.integers(1, 60), ends=st.booleans())
    def an_order_is_corrected_or_ends(self, index: int, amount: int, ends: bool) -> None:
        uid = f"o{index}"
        if ends:
            answer = self.run(self.api.send("DELETE", "/api/auth/checkins", {"external_uid": uid}, self.sso))
        else:
            answer = self.run(self.api.order(self.sso, amount, uid, "PUT"))
        assert answer.status_code in (200, 202, 417, 422)

    @rule(points=st.integers(1, 40))
    def gives_points_away(self, points: int) -> None:
        body = {"points_to_transfer": points, "recipient_email": "bob@example.com", "password": "Passw0rd!"}
        answer = self.run(self.api.send("POST", "/api2/mobile/loyalty_transfers/points", body, self.token))
        assert answer.status_code in (200, 422)
        self.given_away += points if answer.status_code == 200 else 0

    @rule(points=st.integers(1, 40))
    def converts_points(self, points: int) -> None:
        body = {"conversion_rule_id": 1, "source_value": points, "converted_value": points / 10}
        answer = self.run(self.api.send("POST", "/api2/mobile/conversions", body, self.token))
        assert answer.status_code in (200, 422)
        self.converted += points if answer.status_code == 200 else 0

    @rule(index=st.integers(0, 5), commit=st.booleans())
    def uses_the_basket(self, index: int, commit: bool) -> None:
        numbers = list(self.guest.rewards) or [1]
        item = {"discount_type": "reward", "discount_id": numbers[index % len(numbers)]}
        wanted = {"discount_basket_items_attributes": [item]}
        answer = self.run(self.api.send("POST", "/api2/mobile/discounts/select", wanted, self.token))
        assert answer.status_code in (200, 422)
        if commit:
            answer = self.run(self.api.send("POST", "/api/pos/batch_redemptions", bill(self.number)))
            assert answer.status_code in (200, 422)

    @rule(days=st.integers(0, 4))
    def time_passes(self, days: int) -> None:
        self.run(self.world.advance(f"{days}d"))

    @rule(times=st.integers(1, 3))
    def is_put_into_a_segment(self, times: int) -> None:
        body = {"custom_segment_id": "11646", "user_id": str(self.number)}
        for _ in range(times):
            assert self.run(self.api.send("POST", "/api2/dashboard/custom_segments/members", body)).status_code == 201

    @invariant()
    def earned_minus_spent_minus_expired_is_the_balance_in_every_view(self) -> None:
        counted = [one for one in self.guest.checkins if one.state == "approved"]
        held = sum(one.points - one.spent - one.expired for one in counted)
        assert all(0 <= one.spent and 0 <= one.left for one in counted)
        assert self.views() == [held] * 9
        register = self.run(self.api.send("GET", "/api/pos/users/search?email=ada@example.com")).json()["balance"]
        assert register["total_credits"] - float(register["total_debits"]) == held

    def views(self) -> list[float]:
        """What app, ordering site, register, dashboard and the timelines say of the points that are left."""

        def told(method: str, target: str, token: str = "") -> Any:
            return self.run(self.api.send(method, target, None, token)).json()

        history = told("GET", "/api2/mobile/users/account_history", self.token)
        lines = told("GET", "/api/auth/accounts", self.sso)
        lapsing = told("GET", "/api2/mobile/users/points_expiry_timeline", self.token)["points_expiry"]
        earlier = told("GET", "/api2/mobile/checkins/account_balance", self.token)["account_balance_details"]
        return [
            told("GET", "/api2/mobile/users/balance", self.token)["account_balance"]["redeemable_points"],
            earlier["redeemable_points"],
            told("GET", "/api/auth/checkins/balance", self.sso)["balance"]["net_balance"],
            told("GET", "/api/auth/users/balance", self.sso)["account_balance"]["redeemable_points"],
            told("GET", "/api/pos/users/search?email=ada@example.com")["balance"]["net_balance"],
            told("GET", f"/api2/dashboard/users/info?user_id={self.number}")["balance"]["net_balance"],
            history[0]["total_points"] if history else self.held(),
            lines[0]["points"] if lines else self.held(),
            sum(row["expiring_points"] for row in lapsing),
        ]

    def held(self) -> int:
        return sum(one.left for one in self.guest.checkins)

    @invariant()
    def spent_points_are_those_of_redemptions_gifts_and_conversions(self) -> None:
        used = [one for one in self.guest.redemptions.values() if one.status == "processed"]
        elsewhere = self.given_away + self.converted
        assert sum(one.points for one in used) + elsewhere == sum(one.spent for one in self.guest.checkins)

    @invariant()
    def a_reward_is_used_at_most_once(self) -> None:
        used = [one.reward_id for one in self.guest.redemptions.values() if one.status == "processed" and one.reward_id]
        assert len(used) == len(set(used))
        assert {number for number, one in self.guest.rewards.items() if one.status == "redeemed"} == set(used)

    @invariant()
    def a_segment_only_grows(self) -> None:
        members = set(self.business.segments[11646].members)
        assert self.members <= members
        self.members = members

    @invariant()
    def nothing_is_told_without_its_cause(self) -> None:
        """Walked back, every event ends at a call, at the dashboard or at the Rolling Expiry Schedule."""
        assert self.world.inside is not None
        entries = {entry.id: entry for entry in self.world.inside.journal}
        for entry in list(entries.values()):
            if entry.operation.startswith("event "):
                while entry.cause is not None:
                    entry = entries[entry.cause]
                assert entry.kind == "call" or entry.operation in ("rolling expiry", "dashboard"), entry.summary


def test_a_life_in_any_order(stampcard_emulator: Emulator) -> None:
    Life.emulator = stampcard_emulator
    few = settings(
        max_examples=12,
        stateful_step_count=15,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Life, settings=few)
