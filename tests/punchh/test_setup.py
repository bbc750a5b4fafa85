"""The punchh section of a setup document."""

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.punchh.calls import Api


@pytest.mark.parametrize(
    ("section", "pointer"),
    [
        ({"campaigns": [{"name": "W", "type": "sign_up", "redeemable": "Fries"}]}, "/punchh/campaigns/0/redeemable"),
        ({"campaigns": [{"name": "W", "type": "sign_up", "segment": "VIP"}]}, "/punchh/campaigns/0/segment"),
        ({"campaigns": [{"name": "W", "type": "mass_offer", "start": "soon"}]}, "/punchh/campaigns/0/start"),
        ({"business": {"time_zone": "Mars/North"}}, "/punchh/business/time_zone"),
        ({"guests": [{"email": "nonsense"}]}, "/punchh/guests/0/email"),
        ({"guests": [{"email": "a@example.com"}, {"email": "A@example.com"}]}, "/punchh/guests/1"),
        ({"guests": [{"email": "a@example.com", "external_source": "x"}]}, "/punchh/guests/0"),
        ({"segments": [{"name": "VIP", "members": ["a@example.com"]}]}, "/punchh/segments/0/members/0"),
        (
            {"adapters": [{"name": "B", "endpoint": "x", "api_key": "k", "events": ["Guests"]}]},
            "/punchh/adapters/0/events/0",
        ),
        ({"busines": {}}, "/punchh"),
    ],
)
async def test_what_does_not_fit_names_itself_and_nothing_is_applied(
    world: WorldClient, section: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(ControlRefused, match=f"{pointer}: "):
        await world.setup({"punchh": {"redeemables": [{"name": "Cola"}], **section}})
    assert world.inside is not None
    assert not world.inside.tenants["punchh"].redeemables


async def test_a_row_applied_again_replaces_the_first(world: WorldClient) -> None:
    for description in ("old", "new"):
        await world.setup({"punchh": {"segments": [{"id": 11646, "name": "VIP", "description": description}]}})
    assert world.inside is not None
    assert [one.description for one in world.inside.tenants["punchh"].segments.values()] == ["new"]


async def test_ids_start_where_the_setup_says(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"ids": {"start": {"users": 7}}, "guests": [{"id": 7, "email": "a@example.com"}]}})
    assert (await api.sign_up())[0] == 8


async def test_a_reset_brings_the_setup_back(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"segments": [{"id": 11646, "name": "VIP"}]}})
    await api.sign_up()
    await world.reset()
    assert world.inside is not None
    business = world.inside.tenants["punchh"]
    assert (list(business.segments), dict(business.guests)) == ([11646], {})
    await api.sign_up()


async def test_a_segment_saved_again_keeps_its_members_unless_the_row_names_them(world: WorldClient) -> None:
    guests = [{"id": 7, "email": "ada@example.com"}, {"id": 8, "email": "bob@example.com"}]
    await world.setup({"punchh": {"guests": guests, "segments": [{"id": 5, "name": "VIP"}]}})
    api = Api(world)
    path = "/api2/dashboard/custom_segments/members"
    member = (await api.send("POST", path, {"custom_segment_id": 5, "user_id": 7})).json()

    async def members() -> list[int]:
        found = []
        for number in (7, 8):
            rows = await api.send("GET", f"{path}?custom_segment_id=5&user_id={number}")
            found += [row["user_id"] for row in rows.json()] if rows.status_code == 200 else []
        return found

    await world.setup({"punchh": {"segments": [{"id": 5, "name": "VIP", "description": "new"}]}})
    assert await members() == [7]
    again = (await api.send("POST", path, {"custom_segment_id": 5, "user_id": 7})).json()
    assert again["custom_segment_member_id"] == member["custom_segment_member_id"]
    await world.setup({"punchh": {"segments": [{"id": 5, "name": "VIP", "members": ["bob@example.com"]}]}})
    assert await members() == [8]


@pytest.mark.parametrize(
    ("key", "rows", "pointer"),
    [
        ("segments", [{"name": "A", "id": 5}, {"name": "A", "id": 6}], "/punchh/segments/1/name"),
        ("redeemables", [{"name": "A", "id": 5}, {"name": "B", "id": 5}], "/punchh/redeemables/1/id"),
        ("campaigns", [{"name": "A", "type": "sign_up"}, {"name": "A", "type": "recall"}], "/punchh/campaigns/1/name"),
        ("locations", [{"name": "A", "store_number": "7"}, {"name": "B", "store_number": "7"}], "store_number"),
    ],
)
async def test_two_rows_of_one_name_are_refused(world: WorldClient, key: str, rows: list[Any], pointer: str) -> None:
    with pytest.raises(ControlRefused, match=pointer):
        await world.setup({"punchh": {key: rows}})


async def test_a_name_that_is_there_with_another_id_is_refused(world: WorldClient) -> None:
    await world.setup({"punchh": {"segments": [{"name": "A", "id": 5}]}})
    with pytest.raises(ControlRefused, match="is there with the id 5"):
        await world.setup({"punchh": {"segments": [{"name": "A", "id": 6}]}})


async def test_a_store_of_the_first_store_s_number_takes_its_place(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"locations": [{"name": "Harbour", "store_number": "1"}]}})
    _, token = await api.sign_up()
    await api.order(token, 10, "o1")
    await api.buy("ada@example.com", 10, "t1")
    rows = (await api.send("GET", "/api2/mobile/checkins", None, token)).json()
    assert [row["location_name"] for row in rows] == ["Harbour", "Harbour"]


async def test_what_of_a_guest_has_no_effect_is_told(world: WorldClient) -> None:
    ada = {"email": "ada@example.com", "external_source": "customer_id", "external_source_id": "ext-1"}
    switched_off = {"external_user_identifier": False}
    await world.setup({"punchh": {"business": switched_off, "guests": [{**ada, "birthday": "1990-01-01"}]}})
    await world.setup({"punchh": {"guests": [{"email": "ada@example.com", "birthday": "1991-01-01"}]}})
    told = [entry["summary"].partition(":")[0] for entry in await world.journal(operation="setup")]
    assert [text for text in told if " of " in text] == [
        "external_source_id of ada@example.com",
        "birthday of ada@example.com",
    ]
