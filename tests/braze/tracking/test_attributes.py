"""User attributes: reserved fields, custom types, operations, limits."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer, exported, track, workspace


async def written(world: WorldClient, *rows: dict[str, Any]) -> Any:
    """The custom attributes of ann after these attribute objects, sent one by one."""
    for row in rows:
        await track(world.braze, attributes=[{"external_id": "ann", **row}])
    return (await exported(world.braze, "ann")).get("custom_attributes", {})


async def told(world: WorldClient, row: dict[str, Any]) -> str:
    """What the second channel says of one attributes object."""
    response = await world.braze.post(
        "/users/track", json={"attributes": [{"external_id": "ann", **row}]}, headers=bearer(world.braze)
    )
    assert response.json() == {"attributes_processed": 1, "message": "success"}
    return str(response.headers.get("X-Stampcard-Diagnostics", ""))


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("gold", "gold"),
        (7, 7),
        (1.5, 1.5),
        (True, True),
        ("2020-02-03", "2020-02-03T00:00:00.000Z"),
        ("2020-02-03T04:05:06+0100", "2020-02-03T03:05:06.000Z"),
        ("2020-02-03T04:05:06:789Z", "2020-02-03T04:05:06.789Z"),
        ("02/03/2020", "2020-02-03T00:00:00.000Z"),
        ("4000-01-01", "4000-01-01"),
        ("20200203", "20200203"),
        ("2020-99-99", "2020-99-99"),
        ({"$time": "2020-02-03"}, "2020-02-03T00:00:00.000Z"),
        (["a", "b", "a"], ["b", "a"]),
        ({"a": {"b": [1, {"$time": "2020-02-03"}]}}, {"a": {"b": [1, "2020-02-03T00:00:00.000Z"]}}),
        ([{"id": 1}, {"id": 2}], [{"id": 1}, {"id": 2}]),
        ("x" * 300, "x" * 255),
    ],
)
async def test_a_value_is_stored_in_its_type(world: WorldClient, sent: Any, stored: Any) -> None:
    assert await written(world, {"it": sent}) == {"it": stored}


@pytest.mark.parametrize(
    ("before", "operation", "after"),
    [
        (None, {"inc": 5}, 5),
        (3, {"inc": -5}, -2),
        ("text", {"inc": 5}, "text"),
        (3, {"inc": "5"}, 3),
        (2**62, {"inc": 2**62}, 2**62),
        (["a", "b"], {"add": ["a", "c"]}, ["b", "a", "c"]),
        (None, {"add": ["a"]}, ["a"]),
        (["a", "b"], {"remove": ["a", "z"]}, ["b"]),
        ({"a": 1, "b": 2}, {"a": 3}, {"a": 3}),
        ({"a": 1}, {"a": None}, {"a": 1}),
        ([{"id": 1}], {"$add": [{"id": 2}]}, [{"id": 1}, {"id": 2}]),
        ([{"id": 1}, {"id": 2}], {"$remove": [{"$identifier_key": "id", "$identifier_value": 1}]}, [{"id": 2}]),
        (
            [{"id": 1, "n": 1}],
            {"$update": [{"$identifier_key": "id", "$identifier_value": 1, "$new_object": {"id": 1, "m": 2}}]},
            [{"id": 1, "m": 2}],
        ),
        ([{"id": 1}], {"$remove": [{"id": 1}]}, [{"id": 1}]),
        ("a", None, None),
    ],
)
async def test_an_operation_changes_what_is_there(world: WorldClient, before: Any, operation: Any, after: Any) -> None:
    found = await written(world, {"it": before, "other": 1}, {"it": operation})
    assert found.get("it") == after
    assert found["other"] == 1


async def test_merging_keeps_other_members_and_null_removes_one(world: WorldClient) -> None:
    found = await written(
        world,
        {"it": {"a": {"b": 1, "c": 2}, "d": 3}},
        {"it": {"a": {"b": 9, "c": None}}, "_merge_objects": True},
    )
    assert found == {"it": {"a": {"b": 9}, "d": 3}}


async def test_merging_updates_an_object_in_an_array(world: WorldClient) -> None:
    update = [{"$identifier_key": "id", "$identifier_value": 1, "$new_object": {"m": 2}}]
    found = await written(world, {"it": [{"id": 1, "n": 1}]}, {"it": {"$update": update}, "_merge_objects": True})
    assert found == {"it": [{"id": 1, "n": 1, "m": 2}]}


async def test_an_array_keeps_its_newest_25_values(world: WorldClient) -> None:
    found = await written(world, {"it": [str(n) for n in range(20)]}, {"it": {"add": [str(n) for n in range(20, 30)]}})
    assert found["it"] == [str(n) for n in range(5, 30)]


async def test_an_account_may_keep_more_values(world: WorldClient) -> None:
    await world.setup({"braze": {"switches": {"array_limit": 100}}})
    assert len((await written(world, {"it": [str(n) for n in range(120)]}))["it"]) == 100


@pytest.mark.parametrize(
    "value",
    [
        {"a b": 1},
        {"x" * 256: 1},
        {"a": {"$time": "never"}},
        {"a": "x" * 100_000, "b": ["x" * 200] * 600},
        {"$time": "3500-01-01"},
        ["a", None],
        ["a", {"b": 1}],
        [["a"]],
        2**64,
        {"n": 2**64},
    ],
)
async def test_what_cannot_be_stored_is_left_out_and_told(world: WorldClient, value: Any) -> None:
    assert await told(world, {"it": value, "other": 1}) == "not-stored /attributes/0/it"
    assert (await exported(world.braze, "ann"))["custom_attributes"] == {"other": 1}


@pytest.mark.parametrize(
    ("field", "sent", "stored"),
    [
        ("first_name", "Ann", "Ann"),
        ("dob", "1990-02-03", "1990-02-03"),
        ("gender", "N", "N"),
        ("country", "us", "US"),
        ("country", "Germany", "DE"),
        ("language", "en", "en"),
        ("time_zone", "America/New_York", "America/New_York"),
        ("time_zone", "Eastern Time (US & Canada)", "Eastern Time (US & Canada)"),
        ("email_subscribe", "opted_in", "opted_in"),
        ("push_subscribe", "unsubscribed", "unsubscribed"),
        ("email", "ANN@Example.com", "ann@example.com"),
        ("phone", "+15555550100", "+15555550100"),
        ("home_city", "Oslo", "Oslo"),
    ],
)
async def test_a_reserved_field_is_kept_in_its_form(world: WorldClient, field: str, sent: str, stored: str) -> None:
    assert await told(world, {field: sent}) == ""
    assert (await exported(world.braze, "ann", field)) == {field: stored}


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("dob", "03.02.1990"),
        ("dob", "1990-02-30"),
        ("gender", "X"),
        ("language", "english"),
        ("time_zone", "Middle Earth"),
        ("time_zone", "../etc"),
        ("email_subscribe", "maybe"),
        ("current_location", {"longitude": 200, "latitude": 0}),
        ("current_location", [1, 2]),
        ("first_name", ["Ann"]),
        ("phone", 7),
        ("date_of_first_session", "once"),
    ],
)
async def test_a_reserved_field_off_its_form_is_left_and_told(world: WorldClient, field: str, sent: Any) -> None:
    assert await told(world, {field: sent}) == f"not-stored /attributes/0/{field}"


async def test_an_unknown_country_is_stored_as_nothing(world: WorldClient) -> None:
    await told(world, {"country": "FR"})
    assert await told(world, {"country": "Atlantis"}) == "not-stored /attributes/0/country"
    assert "country" not in await exported(world.braze, "ann")


async def test_a_location_comes_back_longitude_first(world: WorldClient) -> None:
    await told(world, {"current_location": {"longitude": -73.9, "latitude": 40}})
    assert (await exported(world.braze, "ann"))["last_coordinates"] == [-73.9, 40.0]


async def test_null_removes_a_field_and_its_index(world: WorldClient) -> None:
    await told(world, {"email": "ann@example.com", "first_name": "Ann"})
    await told(world, {"email": None, "first_name": None})
    assert not {"email", "first_name"} & (await exported(world.braze, "ann")).keys()
    assert not workspace(world).by_email


async def test_the_first_use_of_a_name_sets_its_type(world: WorldClient) -> None:
    await told(world, {"points": 5})
    assert await told(world, {"points": "five"}) == "type-conflict /attributes/0/points"
    assert workspace(world).attributes["points"].data_type == "Number"


async def test_a_blocklisted_attribute_is_ignored(world: WorldClient) -> None:
    await world.setup({"braze": {"custom_attributes": [{"name": "secret", "status": "Blocklisted"}]}})
    assert await told(world, {"secret": 5}) == "blocklisted /attributes/0/secret"
    assert "custom_attributes" not in await exported(world.braze, "ann")


async def test_subscribing_one_address_subscribes_all_who_share_it(world: WorldClient) -> None:
    group = "00000000-0000-4000-8000-000000000001"
    users = [{"external_id": name, "email": "a@example.com"} for name in ("ann", "bob")]
    groups = [{"id": group, "name": "News", "channel": "email"}]
    await world.setup({"braze": {"subscription_groups": groups, "users": users}})
    await told(world, {"subscription_groups": [{"subscription_group_id": group, "subscription_state": "subscribed"}]})
    found = workspace(world).by_external_id
    assert [found[name].subscriptions[group].state for name in ("ann", "bob")] == ["subscribed", "subscribed"]


async def test_an_unknown_group_is_told(world: WorldClient) -> None:
    row = {"subscription_group_id": "nope", "subscription_state": "subscribed"}
    assert await told(world, {"subscription_groups": [row]}) == "not-stored /attributes/0/subscription_groups/0"


@pytest.mark.parametrize("merge", [True, False])
async def test_an_update_cannot_take_a_member_away(world: WorldClient, merge: bool) -> None:
    """A null in the new object drops the whole update, merged or not."""
    new = {"name": None, "kind": "cat"}
    update = {"$update": [{"$identifier_key": "id", "$identifier_value": 1, "$new_object": new}]}
    before = [{"id": 1, "name": "Gus"}]
    assert await written(world, {"pets": before}, {"pets": update, "_merge_objects": merge}) == {"pets": before}
