"""Members of programs, their cards, and what a customer is a member of."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.loyalty.test_programs import PROGRAMS, defined, program

ANN = {"customer_identification": {"type": "customer_source_id", "customer_source_id": "ann"}}


async def joined(world: WorldClient, **more: Any) -> tuple[str, Any]:
    """The path of a program, and ann as its member."""
    await made(world, "POST", "/v1/customers", {"source_id": "ann"})
    path = f"{PROGRAMS}/{(await program(world, **more))['id']}"
    return path, await made(world, "POST", f"{path}/members", ANN)


async def test_a_member_has_a_card_of_every_definition(world: WorldClient) -> None:
    await defined(world)
    path, member = await joined(world)
    await world.settle()

    later = await made(world, "GET", f"{path}/members/{member['id']}")

    assert (member["status"], member["cards"][0]["card"]["code"]) == ("ACTIVE", None)
    card = later["cards"][0]["card"]
    assert card["code"].startswith("CARD-") and card["card_definition_id"] == "lcdef_1"
    assert card["balance"] == {"points": 0, "pending_points": 0}
    listed = (await made(world, "GET", f"{path}/members"))["data"]
    assert [one["id"] for one in listed] == [member["id"]] and "cards" not in listed[0]


async def test_nobody_joins_twice_nor_a_draft(world: WorldClient) -> None:
    await defined(world)
    path, member = await joined(world)
    draft = f"{PROGRAMS}/{(await program(world, 'DRAFT'))['id']}"
    nobody = {"customer_identification": {"type": "customer_id", "customer_id": "cust_nobody"}}

    again = await send(world, "POST", f"{path}/members", ANN)
    early = await send(world, "POST", f"{draft}/members", ANN)
    unknown = await send(world, "POST", f"{path}/members", nobody)

    text = f"Customer '{member['customer_id']}' already is a member of program '{member['program_id']}'"
    assert (again.status_code, again.json()["details"]) == (409, text)
    assert (early.status_code, early.json()["key"]) == (423, "non_active_program")
    assert (unknown.status_code, unknown.json()["resource_type"]) == (404, "customer")


async def test_memberships_of_a_customer(world: WorldClient) -> None:
    await defined(world)
    path, member = await joined(world)

    by_id = await made(world, "GET", f"/v2/loyalties/memberships/{member['customer_id']}")
    by_source = "?identification_type=customer_source_id"
    one = await made(world, "GET", f"{path}/memberships/ann{by_source}")
    unknown = await send(world, "GET", "/v2/loyalties/memberships/ann")

    assert by_id["customer"] == {"id": member["customer_id"], "source_id": "ann", "object": "customer"}
    assert [each["program"]["name"] for each in by_id["memberships"]] == ["Club"]
    assert one["member"]["id"] == member["id"]
    assert one["cards"][0]["tier_progress"]["current"] is None
    assert (unknown.status_code, unknown.json()["resource_type"]) == (404, "customer")
    await made(world, "POST", "/v1/customers", {"source_id": "bob"})
    none = await made(world, "GET", f"/v2/loyalties/memberships/bob{by_source}")
    assert none["memberships"] == []
