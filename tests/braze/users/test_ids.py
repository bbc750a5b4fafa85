"""Identifying, merging, aliases, renaming: what becomes of the profiles."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.braze.calls import bearer, exported, track, workspace

ALIAS = {"alias_name": "a", "alias_label": "l"}


async def call(world: WorldClient, path: str, body: Any) -> Any:
    response = await world.braze.post(path, json=body, headers=bearer(world.braze))
    assert response.is_success, response.text
    return response.json()


async def anonymous(world: WorldClient, **attributes: Any) -> None:
    await track(world.braze, attributes=[{"user_alias": ALIAS, "_update_existing_only": False, **attributes}])


async def test_an_alias_only_profile_gets_the_external_id(world: WorldClient) -> None:
    await anonymous(world, points=1)
    await call(world, "/users/identify", {"aliases_to_identify": [{"external_id": "ann", "user_alias": ALIAS}]})
    user = await exported(world.braze, "ann", "custom_attributes", "user_aliases")
    assert user == {"custom_attributes": {"points": 1}, "user_aliases": [ALIAS]}


async def test_an_alias_only_profile_is_merged_into_one_that_is_there(world: WorldClient) -> None:
    await anonymous(world, points=1, plan="gold")
    await track(world.braze, attributes=[{"external_id": "ann", "points": 2}])
    await call(world, "/users/identify", {"aliases_to_identify": [{"external_id": "ann", "user_alias": ALIAS}]})
    user = await exported(world.braze, "ann", "custom_attributes", "user_aliases")
    assert user == {"custom_attributes": {"plan": "gold", "points": 2}, "user_aliases": [ALIAS]}
    assert len(workspace(world).users) == 1


async def test_an_alias_of_a_taken_label_is_not_combined(world: WorldClient) -> None:
    await anonymous(world)
    await world.setup({"braze": {"users": [{"external_id": "ann", "user_aliases": [ALIAS | {"alias_name": "b"}]}]}})
    await call(world, "/users/identify", {"aliases_to_identify": [{"external_id": "ann", "user_alias": ALIAS}]})
    assert len(workspace(world).users) == 2


async def test_without_merging_attributes_are_lost(world: WorldClient) -> None:
    await anonymous(world, points=1)
    await track(world.braze, attributes=[{"external_id": "ann"}])
    body = {"aliases_to_identify": [{"external_id": "ann", "user_alias": ALIAS}], "merge_behavior": "none"}
    await call(world, "/users/identify", body)
    assert await exported(world.braze, "ann", "custom_attributes", "user_aliases") == {"user_aliases": [ALIAS]}


async def test_two_profiles_of_one_email_need_a_priority(world: WorldClient) -> None:
    events = [{"email": "a@example.com", "name": "came", "time": "2026-01-01"}]
    await track(world.braze, events=events)
    await anonymous(world, email="a@example.com")
    item = {"external_id": "ann", "email": "a@example.com", "prioritization": ["unidentified"]}
    await call(world, "/users/identify", {"emails_to_identify": [item]})
    assert "ann" not in workspace(world).by_external_id
    item["prioritization"] = ["unidentified", "least_recently_updated"]
    await call(world, "/users/identify", {"emails_to_identify": [item]})
    assert "custom_events" in await exported(world.braze, "ann")


async def test_merging_sums_what_happened_and_keeps_what_was_set(world: WorldClient) -> None:
    cup = {"product_id": "cup", "currency": "USD", "price": 2}
    came = {"name": "came"}
    await track(
        world.braze,
        attributes=[{"external_id": "a", "first_name": "A", "phone": "+1"}, {"external_id": "b", "first_name": "B"}],
        events=[came | {"external_id": x, "time": f"2026-01-0{n}"} for n, x in ((1, "a"), (2, "b"), (3, "a"))],
        purchases=[cup | {"external_id": x, "time": "2026-01-05"} for x in ("a", "b")],
    )
    merge = {"identifier_to_merge": {"external_id": "a"}, "identifier_to_keep": {"external_id": "b"}}
    await call(world, "/users/merge", {"merge_updates": [merge]})
    user = await exported(world.braze, "b", "first_name", "phone", "custom_events", "total_revenue")
    assert user == {
        "first_name": "B",
        "phone": "+1",
        "custom_events": [
            {"name": "came", "first": "2026-01-01T00:00:00.000Z", "last": "2026-01-03T00:00:00.000Z", "count": 3}
        ],
        "total_revenue": 4.0,
    }
    body = await call(world, "/users/export/ids", {"external_ids": ["a"], "phone": "+1", "fields_to_export": ["phone"]})
    assert (body["invalid_user_ids"], body["users"]) == (["a"], [{"phone": "+1"}])


async def test_a_deleted_profile_is_gone_under_all_its_names(world: WorldClient) -> None:
    user = {"external_id": "ann", "user_aliases": [ALIAS], "email": "a@example.com", "phone": "+1"}
    await world.setup({"braze": {"users": [user]}})
    body = {"email_addresses": [{"email": "a@example.com", "prioritization": ["identified"]}]}
    assert (await call(world, "/users/delete", body))["deleted"] == 1
    state = workspace(world)
    assert not (state.users or state.by_external_id or state.by_alias or state.by_email or state.by_phone)


async def test_both_ids_lead_to_a_renamed_profile(world: WorldClient) -> None:
    await track(world.braze, attributes=[{"external_id": "a", "first_name": "Ann"}])
    rename = {"external_id_renames": [{"current_external_id": "a", "new_external_id": "b"}]}
    await call(world, "/users/external_ids/rename", rename)
    await track(world.braze, attributes=[{"external_id": "a", "points": 1}])
    user = await exported(world.braze, "b", "external_id", "custom_attributes")
    assert user == {"external_id": "b", "custom_attributes": {"points": 1}}


async def test_an_alias_is_renamed(world: WorldClient) -> None:
    await anonymous(world)
    await call(
        world,
        "/users/alias/update",
        {"alias_updates": [{"alias_label": "l", "old_alias_name": "a", "new_alias_name": "b"}]},
    )
    assert list(workspace(world).by_alias) == [("l", "b")]


async def test_a_second_alias_of_one_label_is_left(world: WorldClient) -> None:
    await track(world.braze, attributes=[{"external_id": "ann"}])
    rows = [{"external_id": "ann", "alias_label": "l", "alias_name": name} for name in ("a", "b")]
    await call(world, "/users/alias/new", {"user_aliases": rows})
    assert list(workspace(world).by_alias) == [("l", "a")]


async def test_sessions_move_to_the_profile_that_is_kept(world: WorldClient) -> None:
    """Two people with a session each are one person with two."""
    app_id = world.braze["app_id"]
    sessions = [
        {"external_id": name, "time": f"2026-01-15T0{hour}:00:00Z"}
        for name, hour in (("ann", 7), ("bob", 8), ("bob", 6))
    ]
    await world.setup({"braze": {"users": [{"external_id": "ann"}, {"external_id": "bob"}], "sessions": sessions}})
    update = {"identifier_to_merge": {"external_id": "bob"}, "identifier_to_keep": {"external_id": "ann"}}
    await world.braze.post("/users/merge", json={"merge_updates": [update]}, headers=bearer(world.braze))

    (app,) = (await exported(world.braze, "ann", "apps"))["apps"]
    query = {"length": 1, "app_id": app_id}
    active = await world.braze.get("/kpi/dau/data_series", params=query, headers=bearer(world.braze))
    times = {"first_used": "2026-01-15T06:00:00.000Z", "last_used": "2026-01-15T08:00:00.000Z"}
    assert app == {"name": "Default app", "sessions": 3, **times}
    assert active.json()["data"] == [{"time": "2026-01-15", "dau": 1}]
