"""Members of custom lists."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api

MEMBERS = "/api2/dashboard/custom_segments/members"


def members(world: WorldClient, segment: int = 11646) -> set[int]:
    assert world.inside is not None
    return set(world.inside.tenants["punchh"].segments[segment].members)


async def with_guests(world: WorldClient, count: int) -> None:
    guests = [{"id": 500000001 + n, "email": f"g{n}@example.com"} for n in range(count)]
    await world.setup({"punchh": {"segments": [{"id": 11646, "name": "VIP"}], "guests": guests}})


async def test_a_launch_to_136_users_adds_136_guests(world: WorldClient, api: Api) -> None:
    await with_guests(world, 136)
    for n in range(136):
        body = {"custom_segment_id": "11646", "user_id": str(500000001 + n)}
        assert (await api.send("POST", MEMBERS, body)).status_code == 201
    assert len(members(world)) == 136


async def test_many_at_once_are_added_later_or_now(world: WorldClient, api: Api) -> None:
    await with_guests(world, 3)
    body: dict[str, Any] = {"custom_segment_id": 11646, "user_identifiers": [500000001, "g1@example.com"]}
    assert (await api.send("POST", f"{MEMBERS}/add_users", body)).status_code == 200
    assert members(world) == set()
    await world.settle()
    assert members(world) == {500000001, 500000002}
    now = {"custom_segment_id": 11646, "user_identifiers": ["500000003"], "bulk_method": "sync"}
    await api.send("POST", f"{MEMBERS}/add_users", now)
    assert members(world) == {500000001, 500000002, 500000003}


async def test_many_at_once_have_limits(world: WorldClient, api: Api) -> None:
    await with_guests(world, 1)
    for mode, limit in (("async", 1000), ("sync", 100)):
        body = {"custom_segment_id": 11646, "bulk_method": mode, "user_identifiers": ["1"] * (limit + 1)}
        response = await api.send("POST", f"{MEMBERS}/add_users", body)
        text = f"Max {limit} users allowed per api call in {mode} mode"
        assert (response.status_code, response.json()) == (422, {"errors": {"limit_exceed": text}})


async def upload(api: Api, method: str, path: str, text: str) -> int:
    form = {"name": "May", "custom_segment_id": "11646"}
    headers = {"Authorization": f"Bearer {api.door['admin_key']}"}
    files = {"bulk_guest_activity_file": ("may.csv", text, "text/csv")}
    response = await api.door.request(method, MEMBERS + path, data=form, files=files, headers=headers)
    return int(response.status_code)


async def test_files_add_and_remove(world: WorldClient, api: Api) -> None:
    await with_guests(world, 3)
    rows = "user_id,email\n500000001,\n,g1@example.com\n77,\n"
    assert await upload(api, "POST", "/bulk_add", rows) == 200
    await world.settle()
    assert members(world) == {500000001, 500000002}
    assert await upload(api, "DELETE", "/bulk_remove", "user_id,email\n500000001,\n") == 200
    await world.settle()
    assert members(world) == {500000002}


async def test_an_unknown_address_can_wait_for_its_sign_up(world: WorldClient, api: Api) -> None:
    await with_guests(world, 0)
    await world.setup({"punchh": {"switches": {"segments": {"accept_unknown_email": True}}}})
    response = await api.send("POST", MEMBERS, {"custom_segment_id": 11646, "email": "Ada@example.com"})
    assert response.status_code == 201
    number, _ = await api.sign_up("ada@example.com")
    assert members(world) == {number}


async def test_duplicate_additions_follow_the_switch(world: WorldClient, api: Api) -> None:
    await with_guests(world, 1)
    body = {"custom_segment_id": 11646, "user_id": 500000001}
    first = (await api.send("POST", MEMBERS, body)).json()["custom_segment_member_id"]
    again = await api.send("POST", MEMBERS, body)
    assert again.json()["custom_segment_member_id"] == first
    assert again.headers["x-stampcard-diagnostics"] == "already-member"
    await world.setup({"punchh": {"switches": {"segments": {"duplicate_add": "422"}}}})
    assert (await api.send("POST", MEMBERS, body)).status_code == 422


async def test_too_many_at_once_are_refused(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"segments": [{"id": 5, "name": "VIP"}]}})
    body = {"custom_segment_id": 5, "user_identifiers": list(range(1, 1002))}
    refused = await api.send("POST", f"{MEMBERS}/add_users", body)
    text = "Max 1000 users allowed per api call in async mode"
    assert (refused.status_code, refused.json()) == (422, {"errors": {"limit_exceed": text}})


async def test_a_bulk_file_may_be_larger_than_other_bodies(world: WorldClient, api: Api) -> None:
    """15 MB, where all else ends at 10."""
    await world.setup({"punchh": {"segments": [{"id": 5, "name": "VIP"}]}})
    number, _ = await api.sign_up()

    async def upload(size: int) -> tuple[int, Any]:
        rows = f"user_id,email\n{number},\n".ljust(size, "\n")
        body = {"custom_segment_id": 5, "name": "many", "bulk_guest_activity_file": rows}
        response = await api.send("POST", f"{MEMBERS}/bulk_add", body)
        return response.status_code, response.json() if response.content else None

    # Every line end takes two bytes of JSON.
    assert await upload(6 * 1024 * 1024) == (200, None)
    await world.settle()
    (member,) = (await api.send("GET", f"{MEMBERS}?custom_segment_id=5&user_id={number}")).json()
    assert member["user_id"] == number
    assert (await upload(9 * 1024 * 1024))[0] == 413
    rows = "user_id,email\n" + "1," * (8 * 1024 * 1024)
    body = {"custom_segment_id": 5, "name": "many", "bulk_guest_activity_file": rows[: 15 * 1024 * 1024 + 1]}
    refused = await api.send("POST", f"{MEMBERS}/bulk_add", body)
    text = "is too large (maximum is 15 MB)"
    assert (refused.status_code, refused.json()) == (422, {"errors": {"bulk_guest_activity_file": [text]}})
