"""Challenges: steps counted with every purchase, and the gift at the end."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api

CLUB: dict[str, Any] = {"id": 34, "name": "Three burgers", "type": "challenge", "points": 50, "start": "2026-01-01"}
BURGERS = {"steps": 3, "menu_item": "Burger", "challenge_reach": "universal_auto_enrolment"}
LIST = "/api2/mobile/users/challenges_listing"


async def test_challenges_are_not_enabled(api: Api) -> None:
    _, token = await api.sign_up()
    response = await api.send("GET", "/api2/mobile/challenges", None, token)
    text = "Business does not have challenges enabled."
    assert (response.status_code, response.json()) == (422, {"errors": {"disabled_feature": text}})


async def enabled(world: WorldClient, api: Api, **settings: Any) -> str:
    row = {**CLUB, "settings": {**BURGERS, **settings}}
    await world.setup({"punchh": {"business": {"challenges": True}, "campaigns": [row]}})
    return (await api.sign_up())[1]


async def test_steps_lead_to_the_gift_and_the_challenge_is_past(world: WorldClient, api: Api) -> None:
    token = await enabled(world, api)
    listed = (await api.send("GET", "/api2/mobile/challenges")).json()["challenges"]
    assert [(row["id"], row["tasks"]) for row in listed] == [(34, [{"name": "Three burgers", "number_of_steps": 3}])]
    for number in range(3):
        shown = (await api.send("GET", "/api2/mobile/challenges/34", None, token)).json()
        assert shown["progress"] == [{"completed_steps": number, "total_steps": 3}]
        await api.buy("ada@example.com", 10, f"t{number}")
        await world.settle()
    told = (await api.send("GET", LIST, None, token)).json()
    assert told["count"] == {"active_challenges": 0, "available_challenges": 0, "past_challenges": 1}
    assert told["past_challenges"][0]["past_completions"] == 1
    balance = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()
    assert balance["account_balance"]["redeemable_points"] == 80
    assert [row["challenge_campaign_id"] for row in balance["challenge_badges"]] == [34]


async def test_a_challenge_may_come_again(world: WorldClient, api: Api) -> None:
    token = await enabled(world, api, occurrence="multiple", steps=1)
    for number in range(2):
        await api.buy("ada@example.com", 10, f"t{number}")
        await world.settle()
    told = (await api.send("GET", LIST, {"filter": "active"}, token)).json()
    assert told["count"] == {"active_challenges": 1}
    assert told["active_challenges"][0]["past_completions"] == 2


async def test_points_are_steps_too(world: WorldClient, api: Api) -> None:
    token = await enabled(world, api, challenge_type="every_x_points", steps=25)
    await api.buy("ada@example.com", 20, "t1")
    shown = (await api.send("GET", "/api2/mobile/challenges/34", None, token)).json()
    assert shown["progress"] == [{"completed_steps": 20, "total_steps": 25}]


async def test_what_is_wrong_is_told_as_published(world: WorldClient, api: Api) -> None:
    token = await enabled(world, api)
    wrong = await api.send("GET", LIST, {"filter": "mine"}, token)
    text = "Invalid filter value. Valid values are: active, available, past"
    assert (wrong.status_code, wrong.json()) == (400, {"errors": {"filter": text}})
    text = "An active access token must be used to query information about the current user."
    for path in ("/api2/mobile/challenges", "/api2/mobile/challenges/34", LIST):
        refused = await api.send("GET", path, None, "nobody")
        assert (refused.status_code, refused.json()) == (401, {"unauthorized": [text]})
    assert (await api.send("GET", "/api2/mobile/challenges/99", None, token)).status_code == 404
