"""Points given away to a social cause, on the ordering site."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api

RULE = {"id": 4, "name": "Charity", "source_value": 100, "converted_value": 1, "converted_type": "charity"}


async def test_points_become_a_donation(world: WorldClient, api: Api) -> None:
    cause = {"id": 12, "name": "Trees", "type": "social_cause"}
    await world.setup({"punchh": {"conversion_rules": [RULE], "campaigns": [cause]}})
    _, token = await api.sso_sign_up()
    await api.order(token, 300, "o1")
    body = {"conversion_rule_id": 4, "source_value": 200, "converted_value": 2, "authentication_token": token}
    path = "/api/auth/conversions"
    assert (await api.send("POST", path, body)).status_code == 422, "which cause?"
    done = await api.send("POST", path, {**body, "social_cause_campaign_id": "12"})
    assert (done.status_code, done.json()) == (200, ["200 points converted into 2"])
    told = (await api.send("GET", "/api/auth/users/balance", {"authentication_token": token})).json()
    assert told["account_balance"]["redeemable_points"] == 100
    assert [(row["social_cause_id"], row["user_donations"]) for row in told["preferred_charities"]] == [
        (12, {"currency": {"user_donations": 2}})
    ]
