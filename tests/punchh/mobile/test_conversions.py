"""Points that become something else by a rule."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api

RULES = [
    {"id": 1, "name": "Cash", "source_value": 250, "min_source_value": 250, "converted_value": 1},
    {"id": 2, "name": "Fuel", "source_value": 250, "converted_value": 0.05, "converted_type": "fuel_discount"},
    {"id": 4, "name": "Charity", "source_value": 250, "converted_value": 1, "converted_type": "charity"},
]
PATH = "/api2/mobile/conversions"


def wanted(rule: int, points: object, value: object = 2) -> dict[str, object]:
    return {"conversion_rule_id": rule, "source_value": points, "converted_value": value}


async def test_points_become_money_and_are_spent(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"conversion_rules": RULES}})
    _, token = await api.sign_up()
    await api.buy("ada@example.com", 800, "t1")
    refused = await api.send("POST", PATH, wanted(1, 249), token)
    text = "Source value should be more than 250.0."
    assert (refused.status_code, refused.json()) == (422, {"errors": [{"min_source_value": text}]})

    assert (await api.send("POST", PATH, wanted(1, "500"), token)).json() == ["500 points converted into 2"]
    fuel = await api.send("POST", PATH, wanted(2, 250), token)
    assert fuel.json() == ["250 points converted into 0.05"]
    assert "other-value" in fuel.headers["x-stampcard-diagnostics"]

    told = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()
    balances = {row["name"]: row["balance"] for row in told["converted_category_balances"]}
    assert balances == {"Cash": "2.00", "Fuel": "0.05", "Charity": "0.00"}
    assert (told["account_balance"]["redeemable_points"], told["account_balance"]["banked_currency"]) == (50, 2.0)
    assert (await api.send("POST", PATH, wanted(1, 250), token)).status_code == 422


async def test_a_rule_that_is_not_there_is_refused(api: Api) -> None:
    _, token = await api.sign_up()
    assert (await api.send("POST", PATH, wanted(9, 250), token)).status_code == 422
    missing = await api.send("POST", PATH, {"conversion_rule_id": 1, "converted_value": 1}, token)
    text = "Required parameter missing or the value is empty: source_value"
    assert missing.json() == {"errors": {"missing_required_param": [text]}}
