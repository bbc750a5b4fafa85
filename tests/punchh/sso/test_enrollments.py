"""Taking part in a social cause."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api

PATH = "/api/auth/user_enrollments"


async def test_a_guest_takes_part_and_leaves(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"campaigns": [{"id": 1, "name": "Trees", "type": "social_cause"}]}})
    _, token = await api.sso_sign_up()
    body = {"item_id": 1, "item_type": "social_cause_campaign"}
    assert (await api.send("DELETE", PATH, body, token)).status_code == 400, "not yet"
    joined = await api.send("POST", PATH, body, token)
    assert (joined.status_code, joined.json()) == (200, ["Successfully registered"])
    told = (await api.send("GET", "/api/auth/users/balance", None, token)).json()
    assert [row["name"] for row in told["preferred_charities"]] == ["Trees"]
    assert (await api.send("DELETE", PATH, body, token)).json() == ["Successfully deregistered"]
    for wrong in ({**body, "item_id": 2}, {**body, "item_type": "other"}, {"item_id": 1}):
        assert (await api.send("POST", PATH, wrong, token)).status_code == 400
