"""Programs of the newer loyalty: drafts, and what makes them active."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send

CARD = {"id": "lcdef_1", "name": "Points", "pattern": "CARD-####"}
ORDER = {"id": "lern_1", "name": "Orders", "event": "order.paid", "points": 10}
PROGRAMS = "/v2/loyalties/programs"


async def defined(world: WorldClient, card: Any = CARD, **more: Any) -> None:
    await world.setup({"voucherify": {"loyalty_v2": {"card_definitions": [card], "earning_rules": [ORDER], **more}}})


async def program(world: WorldClient, status: str = "ACTIVE", **more: Any) -> Any:
    body = {"name": "Club", "status": status, "card_definitions": [{"id": "lcdef_1"}]}
    return await made(world, "POST", PROGRAMS, {**body, "earning_rules": [{"id": "lern_1"}], **more})


async def test_a_draft_becomes_active_once(world: WorldClient) -> None:
    await defined(world)
    draft = await program(world, "DRAFT", metadata={"a": 1})
    path = f"{PROGRAMS}/{draft['id']}"

    active = await made(world, "POST", f"{path}/activate")
    again = await send(world, "POST", f"{path}/activate")

    assert (draft["status"], draft["card_definitions"]) == ("DRAFT", [{"id": "lcdef_1"}])
    assert (active["status"], active["metadata"]) == ("ACTIVE", {"a": 1})
    assert (again.status_code, again.json()["key"]) == (400, "invalid_state_transition")
    assert await made(world, "GET", path) == active


async def test_an_active_program_has_cards_and_a_way_to_earn(world: WorldClient) -> None:
    await defined(world)
    bare = await made(world, "POST", PROGRAMS, {"name": "Bare"})

    answers = [
        await send(world, "POST", f"{PROGRAMS}/{bare['id']}/activate"),
        await send(world, "POST", PROGRAMS, {"name": "X", "status": "ACTIVE", "card_definitions": [{"id": "lcdef_1"}]}),
        await send(world, "POST", PROGRAMS, {"name": "X", "card_definitions": [{"id": "lcdef_9"}]}),
    ]

    assert [(answer.status_code, answer.json()["key"]) for answer in answers] == [
        (423, "missing_active_card_definition"),
        (423, "missing_active_earning_rule"),
        (404, "not_found"),
    ]
    assert [one["name"] for one in (await made(world, "GET", PROGRAMS))["data"]] == ["Bare"]


async def test_lists_go_on_by_cursor(world: WorldClient) -> None:
    for name in "abc":
        await made(world, "POST", PROGRAMS, {"name": name})

    first = await made(world, "GET", f"{PROGRAMS}?limit=2")
    second = await made(world, "GET", f"{PROGRAMS}?limit=2&cursor={first['cursor']['next']}")
    oldest = await made(world, "GET", f"{PROGRAMS}?limit=1&order=created_at")
    wrong = await send(world, "GET", f"{PROGRAMS}?cursor=nope")

    assert [[one["name"] for one in page["data"]] for page in (first, second, oldest)] == [["c", "b"], ["a"], ["a"]]
    assert second["cursor"] is None
    assert (wrong.status_code, wrong.json()["key"]) == (400, "invalid_query_params")


async def test_tier_structures_are_refused_as_ours(world: WorldClient) -> None:
    response = await send(world, "POST", PROGRAMS, {"name": "X", "tier_structures": [{"id": "lts_1"}]})

    assert response.status_code == 501
