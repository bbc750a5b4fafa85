"""Giving points and rewards away."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api


def gift(name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {name: value, "recipient_email": "bob@example.com", "password": "Passw0rd!", **more}


async def test_points_are_given_to_another_guest(api: Api) -> None:
    _, token = await api.sign_up()
    await api.sign_up("bob@example.com")
    await api.buy("ada@example.com", 96, "t1")
    path = "/api2/mobile/loyalty_transfers/points"
    refused = [
        (await api.send("POST", path, body, token)).json()
        for body in (
            gift("points_to_transfer", 100),
            gift("points_to_transfer", 5, password="wrong"),
            gift("points_to_transfer", 5, password=""),
            gift("points_to_transfer", 5, recipient_email="nobody@example.com"),
        )
    ]
    assert refused == [
        ["Not enough reward balance available to redeem. Current Balance of 96 is less than 100 requested"],
        ["Invalid password. Please try again."],
        ["Password is required for peer-to-peer transfer."],
        ["Recipient not found"],
    ]
    assert (await api.send("POST", path, gift("points_to_transfer", 90), token)).status_code == 200
    found = (await api.send("GET", "/api/pos/users/search?email=bob@example.com")).json()
    assert found["balance"]["net_balance"] == 90


async def test_a_reward_is_given_once(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"redeemables": [{"id": 132, "name": "Fries"}]}})
    number, token = await api.sign_up()
    await api.sign_up("bob@example.com")
    await api.send("POST", "/api2/dashboard/users/support", {"user_id": number, "redeemable_id": 132})
    path = "/api2/mobile/loyalty_transfers/reward"
    assert (await api.send("POST", path, gift("reward_to_transfer", 900001), token)).status_code == 200
    again = await api.send("POST", path, gift("reward_to_transfer", 900001), token)
    assert (again.status_code, again.json()) == (422, ["Reward doesn't exist or has already been redeemed."])
    found = (await api.send("GET", "/api/pos/users/search?email=bob@example.com")).json()
    assert [row["name"] for row in found["rewards"]] == ["Fries"]
