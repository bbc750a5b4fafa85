"""The adapter against Braze itself: what arrives on the profile."""

from stampcard.client import WorldClient
from tests.braze.calls import exported
from tests.punchh.calls import Api
from tests.punchh.webhooks.test_adapter import PAIR, adapter


async def test_guest_and_reward_arrive_on_the_profile(world: WorldClient, api: Api) -> None:
    await world.setup(adapter(api_key=world.braze["api_key"], endpoint=world.braze.url))
    welcome = {"name": "Welcome", "type": "sign_up", "redeemable": "French Fries", "run_delay_minutes": 10}
    await world.setup({"punchh": {"redeemables": [{"name": "French Fries"}], "campaigns": [welcome]}})
    number, _ = await api.sign_up(**PAIR)
    await world.advance("10m")
    profile = await exported(world.braze, "ext-77")
    assert profile["email"] == "ada@example.com"
    assert profile["custom_attributes"]["punchh_user_id"] == number
    assert [event["name"] for event in profile["custom_events"]] == ["rewards"]
    assert await world.journal(operation="adapter failure") == []


async def test_a_wrong_key_is_visible_and_not_tried_again(world: WorldClient, api: Api) -> None:
    await world.setup(adapter(api_key="wrong"))
    await api.sign_up(**PAIR)
    await world.advance("1d")
    (failure,) = await world.journal(operation="adapter failure")
    assert failure["error"] == "status 401"
    assert failure["summary"] == "Braze: gave up on adapter Braze: users after 1 attempts, status 401"
