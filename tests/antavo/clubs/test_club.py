"""Clubs: create, list, rename, disband, points."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, profile

TEMPLATES = [
    {"id": "open", "name": "Open", "point_donation": True, "point_conversion_rate": 2, "donation_limit": 50},
    {"id": "shut", "name": "Shut", "type": "private", "member_limit": 2},
    {"id": "asked", "name": "Asked", "approval_required": True},
    {"id": "old", "name": "Old", "status": "archived"},
]


async def set_up(world: WorldClient) -> None:
    members: list[dict[str, Any]] = [{"id": name, "points": 100} for name in ("ann", "bo", "cy", "dee")]
    members.append({"id": "sus", "status": "suspended"})
    await world.setup({"antavo": {"club_templates": TEMPLATES, "members": members}})


async def create(world: WorldClient, **change: Any) -> Any:
    return await call(
        world.antavo, "POST", "/v1/clubs", {"name": "Readers", "template_id": "open", "owner_id": "ann", **change}
    )


async def post(world: WorldClient, club: str, path: str, body: Any = None) -> Any:
    return await call(world.antavo, "POST", f"/v1/clubs/{club}/{path}", body or {})


def code(response: Any) -> int:
    assert response.status_code in (400, 404), response.text
    assert response.json()["status"] == "error"
    found: int = response.json()["error"]["code"]
    return found


async def test_a_club_is_created_with_its_own_names_for_the_balance(world: WorldClient) -> None:
    await set_up(world)

    found = (await create(world)).json()["payload"]

    assert found["balance"] == {"points_earned": 0, "points_spent": 0, "points_expired": 0, "points_spendable": 0}
    assert (found["type"], found["member_count"], found["owner_customer_id"]) == ("public", 1, "ann")
    assert world.inside.tenants["antavo"].customers["ann"].events[-1].action == "club_create"


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"name": ""}, 201094),
        ({"name": "ab"}, 201045),
        ({"template_id": "none"}, 201040),
        ({"template_id": "old"}, 201041),
        ({"owner_id": "nobody"}, 201044),
        ({"owner_id": "sus"}, 201044),
        ({"owner_id": "bo"}, 201042),
        ({"owner_id": "cy"}, 201043),
    ],
)
async def test_clubs_that_are_not_created(world: WorldClient, change: dict[str, Any], wanted: int) -> None:
    await set_up(world)
    other = (await create(world, owner_id="bo")).json()["payload"]["id"]
    await post(world, other, "members/join-public", {"customer_id": "cy"})

    assert code(await create(world, **change)) == wanted


async def test_no_clubs_at_all_is_404_with_a_success_body(world: WorldClient) -> None:
    await set_up(world)

    response = await call(world.antavo, "GET", "/v1/clubs")

    assert (response.status_code, response.json()["status"], response.json()["payload"]) == (404, "success", [])


async def test_the_list_and_one_club(world: WorldClient) -> None:
    await set_up(world)
    made = (await create(world)).json()["payload"]["id"]

    rows = (await call(world.antavo, "GET", "/v1/clubs?type=public&template_id=open")).json()["payload"]
    one = (await call(world.antavo, "GET", f"/v1/clubs/{made}")).json()["payload"]

    assert (rows[0]["id"], rows[0]["balance"]["spend"]) == (made, 0)
    assert (one["template_id"], one["balance"]["spent"]) == ("open", 0)
    assert code(await call(world.antavo, "GET", "/v1/clubs/nothing")) == 201054


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/v1/clubs?limit=0", 201010),
        ("/v1/clubs?offset=-1", 201011),
        ("/v1/clubs?colour=red", 201012),
        ("/v1/clubs/templates?colour=red", 201014),
        ("/v1/clubs/nothing/history", 201099),
        ("/v1/clubs/nothing/members", 201054),
        ("/v1/clubs/nothing/members/ann", 201092),
    ],
)
async def test_lists_that_are_refused(world: WorldClient, path: str, wanted: int) -> None:
    await set_up(world)

    assert code(await call(world.antavo, "GET", path)) == wanted


async def test_templates(world: WorldClient) -> None:
    await set_up(world)

    rows = (await call(world.antavo, "GET", "/v1/clubs/templates?type=private")).json()["payload"]

    assert [row["id"] for row in rows] == ["shut"]


async def test_rename_and_disband_are_the_owners(world: WorldClient) -> None:
    await set_up(world)
    made = (await create(world)).json()["payload"]["id"]
    await post(world, made, "members/join-public", {"customer_id": "bo"})

    assert code(await post(world, made, "members/bo/club-update", {"name": "Writers"})) == 201039
    renamed = await post(world, made, "members/ann/club-update", {"name": "Writers"})
    assert renamed.json()["payload"]["name"] == "Writers"
    assert code(await post(world, made, "disband")) == 201094
    assert code(await post(world, made, "disband", {"actor": "nobody"})) == 320620
    assert code(await post(world, made, "disband", {"actor": "cy"})) == 201048
    assert code(await post(world, made, "disband", {"actor": "bo"})) == 201039
    assert (await post(world, made, "disband", {"actor": "ann"})).json()["payload"]["status"] == "disbanded"
    assert code(await post(world, made, "disband", {"actor": "ann"})) == 201047


async def test_points_are_donated_at_the_rate(world: WorldClient) -> None:
    await set_up(world)
    made = (await create(world)).json()["payload"]["id"]

    found = (await post(world, made, "members/ann/point-donation", {"donated_account_points": 30})).json()["payload"]

    assert (found["donated_club_points"], found["club"]["balance"]["spendable"]) == (60, 60)
    assert (await profile(world.antavo))["spendable"] == 70


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({}, 201094),
        ({"donated_account_points": 1.5}, 201103),
        ({"donated_account_points": 51}, 201156),
        ({"donated_account_points": 5, "reason": "x" * 501}, 201102),
    ],
)
async def test_donations_that_are_refused(world: WorldClient, body: dict[str, Any], wanted: int) -> None:
    await set_up(world)
    made = (await create(world)).json()["payload"]["id"]

    assert code(await post(world, made, "members/ann/point-donation", body)) == wanted
    assert (await profile(world.antavo))["spendable"] == 100


async def test_points_are_adjusted_and_the_history_tells(world: WorldClient) -> None:
    await set_up(world)
    made = (await create(world)).json()["payload"]["id"]
    await post(world, made, "members/ann/point-adjustment", {"points": 50})
    found = (await post(world, made, "members/ann/point-adjustment", {"points": -20})).json()["payload"]

    assert found["club"]["balance"]["spendable"] == 30
    rows = (await call(world.antavo, "GET", f"/v1/clubs/{made}/history?type=club_point_remove")).json()["payload"]
    assert [row["properties"]["amount"] for row in rows] == [20]
    assert code(await post(world, made, "members/bo/point-adjustment", {"points": 5})) == 201099
