"""Members of a club: joining, invitations, applicants, bans, ownership."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call
from tests.antavo.clubs.test_club import code, create, post, set_up


async def club(world: WorldClient, template: str = "open") -> str:
    await set_up(world)
    made: str = (await create(world, template_id=template)).json()["payload"]["id"]
    return made


async def status(world: WorldClient, made: str, name: str = "bo") -> str:
    found: str = (await call(world.antavo, "GET", f"/v1/clubs/{made}/members/{name}")).json()["payload"]["status"]
    return found


async def join(world: WorldClient, made: str, name: str = "bo") -> Any:
    return await post(world, made, "members/join-public", {"customer_id": name})


async def test_a_public_club_is_joined(world: WorldClient) -> None:
    made = await club(world)

    assert (await join(world, made)).json()["payload"]["status"] == "active"
    assert code(await join(world, made)) == 300390
    assert code(await join(world, made, "nobody")) == 320620
    rows = (await call(world.antavo, "GET", f"/v1/clubs/{made}/members?role=member")).json()
    assert ([row["customer_id"] for row in rows["payload"]], rows["metadata"]["total"]) == (["bo"], 1)


async def test_an_applicant_is_accepted_by_the_owner(world: WorldClient) -> None:
    made = await club(world, "asked")
    await join(world, made)

    assert await status(world, made) == "applicant"
    assert code(await post(world, made, "applicants/bo/accept")) == 201094
    assert code(await post(world, made, "applicants/bo/accept", {"actor": "cy"})) == 201027
    assert code(await post(world, made, "applicants/ann/accept", {"actor": "ann"})) == 201017
    assert code(await post(world, made, "applicants/cy/accept", {"actor": "ann"})) == 201079
    assert (await post(world, made, "applicants/bo/accept", {"actor": "ann"})).json()["payload"]["status"] == "active"
    assert code(await post(world, made, "applicants/bo/accept", {"actor": "ann"})) == 201016


@pytest.mark.parametrize(("action", "wanted"), [("refuse", "removed"), ("ban", "banned")])
async def test_an_applicant_is_turned_down(world: WorldClient, action: str, wanted: str) -> None:
    made = await club(world, "asked")
    await join(world, made)

    await post(world, made, f"applicants/bo/{action}", {"actor": "ann"})

    assert await status(world, made) == wanted


async def test_bans(world: WorldClient) -> None:
    made = await club(world)
    await join(world, made)

    assert code(await post(world, made, "members/ann/ban", {"actor": "ann"})) == 201024
    await post(world, made, "members/bo/ban", {"actor": "ann"})
    assert code(await post(world, made, "members/bo/ban", {"actor": "ann"})) == 201025
    assert code(await join(world, made)) == 201072
    assert code(await post(world, made, "members/bo/unban")) == 300840
    assert (await post(world, made, "members/bo/unban", {"actor": "ann"})).json()["payload"]["status"] == "active"


async def test_a_member_leaves_or_is_removed(world: WorldClient) -> None:
    made = await club(world)
    await join(world, made)
    await join(world, made, "cy")

    await post(world, made, "members/bo/remove", {"actor": "bo"})
    await post(world, made, "members/cy/remove", {"actor": "ann"})

    assert [await status(world, made, name) for name in ("bo", "cy")] == ["removed", "removed"]
    assert code(await post(world, made, "members/ann/remove", {"actor": "ann"})) == 201024


async def test_ownership_is_handed_over(world: WorldClient) -> None:
    made = await club(world)
    await join(world, made)

    assert code(await post(world, made, "members/bo/ownership", {"actor": "bo"})) == 201039
    assert code(await post(world, made, "members/ann/ownership", {"actor": "ann"})) == 201033
    assert code(await post(world, made, "members/cy/ownership", {"actor": "ann"})) == 201081
    assert (await post(world, made, "members/bo/ownership", {"actor": "ann"})).json()["payload"]["role"] == "owner"
    one = (await call(world.antavo, "GET", f"/v1/clubs/{made}")).json()["payload"]
    assert one["owner_customer_id"] == "bo"


async def test_an_invitation_to_a_private_club(world: WorldClient) -> None:
    made = await club(world, "shut")
    body = {"inviter_customer_id": "ann", "invitee_customer_id": "bo"}

    invitation = (await post(world, made, "invitations", body)).json()["payload"]["invitation_id"]
    assert code(await post(world, made, "invitations", body)) == 201064
    joined = await call(world.antavo, "POST", f"/v1/clubs/invitations/{invitation}", {})
    again = await call(world.antavo, "POST", f"/v1/clubs/invitations/{invitation}", {})

    assert joined.json()["payload"]["customer_id"] == "bo"
    assert (again.status_code, code(again)) == (404, 300891)


@pytest.mark.parametrize(
    ("template", "inviter", "invitee", "wanted"),
    [
        ("shut", "nobody", "bo", 201060),
        ("shut", "ann", "nobody", 201061),
        ("shut", "sus", "bo", 201066),
        ("shut", "ann", "sus", 201067),
        ("shut", "cy", "bo", 201068),
        ("shut", "ann", "ann", 201069),
        ("open", "ann", "bo", 201071),
    ],
)
async def test_invitations_that_are_refused(
    world: WorldClient, template: str, inviter: str, invitee: str, wanted: int
) -> None:
    made = await club(world, template)
    body = {"inviter_customer_id": inviter, "invitee_customer_id": invitee}

    assert code(await post(world, made, "invitations", body)) == wanted


async def test_the_member_limit(world: WorldClient) -> None:
    made = await club(world, "shut")
    found = []
    for name in ("bo", "cy"):
        body = {"inviter_customer_id": "ann", "invitee_customer_id": name}
        invitation = (await post(world, made, "invitations", body)).json()["payload"]["invitation_id"]
        found.append(await call(world.antavo, "POST", f"/v1/clubs/invitations/{invitation}", {}))

    assert (found[0].status_code, code(found[1])) == (200, 201078)
