"""Balances and offers on the ordering site."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_redemptions import ready


async def test_rewards_and_what_points_can_buy(world: WorldClient, api: Api) -> None:
    _, _, sso = await ready(world, api)
    body = (await api.send("GET", "/api/auth/checkins/balance", None, sso)).json()
    assert [row["redeemable_id"] for row in body["rewards"]] == [132]
    assert [row["name"] for row in body["redeemables"]] == ["Cola"]
    assert (body["balance"]["banked_rewards"], body["balance"]["total_debits"]) == ("0.00", "0.0")
    (wrapped,) = (await api.send("GET", "/api/auth/rewards", None, sso)).json()
    assert (wrapped["reward"]["gifted_for_type"], wrapped["reward"]["gift_reason"]) == (
        "FeedbackReply",
        "Support Activity",
    )
    offers = (await api.send("GET", "/api/auth/offers", None, sso)).json()
    assert (len(offers["rewards"]), len(offers["redeemables"])) == (1, 1)


async def test_the_history_in_this_family_s_words(world: WorldClient, api: Api) -> None:
    _, _, sso = await ready(world, api)
    rows = (await api.send("GET", "/api/auth/accounts", None, sso)).json()
    assert [(row["event_name"], row["points"]) for row in rows] == [("Reward", 100), ("Checkin", 100)]


async def test_an_estimate_changes_nothing(world: WorldClient, api: Api) -> None:
    _, _, sso = await ready(world, api)
    asked = await api.send("GET", "/api/auth/loyalty_points_estimator", {"subtotal_amount": "12.9"}, sso)
    assert asked.json() == {"estimated_points": 12}
    balance = (await api.send("GET", "/api/auth/checkins/balance", None, sso)).json()["balance"]
    assert balance["net_balance"] == 100
